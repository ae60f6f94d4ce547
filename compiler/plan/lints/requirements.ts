import { evaluate } from "../../../core/expr/evaluate.js";
import { argumentsOf } from "../../../core/expr/operators.js";
import type { ExprIr } from "../../../core/ir/types.js";
import { costs } from "../../../core/network/costs.js";
import { plannedCosts } from "../costs.js";
import type { Interval } from "../interval.js";
import { isElementPool, type ElementPool } from "../pools.js";
import { removableOf } from "../loose.js";
import type { State } from "../state.js";
import type { Finding, Lint } from "./finding.js";
import { between } from "../words.js";

/** `require` over sizes that is false whatever the scores will be. */
export const requirements: Lint = ({ real }) => {
  if (real === null) return [];
  const { network, simulation } = real;
  const whole = costs(network);
  const pools = simulation.pools;
  const findings = new Map<number, Finding>();
  for (const { statement, state } of simulation.requirements) {
    const planned = plannedCosts(network, pools, state);
    // Dead weights count as gone among the parameters; their zeros still take their bytes.
    const zeros = pools.filter(isElementPool).reduce((sum, pool) => sum + zerosAtMost(pool, state), 0);
    const params: Interval = [Math.max(0, planned.params[0] - zeros), planned.params[1]];
    const macs: Interval = [zeros > 0 ? 0 : planned.macs[0], planned.macs[1]];
    const known = new Map<string, Interval>([
      ["params", params],
      ["macs", macs],
      ["bytes", [4 * planned.params[0], 4 * planned.params[1]]],
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
      label: `${between(params)} parameters and ${between(macs)} MACs are left here`,
      help: "prune more above, or require less",
    });
  }
  return [...findings.values()];
};

/** Dead weights of a pool at most, however many a unit holds. */
function zerosAtMost(pool: ElementPool, state: State): number {
  const [, dead] = removableOf(state, pool);
  return pool.weights.length > 0 || dead === 0 ? dead : pool.elements;
}

function conjuncts(expr: ExprIr): readonly ExprIr[] {
  if (typeof expr !== "object" || expr[0] !== "and") return [expr];
  return argumentsOf(expr).flatMap(conjuncts);
}

/** A comparison is monotone in every size: false at all ends, it is false throughout. */
function cannotHold(expr: ExprIr, known: ReadonlyMap<string, Interval>): boolean {
  if (typeof expr !== "object" || !["<", "<=", ">", ">="].includes(expr[0])) return false;
  const corners = [0, 1, 2, 3].map((corner) => {
    const names = new Map([...known].map(([name, range], i) => [name, range[(corner >> (i % 2)) & 1] ?? 0]));
    return evaluate(expr, names);
  });
  return corners.every((value) => value === 0);
}
