import type { Loss, LossName } from "../../types.js";
import type { TrainIr } from "../../../core/ir/types.js";
import { raise } from "../../../core/diagnostics/create.js";

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
export function lossNamed({ name, args }: NonNullable<TrainIr["loss"]>): Loss {
  const found = names.find((one) => one === name);
  const { "label-smoothing": labelSmoothing, delta } = args;
  if (found !== undefined)
    return {
      name: found,
      ...(labelSmoothing !== undefined && { labelSmoothing }),
      ...(delta !== undefined && { delta }),
    };
  raise("P7010", `there is no loss \`${name}\``, { help: `known are ${names.join(", ")}` });
}
