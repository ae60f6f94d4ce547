import type { CallInfo, JsonObject, LayerInfo, Network, WeightInfo } from "../network/types.js";
import type { ParameterStore } from "../parameters.js";
import { scalarActivation } from "./scalar-activations.js";

/**
 * Follows channels that hold one value at every position of every example, whatever the input: filters whose kernel is
 * all zero give their activated bias. A value is NaN where the channel varies, over examples or over positions.
 */
export type Constants = ReadonlyMap<number, Float64Array>;

interface Reading {
  readonly layer: LayerInfo;
  readonly config: JsonObject;
  /** One array for each input. */
  readonly inputs: readonly Float64Array[];
  readonly width: number;
  data(name: string): Float32Array | undefined;
  weight(name: string): WeightInfo | undefined;
  /** Which slices of a kernel along an axis are all zero; undefined where its values are not there. */
  zeros(weight: WeightInfo, axis: number): readonly boolean[] | undefined;
}

/** Zero slices of a kernel whose values are not in the store. */
export type ZeroSlices = (weight: WeightInfo, axis: number) => readonly boolean[];

type Follow = (r: Reading) => Float64Array;

export function findConstants(network: Network, store: ParameterStore, zeros?: ZeroSlices): Constants {
  const known = new Map<number, Float64Array>();
  const valuesOf = (tensor: number): Float64Array => {
    const ids = network.tensors[tensor]?.ids;
    return known.get(tensor) ?? varying(ids?.length ?? 0);
  };
  for (const call of network.calls) {
    const layer = network.layers[call.layer];
    if (!layer) continue;
    call.outputs.forEach((out, i) => {
      const width = network.tensors[out]?.ids?.length ?? 0;
      const follow = i === 0 ? FOLLOW.get(layer.className) : undefined;
      known.set(out, follow ? follow(reading(layer, call, valuesOf, width, store, zeros)) : varying(width));
    });
  }
  return known;
}

function reading(
  layer: LayerInfo,
  call: CallInfo,
  valuesOf: (tensor: number) => Float64Array,
  width: number,
  store: ParameterStore,
  zeros: ZeroSlices | undefined,
): Reading {
  const data = (name: string) => store.get(weight(name)?.key ?? "")?.data;
  const weight = (name: string): WeightInfo | undefined => layer.weights.find((w) => w.name === name);
  return {
    layer,
    config: layer.config,
    inputs: call.inputs.map(valuesOf),
    width,
    weight,
    data,
    zeros: (one, axis) => {
      const values = data(one.name);
      return values === undefined ? zeros?.(one, axis) : zeroSlices(one, values, axis);
    },
  };
}

export function varying(n: number): Float64Array {
  return new Float64Array(n).fill(NaN);
}

function map(values: Float64Array | undefined, f: (x: number, i: number) => number): Float64Array {
  return (values ?? varying(0)).map((x, i) => (Number.isNaN(x) ? NaN : f(x, i)));
}

/** Which slices along `axis` are all zero. */
export function zeroSlices(weight: WeightInfo, data: Float32Array, axis: number): readonly boolean[] {
  const n = weight.shape[axis] ?? 0;
  const inner = weight.shape.slice(axis + 1).reduce((size, m) => size * m, 1);
  const zero = new Array<boolean>(n).fill(true);
  for (let block = 0, at = 0; at < data.length; block++) {
    const index = block % n;
    for (let end = at + inner; at < end; at++) if (data[at] !== 0) zero[index] = false;
  }
  return zero;
}

/** Conv, dense and their kin: constant where the kernel that makes the channel is all zero. */
function affine(kernel: string): Follow {
  return (r) => {
    const weight = r.weight(kernel);
    const activate = scalarActivation(r.config["activation"]);
    const binding = weight?.bindings.find((b) => b.role === "out");
    const zero = weight && binding && r.zeros(weight, binding.axis);
    if (!zero || !activate || binding.ids.length !== r.width) return varying(r.width);
    const bias = r.data("bias");
    return varying(r.width).map((_, i) => (zero[i] === true ? activate(bias?.[i] ?? 0) : NaN));
  };
}

/** Depthwise: by its own zero kernel, or a constant times the sum of taps where no padding meets it. */
const depthwise: Follow = (r) => {
  const data = r.data("depthwise_kernel");
  const activate = scalarActivation(r.config["activation"]);
  const values = r.inputs[0] ?? varying(0);
  if (!data || !activate || values.length === 0) return varying(r.width);
  const multiplier = r.width / values.length;
  const bias = r.data("bias");
  const padded = r.config["padding"] === "same";
  return varying(r.width).map((_, i) => {
    let sum = 0;
    let zero = true;
    for (let at = i; at < data.length; at += r.width) {
      sum += data[at] ?? 0;
      if (data[at] !== 0) zero = false;
    }
    const value = zero ? 0 : (values[Math.floor(i / multiplier)] ?? NaN) * sum;
    return padded && value !== 0 ? NaN : activate(value + (bias?.[i] ?? 0));
  });
};

