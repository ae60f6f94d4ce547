import type { Json, JsonObject } from "./types.js";

/** A model as written, after its JSON has been checked: references are resolved, nothing is computed yet. */

export interface TensorRef {
  readonly layer: LayerSpec;
  /** Which call of that layer, from 0. */
  readonly node: number;
  readonly tensor: number;
}

export interface NodeSpec {
  readonly inputs: readonly TensorRef[];
  /** What the inputs are handed in as, where each has a name. */
  readonly names: readonly string[] | null;
  readonly kwargs: JsonObject;
}

export interface LayerSpec {
  /** Name as written in the file. */
  readonly given: string;
  /** Unique in the whole network and valid as a tensor name; what is written back. */
  readonly name: string;
  /** `outer>inner`, from the names as given. */
  readonly path: string;
  readonly className: string;
  readonly config: JsonObject;
  /** Set for nested models. */
  readonly inner: ModelSpec | null;
  /** Filled once all layers of the model are known. */
  nodes: readonly NodeSpec[];
}

export interface ModelSpec {
  readonly kind: "sequential" | "functional";
  readonly name: string;
  readonly trainable: boolean;
  /** `build_input_shape` of a Sequential model whose first layer states none. */
  readonly buildShape: Json | undefined;
  readonly layers: readonly LayerSpec[];
  readonly inputs: readonly TensorRef[];
  readonly outputs: readonly TensorRef[];
}
