import { evaluate } from "../../../core/expr/evaluate.js";
import { argumentsOf } from "../../../core/expr/operators.js";
import type { ExprIr } from "../../../core/ir/types.js";
import { costs } from "../../../core/network/costs.js";
import type { Finding, Lint } from "./finding.js";
import { ends } from "../words.js";

type Range = readonly [number, number];

/** `require` over sizes that is false whatever the scores will be. */
export const requirements: Lint = ({ network, simulation }) => {
  if (network === null) return [];
  const whole = costs(network);
  const findings = new Map<number, Finding>();
  for (const { statement, least, most } of simulation.requirements) {
    const params: Range = [least.params, most.params];
    const macs: Range = [least.macs, most.macs];
    const known = new Map<string, Range>([
      ["params", params],
      ["macs", macs],
      ["bytes", [least.bytes, most.bytes]],
      ["start.params", [whole.params, whole.params]],
      ["start.macs", [whole.macs, whole.macs]],
      ["start.bytes", [4 * whole.params, 4 * whole.params]],
    ]);
    const broken = conjuncts(statement.condition).some((one) => cannotHold(one, known));
    if (!broken || findings.has(statement.id)) continue;
    findings.set(statement.id, {
      code: "P3059",
      id: statement.id,
      message: "this cannot hold",
      label: `${ends(params)} parameters and ${ends(macs)} MACs are left here`,
      help: "prune more above, or require less",
    });
  }
  return [...findings.values()];
};

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
