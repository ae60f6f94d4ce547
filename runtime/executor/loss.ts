import { outputNames } from "../../core/network/ends.js";
import { field } from "../../core/network/json.js";
import type { Network } from "../../core/network/types.js";
import { saidOf, savedLoss } from "../../core/schedule/training-config.js";
import type { Dense, Labels, Loss, OwnFunction } from "../types.js";
import { headsOf, type Head } from "./head.js";
import { raise } from "../../core/diagnostics/create.js";

/** Which loss stands at each output, and how much it counts. */
export interface OutputLoss {
  /** `null`: (binary) cross-entropy from logits when the targets are class indices, else the mean squared error. */
  readonly loss: Loss | null;
  readonly weight: number;
  readonly head: Head;
}

export function byHead(head: Head): Loss | null {
  if (head.kind === "softmax") return { name: "cross-entropy" };
  return head.kind === "sigmoid" ? { name: "binary-cross-entropy" } : null;
}

/**
 * The losses of a network, one per output: `given` (one for all, or one per output), else the functions that a live model was compiled
 * with (`own`), else what the training config says, else by the last activation: soft-max: cross-entropy; sigmoid: binary cross-entropy; anything else:
 * mean squared error, or cross-entropy from logits (binary for one output) when the targets turn out to be class indices.
 * Losses of several outputs are summed with the training config's `loss_weights` (1 where it says nothing).
 */
export function outputLosses(
  network: Network,
  given?: readonly Loss[],
  own: readonly (OwnFunction | null)[] = [],
): readonly OutputLoss[] {
  const config = network.trainingConfig;
  const names = outputNames(network);
  return headsOf(network).map((head, i) => {
    const name = names[i] ?? "";
    const asked = given && given.length > 0 ? (given[i] ?? given[0]) : undefined;
    const compiled = own[i] ?? null;
    const saved = config ? savedLoss(saidOf(field(config, "loss"), i, name)) : null;
    const usual: Loss | null = compiled ? { name: "own", own: compiled } : saved;
    const weight = config ? saidOf(field(config, "loss_weights"), i, name) : undefined;
    return { loss: asked ?? usual ?? byHead(head), weight: typeof weight === "number" ? weight : 1, head };
  });
}

/** The loss once the kind of targets is known; `classes` is the width of the output. */
export function settle({ loss }: OutputLoss, target: Dense | Labels, classes: number): Loss {
  if (loss?.name === "cross-entropy" && classes === 1) {
    raise("P5154", "cross-entropy needs an output per class, the network has one output", {
      help: "minimize binary-cross-entropy",
      notes: ["a soft-max over one class is always 1"],
    });
  }
  if (loss) return loss;
  if (target.kind === "dense") return { name: "mean-squared-error" };
  return { name: classes === 1 ? "binary-cross-entropy" : "cross-entropy" };
}

/** The loss by which rows are right or wrong: of one in JavaScript nothing is known, so the last activation tells. */
export const judgedBy = ({ loss, head }: OutputLoss): Loss["name"] =>
  (loss?.name === "own" ? byHead(head)?.name : loss?.name) ?? "mean-squared-error";

/** Whether the loss wants what stands before the last soft-max or sigmoid. */
export function wantsLogits(name: Loss["name"], head: Head): boolean {
  if (head.call < 0) return false;
  return head.kind === "softmax" ? name === "cross-entropy" : name === "binary-cross-entropy";
}

/** Whether what the network gives at this output are logits for this loss: stripped, or never turned into shares. */
export function givesLogits(name: Loss["name"], head: Head): boolean {
  if (wantsLogits(name, head)) return true;
  return head.kind === "other" && (name === "cross-entropy" || name === "binary-cross-entropy");
}

/**
 * How an output is compared with that of a teacher: by the last activation; where there is none, by the loss, which takes the output for
 * logits or for amounts.
 */
export function comparisonOf({ kind }: Head, loss: Loss["name"]): "softmax" | "sigmoid" | "values" {
  if (kind !== "other") return kind;
  if (loss === "cross-entropy") return "softmax";
  return loss === "binary-cross-entropy" ? "sigmoid" : "values";
}
