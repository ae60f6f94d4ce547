import { limitsOf } from "../../../core/choose/budget.js";
import { evaluate } from "../../../core/expr/evaluate.js";
import type { ValueIr } from "../../../core/ir/types.js";
import { plainSize, sizeText, wholeOf } from "../../../core/ir/sizes.js";
import { measure } from "../../../core/masks/measure.js";
import { newMaskState } from "../../../core/masks/state.js";
import { structureName } from "../words.js";
import type { Finding, Lint } from "./finding.js";

/** What moves is held against its end: nothing comes back on the way there. */
const inTheEnd = {
  value: (value: ValueIr): number =>
    evaluate(typeof value === "object" && "moving" in value ? value.moving.to : value, new Map()) ?? NaN,
};

/** A budget under what is left when everything in its scope is dead that may die. */
export const budgets: Lint = ({ network, simulation, times }) => {
  if (network === null) return [];
  const loaded = measure(network, newMaskState(network.channels.count), { times });
  const findings = new Map<number, Finding>();
  for (const event of simulation.events) {
    const { statement, short } = event;
    if (statement.kind !== "prune" || statement.budget === undefined || short === undefined) continue;
    const limits = limitsOf(statement.budget, { original: network, times }, inTheEnd);
    const broken = limits.find((limit) => short[limit.measure] > limit.most);
    if (broken === undefined || findings.has(statement.id)) continue;
    const whole = wholeOf(broken.measure);
    const left = plainSize(broken.measure, short[broken.measure]);
    const most = broken.measure === "latency" ? broken.most : Math.floor(broken.most);
    findings.set(statement.id, {
      code: "P3057",
      id: statement.id,
      message: `${sizeText(broken.measure, most)} cannot be reached here`,
      label:
        statement.manner === "frozen"
          ? `what is frozen stays in the network, and ${left} are left`
          : `with all ${structureName(statement.structure)} dead that may die, ${left} are left`,
      notes: [`the network has ${sizeText(whole, loaded[whole])}`],
      help:
        statement.manner === "frozen"
          ? "leave `frozen at start` out"
          : "select more layers, lower `keeping at least`, or raise the budget",
    });
  }
  return [...findings.values()];
};
