import { everything, limitOf, measured } from "../budget.js";
import type { BudgetLimit, PruneIr } from "../../../core/ir/types.js";
import { isCosted, isElementPool } from "../pools.js";
import { deadOf, withDead, type State } from "../state.js";
import type { Pool, Sizes } from "../world.js";
import { total } from "../interval.js";
import { counted, grouped, structureName } from "../words.js";
import type { Finding, Lint } from "./finding.js";

const units = { macs: "MACs", params: "parameters", bytes: "bytes" } as const;

const zerosTakeBytes = "masked zeros stay in tensors of the same size and take their four bytes each";

/** Every look follows the whole network: of more states than this nothing is said. */
const mostLooks = 200;

/** A budget under what is left when everything in its scope is dead. */
export const budgets: Lint = ({ real }) => {
  const sizes = real?.world.sizes ?? null;
  if (real === null || sizes === null) return [];
  const seen = real.simulation.pools;
  const findings = new Map<number, Finding>();
  let looks = 0;
  for (const { statement, pools, before } of real.simulation.events) {
    if (statement.kind !== "prune" || statement.amount.kind !== "budget" || findings.has(statement.id))
      continue;
    if (++looks > mostLooks) break;
    const least = leastLeft(statement, pools, before, { seen, sizes });
    for (const limit of statement.amount.limits) {
      const asked = limitOf(limit, sizes, new Map());
      const left = least[limit.measure];
      if (asked === undefined || left <= asked) continue;
      const unit = units[limit.measure];
      findings.set(statement.id, {
        code: "P3057",
        id: statement.id,
        message: `${counted(Math.floor(asked), unit)} cannot be reached here`,
        label:
          statement.manner === "frozen"
            ? `what is frozen stays in the network, and ${grouped(left)} are left`
            : `with all ${structureName(statement.structure)} dead that may die, ${grouped(left)} are left`,
        notes: [
          `the network has ${counted(measured(limit, sizes.whole), unit)}`,
          ...(limit.measure === "bytes" && !pools.every(isCosted) ? [zerosTakeBytes] : []),
        ],
        help: remedy(statement, limit, pools),
      });
    }
  }
  return [...findings.values()];
};

function remedy({ manner }: PruneIr, { measure }: BudgetLimit, pools: readonly Pool[]): string {
  if (manner === "frozen") return "leave `frozen at start` out";
  return measure === "bytes" && !pools.every(isCosted)
    ? "ask for `params`, or prune filters, neurons or units"
    : "select more layers, lower `keeping at least`, or raise the budget";
}

/** What is left at least of every measure when all that may die is dead. */
function leastLeft(
  statement: PruneIr,
  pools: readonly Pool[],
  before: State,
  { seen, sizes }: { readonly seen: readonly Pool[]; readonly sizes: Sizes },
): Record<BudgetLimit["measure"], number> {
  // What is frozen stays in the network.
  const frozen = statement.manner === "frozen";
  const most = frozen ? pools.map((pool) => deadOf(before, pool)) : everything(statement, pools, before);
  const floor = sizes.after(seen, withDead(before, pools, most, total(most)));
  const dense = floor.params[0];
  const bytes = measured({ measure: "bytes" }, { params: dense, macs: 0 });
  if (pools.every(isCosted)) return { params: dense, macs: floor.macs[0], bytes };
  // A dead weight counts as gone itself; how many weights a larger unit holds, and what they save, is told by the run.
  const single = pools.every((pool) => isElementPool(pool) && pool.weights.length > 0);
  const zeros = total(most)[1];
  return { params: single ? Math.max(0, dense - zeros) : 0, macs: 0, bytes };
}
