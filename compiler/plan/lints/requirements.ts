import { evaluate } from "../../../core/expr/evaluate.js";
import { argumentsOf } from "../../../core/expr/operators.js";
import type { ExprIr } from "../../../core/ir/types.js";
import { namesOf } from "../../../core/ir/accuracy-readers.js";
import { bytesOf, milliseconds, sizeNames, type Measure } from "../../../core/ir/sizes.js";
import { measure } from "../../../core/masks/measure.js";
import { newMaskState } from "../../../core/masks/state.js";
import type { Finding, Lint } from "./finding.js";
import { ends } from "../words.js";

type Range = readonly [number, number];

/** `require` over sizes that is false whatever the scores will be. */
export const requirements: Lint = ({ network, simulation, times }) => {
  if (network === null) return [];
  const loaded = measure(network, newMaskState(network.channels.count), { times });
  const findings = new Map<number, Finding>();
  for (const { statement, least, most } of simulation.requirements) {
    const ranges = (of: (size: Measure) => Measure) =>
      new Map<string, Range>([
        ...sizeNames.map((name) => [name, [of(least)[name], of(most)[name]]] as const),
        ...sizeNames.map((name) => [`start.${name}`, [loaded[name], loaded[name]]] as const),
      ]);
    const known = ranges((size) => size);
    const told = (one: ExprIr): boolean =>
      times !== null || !namesOf(one).some((name) => name.endsWith("latency"));
    const broken = conjuncts(statement.condition).filter((one) => told(one) && cannotHold(one, known));
    if (broken.length === 0 || findings.has(statement.id)) continue;
    const { params, macs } = { params: [least.params, most.params], macs: [least.macs, most.macs] } as const;
    const timed =
      times === null
        ? ""
        : `, at ${[...new Set([least.latency, most.latency].map(milliseconds))].join("–")},`;
    // Whether it would hold if zeros counted for nothing.
    const zeros = broken.every((one) => !cannotHold(one, ranges(withoutZeros)));
    findings.set(statement.id, {
      code: "P3059",
      id: statement.id,
      message: "this cannot hold",
      label: `${ends(params)} parameters and ${ends(macs)} MACs${timed} are left here`,
      ...(zeros
        ? {
            notes: ["dead weights are zeros in tensors of the same size"],
            help: "write `nonzero params` or `nonzero macs`, or prune filters, neurons or units",
          }
        : { help: "prune more above, or require less" }),
    });
  }
  return [...findings.values()];
};

const withoutZeros = (size: Measure): Measure => ({
  ...size,
  params: size["nonzero params"],
  macs: size["nonzero macs"],
  bytes: bytesOf(size["nonzero params"]),
});

function conjuncts(expr: ExprIr): readonly ExprIr[] {
  if (typeof expr !== "object" || expr[0] !== "and") return [expr];
  return argumentsOf(expr).flatMap(conjuncts);
}

/** A comparison is monotone in every size: false at all ends, it is false throughout. */
function cannotHold(expr: ExprIr, known: ReadonlyMap<string, Range>): boolean {
  if (typeof expr !== "object" || !["<", "<=", ">", ">="].includes(expr[0])) return false;
  const corners = [0, 1, 2, 3].map((corner) => {
    const names = new Map([...known].map(([name, range], i) => [name, range[(corner >> (i % 2)) & 1] ?? 0]));
    return evaluate(expr, names);
  });
  return corners.every((value) => value === 0);
}
