import { field, isJsonObject } from "../network/json.js";
import { clips, optimizerNames, optimizers } from "../ir/optimizers.js";
import type { OptimizerIr } from "../ir/types.js";
import type { Json, JsonObject } from "../network/types.js";

/** The rate of adam where neither program nor network says anything. */
const defaultRate = optimizers.adam.rate;

/** Keras's names of arguments, old and new, by ours. */
const keys: readonly (readonly [string, readonly string[]])[] = [
  ["momentum", ["momentum"]],
  ["nesterov", ["nesterov", "use_nesterov"]],
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
  const name = optimizerNames.find(
    (one) => typeof className === "string" && optimizers[one].keras.includes(className.toLowerCase()),
  );
  if (name === undefined || !isJsonObject(config)) return fallback;
  const rate = firstNumber(config, ["learning_rate", "lr"]) ?? defaultRate;
  const known: readonly string[] = [...Object.keys(optimizers[name].args), ...clips];
  const args: Record<string, number> = {};
  for (const [ours, theirs] of keys) {
    const value = firstNumber(config, theirs);
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
