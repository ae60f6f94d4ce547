import { diagnostic, raise } from "../../../core/diagnostics/create.js";
import type { Diagnostic } from "../../../core/diagnostics/diagnostic.js";
import { mostRanked, type AccuracyName } from "../../../core/ir/qualities.js";
import { losses, type LossIr, type TrainIr } from "../../../core/ir/types.js";
import { counted } from "../../../core/ir/words.js";
import type { Network } from "../../../core/network/types.js";
import type { TargetFacts } from "../../data/types.js";
import { classesTold } from "../../executor/accuracy.js";
import { comparisonOf, outputLosses } from "../../executor/loss.js";
import type { OwnOfProgram } from "../../own/functions.js";
import type { Loss } from "../../types.js";

/**
 * A loss of the language, or one of the program's own in JavaScript.
 * @throws DiagnosticError P7010 for a loss that does not exist, or an argument that is none
 */
export function lossNamed(loss: LossIr, functions: readonly OwnOfProgram[] = []): Loss {
  const { name, args = {} } = typeof loss === "string" ? { name: loss } : loss;
  const own = functions.find((one) => one.kind === "loss" && one.name === name);
  if (own !== undefined) return { name: "own", own };
  const found = losses.find((one) => one === name);
  if (found === undefined)
    raise("P7010", `there is no loss \`${name}\``, { help: `known are ${losses.join(", ")}` });
  const { "label-smoothing": labelSmoothing, delta, "class-weights": classWeights, ...rest } = args;
  for (const [key, value] of Object.entries({ "label-smoothing": labelSmoothing, delta, ...rest }))
    if (value !== undefined && (typeof value !== "number" || Object.hasOwn(rest, key)))
      raise("P7010", `\`${name}\` takes no \`${key}\` of ${JSON.stringify(value)}`);
  if (typeof classWeights === "number") raise("P7010", "`class-weights` is a list");
  return {
    name: found,
    ...(typeof labelSmoothing === "number" && { labelSmoothing }),
    ...(typeof delta === "number" && { delta }),
    ...(classWeights !== undefined && { classWeights }),
  };
}

/** P3029 where a temperature is written and no output is compared by one, else null. */
export function idleTemperature(
  network: Network,
  { loss, distillation }: Pick<TrainIr, "loss" | "distillation">,
  targets: readonly TargetFacts[],
): Diagnostic | null {
  if (distillation?.temperature === undefined) return null;
  const said = loss === undefined ? undefined : typeof loss === "string" ? loss : loss.name;
  const name = losses.find((one) => one === said) ?? (said === undefined ? null : "own");
  const compared = outputLosses(network, name === null ? [] : [{ name }]).map(({ loss: own, head }, i) =>
    comparisonOf(head, own?.name ?? (targets[i]?.kind === "labels" ? "cross-entropy" : "mean-squared-error")),
  );
  if (compared.some((one) => one !== "values")) return null;
  return diagnostic(
    "P3029",
    "`temperature` does nothing: amounts are compared by their squared error",
    null,
    {
      help: "leave it out",
    },
  );
}

/**
 * P7013 where a condition asks for one of these accuracies and nothing will measure it, else null. `loss` is what the phase before it
 * minimizes; unset: what the network says.
 */
export function noAccuracy(
  network: Network,
  loss: TrainIr["loss"],
  targets: readonly TargetFacts[],
  asked: readonly AccuracyName[],
): Diagnostic | null {
  const kinds = targets.map(({ kind }) => kind);
  const said = loss === undefined ? undefined : typeof loss === "string" ? loss : loss.name;
  // A loss in JavaScript says nothing of classes.
  const name: Loss["name"] | undefined =
    losses.find((one) => one === said) ?? (said === undefined ? undefined : "own");
  const classes = classesTold(network, name === undefined ? [] : [{ name }], kinds);
  if (classes !== null) {
    if (classes > mostRanked || !asked.includes("top5-accuracy")) return null;
    return diagnostic("P7013", "there is no top-5 accuracy to compare", null, {
      notes: [`${counted(classes, "classes")} are told apart: each is among the five highest`],
      help: "compare `accuracy`",
    });
  }
  const minimized = said ?? "the loss of the network";
  return diagnostic("P7013", "there is no accuracy to compare", null, {
    notes: [`${minimized} tells no classes apart, and the targets are numbers`],
    help: "compare the loss, as in `loss <= 0.1`",
  });
}
