import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { tf } from "../tf.js";

/**
 * What a kernel of the wasm pack works with. Kernels run below the tape on `TensorInfo`s: whatever they allocate they
 * free themselves, and a view of the heap must be taken anew after every allocation (the heap may have moved).
 */
export interface Wasm {
  /** Runs the kernel now registered under this name: ours where there is one. */
  run(kernelName: string, inputs: tf.NamedTensorInfoMap, attrs?: object): tf.TensorInfo;
  /** Runs the kernel that tfjs-backend-wasm came with. */
  stock(kernelName: string, inputs: tf.NamedTensorInfoMap, attrs?: object): tf.TensorInfo;
  /** An uninitialised float tensor. */
  output(shape: readonly number[]): tf.TensorInfo;
  /** A view of the tensor's floats on the heap. */
  floats(t: tf.TensorInfo): Float32Array;
  ints(t: tf.TensorInfo): Int32Array;
  free(...tensors: readonly tf.TensorInfo[]): void;
}

/** A kernel of ours: inputs and attributes as tfjs-core names them for this kernel. */
export interface KernelDefinition {
  readonly kernelName: string;
  readonly create: (wasm: Wasm) => tf.KernelFunc;
}

/** Named inputs of a kernel; `Optional` ones may be left out. */
export type Inputs<Required extends string, Optional extends string = never> = {
  readonly [name in Required]: tf.TensorInfo;
} & { readonly [name in Optional]?: tf.TensorInfo | null | undefined };

/**
 * Types a kernel by the inputs and attributes tfjs-core passes under its name. The registry hands them over untyped,
 * so the one conversion stands here.
 */
export function defineKernel<Given, Attrs>(
  kernelName: string,
  compute: (inputs: Given, attrs: Attrs, wasm: Wasm) => tf.TensorInfo | tf.TensorInfo[],
): KernelDefinition {
  return {
    kernelName,
    create:
      (wasm) =>
      ({ inputs, attrs }) =>
        compute(inputs as unknown as Given, attrs as unknown as Attrs, wasm),
  };
}

/** The same memory under another shape of equal size. Not to be freed beside the original. */
export function viewAs(t: tf.TensorInfo, shape: readonly number[]): tf.TensorInfo {
  return { dataId: t.dataId, shape: [...shape], dtype: t.dtype };
}

/** Registers kernels over those of the package, which stay reachable as `stock`. */
export function installKernels(backend: BackendWasm, definitions: readonly KernelDefinition[]): void {
  const originals = new Map<string, tf.KernelFunc>();
  for (const config of tf.getKernelsForBackend("wasm")) originals.set(config.kernelName, config.kernelFunc);
  const call = (
    kernel: tf.KernelFunc | undefined,
    name: string,
    inputs: tf.NamedTensorInfoMap,
    attrs: object,
  ) => {
    if (kernel === undefined) throw new Error(`the wasm backend has no kernel ${name}`);
    const result = kernel({ inputs, backend, attrs: { ...attrs } });
    const first = Array.isArray(result) ? result[0] : result;
    if (first === undefined) throw new Error(`kernel ${name} returned nothing`);
    return first;
  };
  const wasm: Wasm = {
    run: (name, inputs, attrs = {}) => call(tf.getKernel(name, "wasm")?.kernelFunc, name, inputs, attrs),
    stock: (name, inputs, attrs = {}) => call(originals.get(name), name, inputs, attrs),
    output: (shape) => backend.makeOutput([...shape], "float32"),
    floats(t) {
      const view = backend.typedArrayFromHeap(t);
      if (!(view instanceof Float32Array)) throw new Error(`expected floats, found ${t.dtype}`);
      return view;
    },
    ints(t) {
      const view = backend.typedArrayFromHeap(t);
      if (!(view instanceof Int32Array)) throw new Error(`expected integers, found ${t.dtype}`);
      return view;
    },
    free(...tensors) {
      for (const t of tensors) backend.disposeData(t.dataId);
    },
  };
  for (const { kernelName, create } of definitions) {
    if (originals.has(kernelName)) tf.unregisterKernel(kernelName, "wasm");
    tf.registerKernel({ kernelName, backendName: "wasm", kernelFunc: create(wasm) });
  }
}
