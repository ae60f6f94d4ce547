import type { Config } from "../../core/network/config.js";
import { field, isJsonArray } from "../../core/network/json.js";
import type { Json, JsonObject, LayerInfo, Shape } from "../../core/network/types.js";
import type { FusedOps } from "../backend/types.js";
import type { AttendedTensor } from "./attended.js";
import type { SeenStatistics } from "../types.js";
import type { tf } from "../backend/tf.js";
import { raise } from "../../core/diagnostics/create.js";

/**
 * What a pass through the network is for. `inference`: stored statistics, no noise. `training`: statistics of the
 * batch, which move the stored ones, and noise. `scoring`: the statistics of the batch with nothing moved and no noise.
 */
export type Mode = "inference" | "training" | "scoring";

/** Statistics of one call of a batch normalization, to be folded into the moving ones after the pass. */
export interface MovingUpdate extends SeenStatistics {
  readonly momentum: number;
}

/** State of one pass, shared by all calls. */
export interface Pass {
  readonly mode: Mode;
  readonly seed: number;
  readonly step: number;
  readonly updates: MovingUpdate[];
  /** Whether `scoring` notes statistics too. */
  readonly gathers?: boolean;
  /** What the input of a layer (index) is multiplied by, [examples, size of its last axis]. */
  readonly reads?: ReadonlyMap<number, tf.Tensor>;
  /** Variances of kernels by key, in the shape of the kernel. */
  readonly variances?: ReadonlyMap<string, tf.Tensor>;
  /** What multiplies the input of a layer (index) by something that depends on it. */
  readonly attended?: ReadonlyMap<number, AttendedTensor>;
}

/** One call of one layer. */
export interface CallContext {
  readonly pass: Pass;
  readonly inputs: readonly tf.Tensor[];
  /** One per input; null where the tensor carries no mask. */
  readonly masks: readonly (tf.Tensor | null)[];
  /** What the inputs are handed in as, where each has a name. */
  readonly names: readonly string[] | null;
  /** What the call says beside its inputs. */
  readonly kwargs: JsonObject;
  /** Number of this call for ever: slimming does not change it. */
  readonly origin: number;
  /** Channel numbers along the last axis of each input; null where there are none. */
  readonly inputIds: readonly (Int32Array | null)[];
  /** Of the first output. */
  readonly outputIds: Int32Array | null;
  /** Leave out the last soft-max or sigmoid: the loss takes logits. */
  readonly logits: boolean;
}

/** The body of a layer, made once per layer. Called inside `tf.tidy`; gives the output tensors. */
export interface Runner {
  run(context: CallContext): readonly tf.Tensor[];
  /** Masks of the outputs; without it the outputs carry none. */
  mask?(context: CallContext): readonly (tf.Tensor | null)[];
}

/** What a layer's builder may use. */
export interface Build {
  readonly layer: LayerInfo;
  /** Its config, to be read field by field. */
  readonly config: Config;
  /** Of its first call. */
  readonly inputShapes: readonly Shape[];
  readonly ops: FusedOps;
  /** Reads a tensor's values. */
  read(t: tf.Tensor): Float32Array;
  /** The variable of a weight by its own name ("kernel"); null when the layer has none. */
  weight(name: string): tf.Variable | null;
  /** Of a weight that is always there. */
  need(name: string): tf.Tensor;
  /** Full key of a weight by its own name. */
  key(name: string): string;
  /** Hands in a variable that something else made, in place of the one of the executor. */
  adopt(name: string, variable: tf.Variable): void;
}

export type Builder = (build: Build) => Runner;

/** A runner for a function of the first input. */
export function unary(f: (x: tf.Tensor, context: CallContext) => tf.Tensor, masks = false): Runner {
  const runner: Runner = { run: (context) => [f(only(context), context)] };
  return masks ? { ...runner, mask: passMask } : runner;
}

export function only(context: CallContext): tf.Tensor {
  const [x] = context.inputs;
  if (!x) throw new Error("a layer was called without inputs");
  return x;
}

/** The mask of the first input goes on to the output. */
export function passMask(context: CallContext): readonly (tf.Tensor | null)[] {
  return [context.masks[0] ?? null];
}

/** A number of a layer's config, or (nested) lists of numbers. */
export function numbers(config: Config, key: string, fallback: number): tf.TensorLike {
  const value = field(config.values, key);
  if (!isJsonArray(value)) return number(config, key, fallback);
  const read = (item: Json): number[] => {
    if (isJsonArray(item)) return item.flatMap(read);
    return [number({ path: config.path, values: { [key]: item } }, key, NaN)];
  };
  return value.flatMap(read);
}

/** A number of a layer's config. */
export function number(config: Config, key: string, fallback: number): number {
  const value = field(config.values, key);
  if (value === undefined || value === null) return fallback;
  if (typeof value === "number") return value;
  return raise("P5151", `\`${key}\` of layer \`${config.path}\` is not a number`);
}
