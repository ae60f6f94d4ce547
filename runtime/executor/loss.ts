import { outputNames } from "../../core/network/ends.js";
import { field, isJsonArray, isJsonObject } from "../../core/network/json.js";
import type { Json, JsonObject, Network } from "../../core/network/types.js";
import type { Dense, Labels, Loss, LossName } from "../types.js";
import { headsOf, type Head } from "./head.js";
import { raise } from "../../core/diagnostics/create.js";

/** Which loss stands at each output, and how much it counts. */
export interface OutputLoss {
  /** `null`: (binary) cross-entropy from logits when the targets are class indices, else the mean squared error. */
  readonly loss: Loss | null;
  readonly weight: number;
  readonly head: Head;
}

const KERAS_NAMES = new Map<string, LossName>([
  ["categoricalcrossentropy", "cross-entropy"],
  ["sparsecategoricalcrossentropy", "cross-entropy"],
  ["binarycrossentropy", "binary-cross-entropy"],
  ["meansquarederror", "mean-squared-error"],
  ["mse", "mean-squared-error"],
  ["meanabsoluteerror", "mean-absolute-error"],
  ["mae", "mean-absolute-error"],
  ["huber", "huber"],
  ["huberloss", "huber"],
  ["hinge", "hinge"],
  ["kullbackleiblerdivergence", "kl-divergence"],
  ["kldivergence", "kl-divergence"],
  ["kld", "kl-divergence"],
]);

/** A loss in any spelling of Keras: `"mse"`, `"meanSquaredError"`, `{ class_name: "CategoricalCrossentropy", … }`. */
function kerasLoss(value: Json | undefined): Loss | null {
  if (isJsonObject(value)) {
    const named = kerasLoss(field(value, "class_name"));
    const config = field(value, "config");
    return named && isJsonObject(config) ? { ...named, ...kerasArguments(named.name, config) } : named;
  }
  if (typeof value !== "string") return null;
  const name = KERAS_NAMES.get(value.replace(/[_\s]/g, "").toLowerCase());
  return name === undefined ? null : { name };
}

/** What a saved loss says of itself; values that cannot be meant count as not said. */
function kerasArguments(name: LossName, config: JsonObject): Omit<Loss, "name"> {
  const [smoothing, delta] = [field(config, "label_smoothing"), field(config, "delta")];
  if (name === "huber") return typeof delta === "number" && delta > 0 ? { delta } : {};
  if (!name.endsWith("cross-entropy") || typeof smoothing !== "number") return {};
  return smoothing > 0 && smoothing < 1 ? { labelSmoothing: smoothing } : {};
}

function at(value: Json | undefined, index: number, name: string): Json | undefined {
  if (isJsonArray(value)) return value[index];
  if (isJsonObject(value) && field(value, "class_name") === undefined) return field(value, name);
  return value;
}

function byHead(head: Head): Loss | null {
  if (head.kind === "softmax") return { name: "cross-entropy" };
  return head.kind === "sigmoid" ? { name: "binary-cross-entropy" } : null;
}

/**
 * The losses of a network, one per output: `given` (one for all, or one per output), else what the file's training
 * config says, else by the last activation: soft-max: cross-entropy; sigmoid: binary cross-entropy; anything else:
 * mean squared error, or cross-entropy from logits (binary for one output) when the targets turn out to be class indices.
 * Losses of several outputs are summed with the training config's `loss_weights` (1 where it says nothing).
 */
export function outputLosses(network: Network, given?: readonly Loss[]): readonly OutputLoss[] {
  const config = network.trainingConfig;
  const names = outputNames(network);
  return headsOf(network).map((head, i) => {
    const name = names[i] ?? "";
    const asked = given && given.length > 0 ? (given[i] ?? given[0]) : undefined;
    const saved = config && !asked ? kerasLoss(at(field(config, "loss"), i, name)) : null;
    const weight = config ? at(field(config, "loss_weights"), i, name) : undefined;
    return { loss: asked ?? saved ?? byHead(head), weight: typeof weight === "number" ? weight : 1, head };
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

/** Whether the loss wants what stands before the last soft-max or sigmoid. */
export function wantsLogits(name: LossName, head: Head): boolean {
  if (head.call < 0) return false;
  return head.kind === "softmax" ? name === "cross-entropy" : name === "binary-cross-entropy";
}

/** Whether what the network gives at this output are logits for this loss: stripped, or never turned into shares. */
export function givesLogits(name: LossName, head: Head): boolean {
  if (wantsLogits(name, head)) return true;
  return head.kind === "other" && (name === "cross-entropy" || name === "binary-cross-entropy");
}
