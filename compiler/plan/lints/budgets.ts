import { limitsOf } from "../../../core/choose/budget.js";
import type { PruneIr } from "../../../core/ir/types.js";
import { measure } from "../../../core/masks/measure.js";
import { newMaskState } from "../../../core/masks/state.js";
import { counted, grouped, structureName } from "../words.js";
import type { Finding, Lint } from "./finding.js";

const units = { macs: "MACs", params: "parameters", bytes: "bytes" } as const;

const zerosTakeBytes = "masked zeros stay in tensors of the same size and take their four bytes each";

/** A budget under what is left when everything in its scope is dead that may die. */
export const budgets: Lint = ({ network, simulation }) => {
  if (network === null) return [];
  const whole = measure(network, newMaskState(network.channels.count));
  const findings = new Map<number, Finding>();
  for (const event of simulation.events) {
    const { statement, pools, short } = event;
    if (statement.kind !== "prune" || statement.budget === undefined || short === undefined) continue;
    const limits = limitsOf(statement.budget, { original: network });
    const broken = limits.find((limit) => short[limit.measure] > limit.most);
    if (broken === undefined || findings.has(statement.id)) continue;
    const unit = units[broken.measure];
    const left = grouped(short[broken.measure]);
    const bytesOfZeros = broken.measure === "bytes" && pools.some(({ kind }) => kind === "elements");
    findings.set(statement.id, {
      code: "P3057",
      id: statement.id,
      message: `${counted(Math.floor(broken.most), unit)} cannot be reached here`,
      label:
        statement.manner === "frozen"
          ? `what is frozen stays in the network, and ${left} are left`
          : `with all ${structureName(statement.structure)} dead that may die, ${left} are left`,
      notes: [
        `the network has ${counted(whole[broken.measure], unit)}`,
        ...(bytesOfZeros ? [zerosTakeBytes] : []),
      ],
      help: remedy(statement, bytesOfZeros),
    });
  }
  return [...findings.values()];
};

function remedy({ manner }: PruneIr, bytesOfZeros: boolean): string {
  if (manner === "frozen") return "leave `frozen at start` out";
  return bytesOfZeros
    ? "ask for `params`, or prune filters, neurons or units"
    : "select more layers, lower `keeping at least`, or raise the budget";
}
