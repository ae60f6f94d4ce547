import { activationFunction } from "../activations.js";
import type { Rule } from "../site.js";
import type { Json, JsonObject, WeightInfo, Writer } from "../types.js";

/** What a layer is for pruning: which structures address it. */
export type LayerFamily = "conv" | "depthwise" | "dense" | "recurrent" | "embedding" | "other";

/** How a layer takes up a constant input: into its shift, onto a carrier channel (zero padding), or not at all. */
export type Uptake = "fold" | "carry" | "never";

/** One call of a layer whose inputs may hold constants. */
export interface ConstantCall {
  readonly config: JsonObject;
  /** One array for each input: the value that a channel holds everywhere, NaN where it varies. */
  readonly inputs: readonly Float64Array[];
  /** Channels of its output. */
  readonly width: number;
  weight(name: string): WeightInfo | undefined;
  data(name: string): Float32Array | undefined;
  /** Which slices of a kernel along an axis are all zero; undefined where its values are not there. */
  zeros(weight: WeightInfo, axis: number): readonly boolean[] | undefined;
}

/** The values of an output's channels, NaN where one varies over examples or positions. */
export type ConstantRule = (call: ConstantCall) => Float64Array;

/**
 * All that is known of one layer class but its forward pass, which the executor keeps by the same names. Each claim is checked
 * against the forward pass by a test that walks the table.
 */
export interface LayerClass {
  /** Follows a call: shapes, channels, weights with the axes that follow them, multiply–accumulates. */
  readonly rule: Rule;
  /** "inner" for wrappers that are what they wrap. */
  readonly family: LayerFamily | "inner";
  /** Weights that have to be zero for zeros to give zeros; null where nothing of the kind is known. */
  readonly silence: (config: JsonObject) => readonly string[] | null;
  /** How constant channels pass outside of training; null where none is followed. */
  readonly constants: ConstantRule | null;
  /** What becomes of a constant input that is the same everywhere in the example. */
  readonly uptake: (config: JsonObject) => Uptake;
  /** How several inputs become one; null for layers that take one. */
  readonly combines: "sum" | "product" | "list" | "other" | null;
  /** Whether it completes the layer in front, as its norm or activation function: the activation of units is read behind it. */
  readonly completes: boolean;
  /** Where a distribution can come from that its output holds: its `activation`, itself, or its input. */
  readonly distribution: "activation" | "softmax" | "input" | null;
  /** What it wants of whole numbers that are fed to it: shares of 255, the bytes themselves, or indices. */
  readonly reads: "shares" | "bytes" | "indices";
  /** Why stock TensorFlow.js cannot read the layer or computes it otherwise: a clause about it. Null where it does the same. */
  readonly stock: (config: JsonObject) => string | null;
  /** Names of the arguments that its calls take, in order, where each tensor has a meaning of its own; null for one list. */
  readonly takes: readonly string[] | null;
  /** Brings a copied config from the spellings of Keras to what TensorFlow.js reads. */
  readonly normalise: ((config: { [key: string]: Json }, writer: Writer) => void) | null;
}

/** Of a class that TensorFlow.js does not have. */
export const notInStock = (): string => "TensorFlow.js has no such class";

export const nothing = (): readonly string[] => [];

/** Of most classes all there is to say beside their rule, zeros and constants. */
export const ORDINARY = {
  family: "other",
  uptake: (): Uptake => "never",
  combines: null,
  completes: false,
  distribution: null,
  reads: "shares",
  stock: () => null,
  takes: null,
  normalise: null,
} as const satisfies Partial<LayerClass>;

/** Silence of a layer that shifts, then activates. */
export function silentActivated(...shifts: readonly string[]): LayerClass["silence"] {
  return (config) => (activationFunction(config["activation"])?.keepsZero === true ? shifts : null);
}
