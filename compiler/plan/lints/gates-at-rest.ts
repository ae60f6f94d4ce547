import { derivative } from "../../../core/expr/derivative.js";
import { mentionedIn } from "../../../core/expr/names.js";
import { gateScores } from "../../../core/gates/types.js";
import type { Finding, Lint } from "./finding.js";

/** A penalty over gates in a phase that trains none: it has no slope then. */
export const gatesAtRest: Lint = ({ simulation: { phases } }) => {
  const findings = new Map<number, Finding>();
  for (const { train } of phases) {
    if (train.rules.some(({ kind }) => kind === "learn")) continue;
    for (const rule of train.rules) {
      if (rule.kind !== "penalize" || findings.has(rule.id)) continue;
      const mentioned = mentionedIn(rule.by.expr);
      const name = gateScores.find((one) => mentioned.has(one));
      if (name === undefined || derivative(rule.by.expr) !== 0) continue;
      findings.set(rule.id, {
        code: "P2034",
        id: rule.id,
        message: `no gate trains where this penalizes \`${name}\``,
        help: "put the `learn masks` that trains them into the same phase",
      });
    }
  }
  return [...findings.values()];
};
