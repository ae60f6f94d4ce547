import type { tf } from "../tf.js";

/** The kernel backend of tfjs-node, as far as the pack uses it. */
export interface NativeBackend {
  readonly binding: NativeBinding;
  /** Runs one TensorFlow op eagerly. The tensors are tracked by the current scope. */
  executeMultipleOutputs(
    op: string,
    attrs: readonly OpAttribute[],
    inputs: readonly tf.TensorInfo[],
    outputs: number,
  ): tf.Tensor[];
}

export interface NativeBinding {
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_Version?: string;
}

export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: number | boolean | string | readonly number[];
}

/** Named inputs of a kernel: tfjs-node hands tensors over under the type of their description. */
export type Tensors<Names extends string> = Readonly<Record<Names, tf.Tensor>>;

export function isNativeBackend(backend: unknown): backend is NativeBackend {
  return (
    typeof backend === "object" &&
    backend !== null &&
    "executeMultipleOutputs" in backend &&
    typeof backend.executeMultipleOutputs === "function" &&
    "binding" in backend &&
    typeof backend.binding === "object"
  );
}

/** Builds the attributes of TensorFlow ops. */
export function attributesOf(binding: NativeBinding) {
  const make = (type: number) => (name: string, value: OpAttribute["value"]) => ({ name, type, value });
  const type = make(binding.TF_ATTR_TYPE);
  return {
    float: (name: string) => type(name, binding.TF_FLOAT),
    int32: (name: string) => type(name, binding.TF_INT32),
    number: make(binding.TF_ATTR_FLOAT),
    text: make(binding.TF_ATTR_STRING),
    flag: make(binding.TF_ATTR_BOOL),
  };
}
