import type { Amounts } from "./amounts.js";
import type { Constraint } from "./constraint.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";

/** Plain facts about a network: no tensors, no weights' values. Made by `readNetwork`. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** `null` for an unknown size (the batch, a free spatial extent). */
export type Shape = readonly (number | null)[];

/** A variable of a layer, derived from class, config and input shape alone. */
export interface WeightInfo {
  /** `<layer path>/<own name>`: "conv2d_1/kernel", "encoder>lstm/forward_recurrent_kernel". Unique. */
  readonly key: string;
  /** "kernel", "gamma", "forward_recurrent_kernel". */
  readonly name: string;
  /** Name under which stock TensorFlow.js saves and looks for it: "conv2d_1/kernel", "bidirectional_1/forward_lstm/kernel". */
  readonly savedAs: string;
  /** What Keras calls it within its layer, where that is not how TensorFlow.js does: "kernel", "stacked_rnn_cells/lstm_cell/kernel". */
  readonly alias?: string;
  readonly shape: readonly number[];
  readonly trainable: boolean;
  /** Keras initializer config, or null for the class default. */
  readonly initializer: JsonObject | null;
  readonly regularizer: Amounts | null;
  /** What it is held to after each update. */
  readonly constraint: Constraint | null;
  /** True for the bias of an LSTM whose forget gate, its second quarter, starts open (Jozefowicz et al. 2015). */
  readonly forgetGate: boolean;
  /** Which axes follow which channels; `prune weights` looks at kernels only. */
  readonly bindings: readonly Binding[];
  /** True for the tensors that `prune weights` may prune: conv, dense, depthwise, recurrent kernels, embeddings excluded. */
  readonly isKernel: boolean;
}

/** A weight's axis follows the channels `ids` (the very array of the tensor: identity is shared, not copied). */
export interface Binding {
  readonly axis: number;
  /** Channel numbers along the axis, one per index; they repeat under flatten, depthwise multipliers, gate blocks. */
  readonly ids: Int32Array;
  /** `out`: this layer makes these channels; `pass`: it lets them through (batch norm, depthwise); `in`: it reads them. */
  readonly role: "out" | "pass" | "in";
}

/** A number in a layer's config that counts channels: `filters`, `units`, last entry of `target_shape`… */
export interface SizePlace {
  /** Path inside the layer's config: ["filters"], ["layer","config","units"], ["batch_input_shape", 3]. */
  readonly at: readonly (string | number)[];
  readonly ids: Int32Array;
}

export interface LayerInfo {
  /** Unique; layers of a nested model are "outer>inner". */
  readonly path: string;
  /** Name in `Network.topology`: unique in the whole network and valid for TensorFlow.js; mostly the last part of the path. */
  readonly name: string;
  /** Keras class: "Conv2D". */
  readonly className: string;
  /** Normalised config (snake_case, Keras 2 spelling). */
  readonly config: JsonObject;
  readonly weights: readonly WeightInfo[];
  readonly sizes: readonly SizePlace[];
  /** Number of calls; 2 and more is a shared layer; 0 for input layers, which are not called. */
  readonly uses: number;
  readonly trainable: boolean;
  /** Position among the layers that have kernels, from 1 in network order; 0 for the others (`layers 3..9`). */
  readonly ordinal: number;
}

export interface TensorInfo {
  readonly shape: Shape;
  /** Channel numbers along the last axis (length = its size); `null` when its size is unknown or there is only the batch axis. */
  readonly ids: Int32Array | null;
}

/** One call of one layer, in execution order (Kahn over calls; no recursion). */
export interface CallInfo {
  /** Number of the call in the network as loaded: slimming may drop calls, but never renumbers the others. */
  readonly origin: number;
  readonly layer: number;
  /** Tensors by number: index into `Network.tensors`. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** What the inputs are handed in as, where each has a name (query, value, …). */
  readonly names: readonly string[] | null;
  /** Whether it computes as outside of training while the network trains: it, or a model around it, is called with `training` false. */
  readonly inference: boolean;
  /** Extra keyword arguments of the call, as saved (training, mask, initial_state count…). */
  readonly kwargs: JsonObject;
  /** Multiply–accumulates of the call as a product of live counts; see costs.ts. */
  readonly macs: readonly MacTerm[];
}

/** times · live(out) · live(in) (each factor 1 where unset). Convention: conv, dense, recurrent and attention products; biases, norms, activations are not counted. */
export interface MacTerm {
  readonly times: number;
  readonly out?: Int32Array;
  readonly in?: Int32Array;
  /** The kernel the term belongs to. */
  readonly weight?: string;
}

/** A merge that happened, kept for diagnostics: a proof forest over channels. */
export interface Merge {
  readonly a: number;
  readonly b: number;
  /** `CallInfo.origin` of the call (a join, a shared layer…) that caused it. */
  readonly call: number;
  readonly why: "join" | "shared" | "product" | "reshape" | "recurrent" | "configuration";
}

export interface Protection {
  readonly kind:
    | "output"
    | "input"
    | "barrier"
    | "spread"
    | "statistics"
    | "softmax"
    | "grouped"
    | "permute"
    | "unknown-class";
  /** Layer path that protects. */
  readonly layer: string;
  /** Lowercase clause for messages: "layer normalization takes statistics over channels". */
  readonly reason: string;
}

export interface Barrier {
  readonly layer: string;
  readonly reason: string;
}

/** Union–find over channel numbers; numbers are those of the original network for ever. */
export interface Channels {
  readonly count: number;
  /** Root of a channel: the smallest number united with it. */
  find(channel: number): number;
  /** First reason why the unit of this channel may not be pruned, or undefined. */
  protection(channel: number): Protection | undefined;
  readonly merges: readonly Merge[];
  /** Layer (index) whose output axis created the channel; -1 for network inputs. */
  readonly producer: Int32Array;
  /** Index of the channel on its producer's output axis. */
  readonly position: Int32Array;
  /** Merges on the path from a to b, or null when they are not united. */
  explain(a: number, b: number): readonly Merge[] | null;
}

/** A set of united channels that lives or dies as one. */
export interface Unit {
  /** Its root channel: the unit's number. */
  readonly root: number;
  /** Ascending. */
  readonly channels: readonly number[];
  /** Layer indices that produce its channels, ascending, unique; one list for all units made by the same layers. */
  readonly producers: readonly number[];
}

/** Whose rules a file's layers follow where libraries differ: `hard_sigmoid`, bilinear interpolation. */
export type Writer = "tfjs" | "keras2" | "keras3";

export interface Network {
  readonly name: string;
  /** Normalised topology: tfjs spelling of Keras 2 (class_name, snake_case config, inbound_nodes), ready for stock tf.loadLayersModel. */
  readonly topology: JsonObject;
  readonly layers: readonly LayerInfo[];
  readonly calls: readonly CallInfo[];
  readonly tensors: readonly TensorInfo[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly channels: Channels;
  readonly barriers: readonly Barrier[];
  /** Removable units: those not protected that some kernel produces (role `out`). Ascending by root. */
  readonly units: readonly Unit[];
  /** `training_config` of the file (Keras spelling), if any. */
  readonly trainingConfig: JsonObject | null;
}

export interface ReadNetworkResult {
  readonly network: Network | null;
  readonly diagnostics: readonly Diagnostic[];
}

export interface Costs {
  /** All variables, non-trainable ones included: tfjs `countParams()`. */
  readonly params: number;
  readonly trainableParams: number;
  readonly macs: number;
  readonly perLayer: readonly { readonly layer: number; readonly params: number; readonly macs: number }[];
}
