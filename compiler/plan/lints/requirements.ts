import { evaluate } from "../../ir/evaluate.js";
import { costs } from "../../network/costs.js";
import { plannedCosts } from "../costs.js";
import type { Interval } from "../interval.js";
import { distinctPools } from "../simulation.js";
import { isElementPool } from "../pools.js";
import { deadOf } from "../state.js";
import type { Finding, Lint } from "./finding.js";
import { between } from "../words.js";

/** `require` over sizes that is false whatever the scores will be. */
export const requirements: Lint = ({ real }) => {
  if (real === null) return [];
  const { network, simulation } = real;
  const whole = costs(network);
  const pools = distinctPools(simulation);
  const findings = new Map<number, Finding>();
  for (const { statement, state } of simulation.requirements) {
    const planned = plannedCosts(network, pools, state);
    // Dead weights count as gone here, though `slim` cannot remove them.
    const zeros = pools.filter(isElementPool).reduce((sum, pool) => sum + deadOf(state, pool)[1], 0);
    const params: Interval = [Math.max(0, planned.params[0] - zeros), planned.params[1]];
    const macs: Interval = [zeros > 0 ? 0 : planned.macs[0], planned.macs[1]];
    const ends: readonly (0 | 1)[] = [0, 1];
    const start: readonly [string, number][] = [
      ["start.params", whole.params],
      ["start.macs", whole.macs],
    ];
    const holds = ends.flatMap((p) =>
      ends.map((m) =>
        evaluate(statement.condition, new Map([...start, ["params", params[p]], ["macs", macs[m]]])),
      ),
    );
    // Comparisons are monotone in each size: false at every corner is false throughout.
    if (!holds.every((value) => value === 0) || findings.has(statement.id)) continue;
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
