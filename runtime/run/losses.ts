import type { LossName } from "../types.js";
import { runError } from "./codes.js";

const names: readonly LossName[] = [
  "cross-entropy",
  "binary-cross-entropy",
  "mean-squared-error",
  "mean-absolute-error",
  "huber",
  "hinge",
  "kl-divergence",
];

/** @throws DiagnosticError P7010 for a loss that does not exist */
export function lossNamed({ name }: { readonly name: string }): LossName {
  const found = names.find((one) => one === name);
  if (found !== undefined) return found;
  throw runError("P7010", `there is no loss \`${name}\``, { help: `known are ${names.join(", ")}` });
}