const batchNorm: Follow = (r) => {
  const [gamma, beta, mean, variance] = ["gamma", "beta", "moving_mean", "moving_variance"].map((name) =>
    r.data(name),
  );
  const epsilon = typeof r.config["epsilon"] === "number" ? r.config["epsilon"] : 1e-3;
  // A scale of zero makes a constant of anything.
  return (r.inputs[0] ?? varying(0)).map((x, i) => {
    const scale = gamma?.[i] ?? 1;
    if (scale === 0) return beta?.[i] ?? 0;
    return (scale * (x - (mean?.[i] ?? 0))) / Math.sqrt((variance?.[i] ?? 1) + epsilon) + (beta?.[i] ?? 0);
  });
};

function number(config: JsonObject, key: string, fallback: number): number {
  const value = config[key];
  return typeof value === "number" ? value : fallback;
}

const same: Follow = (r) => map(r.inputs[0], (x) => x);

const prelu: Follow = (r) => {
  const [weight, alpha] = [r.weight("alpha"), r.data("alpha")];
  const overSpace = weight ? weight.shape.slice(0, -1).some((n) => n !== 1) : true;
  return map(r.inputs[0], (x, i) => {
    if (x >= 0) return x;
    return overSpace ? NaN : x * (alpha?.[alpha.length === 1 ? 0 : i] ?? NaN);
  });
};

/** Elementwise joins of operands of the full width; a thinner one varies. */
function join(combine: (values: readonly number[]) => number): Follow {
  return (r) =>
    varying(r.width).map((_, i) =>
      combine(r.inputs.map((values) => (values.length === r.width ? (values[i] ?? NaN) : NaN))),
    );
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** A constant zero silences a product whatever the others are. */
const product = (values: readonly number[]): number =>
  values.includes(0) ? 0 : values.reduce((a, b) => a * b, 1);

const concatenate: Follow = (r) => {
  const length = r.inputs.reduce((n, values) => n + values.length, 0);
  if (length !== r.width)
    return join((values) => (values.every((x) => x === values[0]) ? (values[0] ?? NaN) : NaN))(r);
  return Float64Array.from(r.inputs.flatMap((values) => [...values]));
};

/** Flatten and reshape repeat the channels. */
const repeated: Follow = (r) => {
  const values = r.inputs[0] ?? varying(0);
  if (values.length === 0 || r.width % values.length !== 0) return varying(r.width);
  return varying(r.width).map((_, i) => values[i % values.length] ?? NaN);
};

const PASSING = [
  "AlphaDropout",
  "AveragePooling1D",
  "AveragePooling2D",
  "AveragePooling3D",
  "Cropping2D",
  "Dropout",
  "GaussianDropout",
  "GaussianNoise",
  "GlobalAveragePooling1D",
  "GlobalAveragePooling2D",
  "GlobalMaxPooling1D",
  "GlobalMaxPooling2D",
  "MaxPooling1D",
  "MaxPooling2D",
  "MaxPooling3D",
  "Permute",
  "RepeatVector",
  "SpatialDropout1D",
  "UpSampling2D",
];

const FOLLOW: ReadonlyMap<string, Follow> = new Map<string, Follow>([
  ...PASSING.map((name) => [name, same] as const),
  ...["Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "Conv3DTranspose", "Dense"].map(
    (name) => [name, affine("kernel")] as const,
  ),
  ["SeparableConv2D", affine("pointwise_kernel")],
  ["DepthwiseConv2D", depthwise],
  ["BatchNormalization", batchNorm],
  [
    "Activation",
    (r) => {
      const f = scalarActivation(r.config["activation"]);
      return f ? map(r.inputs[0], f) : varying(r.width);
    },
  ],
  ["ReLU", (r) => map(r.inputs[0], (x) => Math.min(number(r.config, "max_value", Infinity), Math.max(0, x)))],
  ["LeakyReLU", (r) => map(r.inputs[0], (x) => (x >= 0 ? x : x * number(r.config, "alpha", 0.3)))],
  ["ELU", (r) => map(r.inputs[0], (x) => (x >= 0 ? x : number(r.config, "alpha", 1) * Math.expm1(x)))],
  ["ThresholdedReLU", (r) => map(r.inputs[0], (x) => (x > number(r.config, "theta", 1) ? x : 0))],
  ["PReLU", prelu],
  ["ZeroPadding2D", (r) => map(r.inputs[0], (x) => (x === 0 ? 0 : NaN))],
  ["Add", join(sum)],
  ["Average", join((values) => sum(values) / values.length)],
  ["Maximum", join((values) => Math.max(...values))],
  ["Minimum", join((values) => Math.min(...values))],
  ["Multiply", join(product)],
  ["Concatenate", concatenate],
  ["Flatten", repeated],
  ["Reshape", repeated],
]);
