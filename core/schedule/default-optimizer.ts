import { field, isJsonObject } from "../network/json.js";
import { clips, optimizers } from "../ir/optimizers.js";
import type { OptimizerIr } from "../ir/types.js";
import type { Json, JsonObject } from "../network/types.js";
import { optimizerOfClass } from "./training-config.js";

/** The rate of adam where neither program nor network says anything. */
const defaultRate = optimizers.adam.rate;

/** Names of arguments in Keras, old and new, and in TensorFlow.js, by ours. */
const keys: readonly (readonly [string, readonly string[]])[] = [
  ["momentum", ["momentum"]],
  ["nesterov", ["nesterov", "use_nesterov", "useNesterov"]],
  ["weight-decay", ["weight_decay"]],
  ["beta1", ["beta_1", "beta1"]],
  ["beta2", ["beta_2", "beta2"]],
  ["epsilon", ["epsilon"]],
  ["rho", ["rho"]],
  ["centered", ["centered"]],
  ["clip-norm", ["global_clipnorm"]],
  ["clip-value", ["clipvalue"]],
];

/**
 * The optimizer of a phase that names none: that of the network's training config where we have it, else adam at 1e-3.
 * Rate schedules in the config are not read: their numbers belong to another training.
 */
export function defaultOptimizer(trainingConfig: JsonObject | null): OptimizerIr {
  const fallback: OptimizerIr = { name: "adam", rate: defaultRate, args: {} };
  const saved = trainingConfig && field(trainingConfig, "optimizer_config");
  if (!isJsonObject(saved)) return fallback;
  const className = field(saved, "class_name");
  const config = field(saved, "config");
  const name = optimizerOfClass(className);
  if (name === undefined || !isJsonObject(config)) return fallback;
  const rate = firstNumber(config, ["learning_rate", "lr", "learningRate"]) ?? defaultRate;
  const known: readonly string[] = [...Object.keys(optimizers[name].args), ...clips];
  const args: Record<string, number> = {};
  // TensorFlow.js, which calls the rate `learningRate`, calls rho `decay`: elsewhere that is a decay of the rate.
  const decays = field(config, "learningRate") === undefined ? [] : ["decay"];
  for (const [ours, theirs] of keys) {
    const value = firstNumber(config, ours === "rho" ? [...theirs, ...decays] : theirs);
    if (value !== undefined && value > 0 && known.includes(ours)) args[ours] = value;
  }
  return { name, rate, args };
}

function firstNumber(config: JsonObject, candidates: readonly string[]): number | undefined {
  for (const key of candidates) {
    const value: Json | undefined = field(config, key);
    if (typeof value === "boolean") return Number(value);
    if (typeof value === "number" && Number.isFinite(value)) return value;
  }
  return undefined;
}
