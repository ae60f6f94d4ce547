import { diagnostic, raise } from "../../../core/diagnostics/create.js";
import type { Diagnostic } from "../../../core/diagnostics/diagnostic.js";
import { calledOf } from "../../../core/ir/defaults.js";
import { losses, type CallIr, type TrainIr } from "../../../core/ir/types.js";
import type { Network } from "../../../core/network/types.js";
import type { TargetFacts } from "../../data/types.js";
import { measuresAccuracy } from "../../executor/accuracy.js";
import type { Loss } from "../../types.js";

/** @throws DiagnosticError P7010 for a loss that does not exist */
export function lossNamed(loss: CallIr): Loss {
  const { name, args } = calledOf(loss);
  const found = losses.find((one) => one === name);
  const { "label-smoothing": labelSmoothing, delta } = args;
  if (found !== undefined)
    return {
      name: found,
      ...(labelSmoothing !== undefined && { labelSmoothing }),
      ...(delta !== undefined && { delta }),
    };
  raise("P7010", `there is no loss \`${name}\``, { help: `known are ${losses.join(", ")}` });
}

/**
 * P7013 where a condition asks for an accuracy that nothing will measure, else null. `loss` is what the phase before it minimizes;
 * unset: what the network says.
 */
export function noAccuracy(
  network: Network,
  loss: TrainIr["loss"],
  targets: readonly TargetFacts[],
): Diagnostic | null {
  const kinds = targets.map(({ kind }) => kind);
  if (measuresAccuracy(network, loss === undefined ? [] : [lossNamed(loss)], kinds)) return null;
  const minimized = loss === undefined ? "the loss of the network" : calledOf(loss).name;
  return diagnostic("P7013", "there is no accuracy to compare", null, {
    notes: [`${minimized} tells no classes apart, and the targets are numbers`],
    help: "compare the loss, as in `loss <= 0.1`",
  });
}
