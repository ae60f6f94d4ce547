import { tf } from "./tf.js";

/** The tensors of a backend, as far as kernels of ours need to know them. */
export interface Memory {
  /** A float tensor; its values are yet to be written. */
  output(shape: readonly number[]): tf.TensorInfo;
  /** The values of a tensor, by reference. */
  values(t: tf.TensorInfo): unknown;
  free(t: tf.TensorInfo): void;
}

/**
 * What a kernel of ours works with, on wasm and cpu alike. Kernels run below the tape on `TensorInfo`s: whatever they
 * allocate they free themselves, and a view of the values must be taken anew after every allocation (the heap may have
 * moved).
 */
export interface Device {
  /** Runs the kernel now registered under this name: ours where there is one. */
  run(kernelName: string, inputs: KernelInputs, attrs?: object): tf.TensorInfo;
  /** Runs the kernel that the package of the backend came with. */
  stock(kernelName: string, inputs: KernelInputs, attrs?: object): tf.TensorInfo;
  output(shape: readonly number[]): tf.TensorInfo;
  floats(t: tf.TensorInfo): Float32Array;
  ints(t: tf.TensorInfo): Int32Array;
  free(...tensors: readonly tf.TensorInfo[]): void;
}

type KernelInputs = Readonly<Record<string, tf.TensorInfo | null | undefined>>;

/** Computes the results of a kernel, or the one result, on a device `D`. */
type Kernel<D> = (
  inputs: tf.NamedTensorInfoMap,
  attrs: tf.NamedAttrMap,
  device: D,
) => tf.TensorInfo | tf.TensorInfo[];

/** Kernels by their names. */
export type Kernels<D = Device> = Readonly<Record<string, Kernel<D>>>;

/** Named inputs of a kernel; `Optional` ones may be left out. */
export type Inputs<Required extends string, Optional extends string = never> = {
  readonly [name in Required]: tf.TensorInfo;
} & { readonly [name in Optional]?: tf.TensorInfo | null | undefined };

/**
 * Types a kernel by the inputs and attributes tfjs-core passes under its name. The registry hands them over untyped,
 * so the one conversion stands here.
 */
export function kernel<Given, Attrs = object, D = Device>(
  compute: (inputs: Given, attrs: Attrs, device: D) => tf.TensorInfo | tf.TensorInfo[],
): Kernel<D> {
  return (inputs, attrs, device) => compute(inputs as unknown as Given, attrs as unknown as Attrs, device);
}

/** The same memory under another shape of equal size. Not to be freed beside the original. */
export function viewAs(t: tf.TensorInfo, shape: readonly number[]): tf.TensorInfo {
  return { dataId: t.dataId, shape: [...shape], dtype: t.dtype };
}

/** Registers kernels over those that the backend's package came with, which stay reachable as `stock`. */
export function installKernels(backendName: string, memory: Memory, kernels: Kernels): void {
  const originals = new Map(
    tf.getKernelsForBackend(backendName).map(({ kernelName, kernelFunc }) => [kernelName, kernelFunc]),
  );
  const calling =
    (find: (name: string) => tf.KernelFunc | undefined): Device["run"] =>
    (name, inputs, attrs = {}) => {
      // What a kernel may do without is left out or null.
      const given = inputs as tf.NamedTensorInfoMap;
      const result = find(name)?.({ inputs: given, backend: tf.backend(), attrs: { ...attrs } });
      const [first] = Array.isArray(result) ? result : [result];
      if (first === undefined) throw new Error(`the ${backendName} backend has no kernel ${name}`);
      return first;
    };
  const device: Device = {
    run: calling((name) => tf.getKernel(name, backendName)?.kernelFunc),
    stock: calling((name) => originals.get(name)),
    output: (shape) => memory.output(shape),
    floats(t) {
      const values = memory.values(t);
      if (!(values instanceof Float32Array)) throw new Error(`expected floats, found ${t.dtype}`);
      return values;
    },
    ints(t) {
      const values = memory.values(t);
      if (!(values instanceof Int32Array)) throw new Error(`expected integers, found ${t.dtype}`);
      return values;
    },
    free: (...tensors) => tensors.forEach((t) => memory.free(t)),
  };
  registerKernels(backendName, device, kernels);
}

/** Registers kernels that work with a device of any kind, in place of those that had their names. */
export function registerKernels<D>(backendName: string, device: D, kernels: Kernels<D>): void {
  for (const [kernelName, compute] of Object.entries(kernels)) {
    if (tf.getKernel(kernelName, backendName) !== undefined) tf.unregisterKernel(kernelName, backendName);
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs = {} }) => compute(inputs, attrs, device),
    });
  }
}
