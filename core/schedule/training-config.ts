import { diagnostic } from "../diagnostics/create.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { optimizerNames, optimizers, type OptimizerName } from "../ir/optimizers.js";
import type { LossName } from "../ir/types.js";
import { outputNames } from "../network/ends.js";
import { field, isJsonArray, isJsonObject } from "../network/json.js";
import type { Json, JsonObject, Network } from "../network/types.js";

/** What the training config of a network says: its losses and its optimizer, by names of Keras or TensorFlow.js. */

const lossNames = new Map<string, LossName>([
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

export interface SavedLoss {
  readonly name: LossName;
  readonly labelSmoothing?: number;
  readonly delta?: number;
}

/** A loss in any spelling: `"mse"`, `"meanSquaredError"`, `{ class_name: "CategoricalCrossentropy", … }`; null for others. */
export function savedLoss(value: Json | undefined): SavedLoss | null {
  if (isJsonObject(value)) {
    const named = savedLoss(field(value, "class_name"));
    const config = field(value, "config");
    return named && isJsonObject(config) ? { ...named, ...argumentsOf(named.name, config) } : named;
  }
  if (typeof value !== "string") return null;
  const name = lossNames.get(plain(value));
  return name === undefined ? null : { name };
}

const plain = (name: string): string => name.replace(/[_\s]/g, "").toLowerCase();

/** What a saved loss says of itself; values that cannot be meant count as not said. */
function argumentsOf(name: LossName, config: JsonObject): Omit<SavedLoss, "name"> {
  const [smoothing, delta] = [field(config, "label_smoothing"), field(config, "delta")];
  if (name === "huber") return typeof delta === "number" && delta > 0 ? { delta } : {};
  if (!name.endsWith("cross-entropy") || typeof smoothing !== "number") return {};
  return smoothing > 0 && smoothing < 1 ? { labelSmoothing: smoothing } : {};
}

/** What a config says of one output: a list holds it by number, an object by the name of its layer. */
export function saidOf(value: Json | undefined, index: number, name: string): Json | undefined {
  if (isJsonArray(value)) return value[index];
  if (isJsonObject(value) && field(value, "class_name") === undefined) return field(value, name);
  return value;
}

/** The optimizer here of a class in Keras or TensorFlow.js. */
export const optimizerOfClass = (className: Json | undefined): OptimizerName | undefined =>
  optimizerNames.find(
    (one) => typeof className === "string" && optimizers[one].keras.includes(className.toLowerCase()),
  );

/** P5120 where the training config of a network asks for something that is not followed, else nothing. */
export function unheardTraining(network: Network): readonly Diagnostic[] {
  const { trainingConfig: config } = network;
  if (config === null) return [];
  const losses = outputNames(network).map((name, i) => saidOf(field(config, "loss"), i, name));
  const saved = field(config, "optimizer_config");
  const className = isJsonObject(saved) ? field(saved, "class_name") : undefined;
  const unheard = [
    ...losses.filter((loss) => savedLoss(loss) === null).flatMap((loss) => named("loss", loss)),
    ...(optimizerOfClass(className) === undefined ? named("optimizer", className) : []),
    ...metricsIn(field(config, "metrics")).map((metric) => `the metric \`${metric}\``),
  ];
  if (unheard.length === 0) return [];
  return [
    diagnostic(
      "P5120",
      `the network is compiled with ${[...new Set(unheard)].join(", ")}, which ${unheard.length === 1 ? "is" : "are"} not followed`,
      null,
      {
        help: "name a loss and an optimizer in the program, as in `train 5 epochs with sgd(rate: 0.1) minimizing huber`; loss and accuracy are measured",
      },
    ),
  ];
}

function named(what: string, value: Json | undefined): readonly string[] {
  const name = isJsonObject(value) ? field(value, "class_name") : value;
  return typeof name === "string" ? [`the ${what} \`${name}\``] : [];
}

/** Names of metrics but those of accuracy. */
function metricsIn(value: Json | undefined): readonly string[] {
  if (isJsonArray(value)) return value.flatMap(metricsIn);
  if (typeof value === "string") return /acc(uracy)?$/.test(plain(value)) ? [] : [value];
  if (!isJsonObject(value)) return [];
  const config = field(value, "config");
  const own = isJsonObject(config) ? field(config, "name") : undefined;
  if (field(value, "class_name") !== undefined) return metricsIn(own ?? field(value, "class_name"));
  return Object.values(value).flatMap(metricsIn);
}
