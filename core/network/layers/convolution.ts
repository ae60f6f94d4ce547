import { choice, int, sizes, type Config } from "../config.js";
import type { Value } from "../graph.js";
import { convLength, deconvLength, product, repeat, type Padding } from "../shapes.js";
import {
  addBias,
  addMacs,
  addSize,
  addWeight,
  barrier,
  channelsOf,
  checkActivation,
  CHANNELS_FIRST,
  derived,
  fresh,
  isChannelsFirst,
  making,
  onlyInput,
  passing,
  protect,
  reading,
  refuse,
  result,
  unite,
  type Channels,
  type Rule,
  type Site,
} from "../site.js";
import type { Json, JsonObject, Shape } from "../types.js";
import { activationFunction } from "../activations.js";
import { emptyKernels, varying } from "./constants.js";
import {
  notInStock,
  ORDINARY,
  silentActivated,
  type ConstantRule,
  type LayerClass,
  type Uptake,
} from "./layer-class.js";

function refuseDilation(site: Site, { dilation }: Geometry): void {
  if (dilation.every((d) => d === 1)) return;
  refuse(site, "P5009", "is a dilated transposed convolution", {
    notes: ["TensorFlow.js ignores the dilation"],
  });
}

interface Geometry {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: Padding;
}

const PADDINGS: readonly Padding[] = ["valid", "same"];

function geometry(site: Site, rank: number): Geometry {
  const { config } = site;
  const kernel = sizes(config, "kernel_size", rank);
  const strides = sizes(config, "strides", rank, 1);
  const dilation = sizes(config, "dilation_rate", rank, 1);
  const padding = choice(config, "padding", rank === 1 ? [...PADDINGS, "causal"] : PADDINGS, "valid");
  return { kernel, strides, dilation, padding };
}

/** Cells that a transposed convolution adds at its end; null where they follow from the strides. */
export function outputPadding(config: Config, rank: number): readonly number[] | null {
  return (config.values["output_padding"] ?? null) === null
    ? null
    : sizes(config, "output_padding", rank, undefined, 0);
}

function convolved(space: Shape, g: Geometry): Shape {
  return space.map((n, i) =>
    convLength(n, g.kernel[i] ?? 1, g.strides[i] ?? 1, g.padding, g.dilation[i] ?? 1),
  );
}

/** What goes into a convolution. With channels first they are not followed. */
interface Intake {
  readonly batch: number | null;
  /** Sizes without batch and channels. */
  readonly space: Shape;
  readonly reads: Channels;
  readonly followed: boolean;
}

function intake(site: Site, input: Value): Intake {
  const { shape } = input;
  const followed = shape.length === 3 || !isChannelsFirst(site);
  return {
    batch: shape[0] ?? null,
    space: followed ? shape.slice(1, -1) : shape.slice(2),
    reads: followed ? channelsOf(site, input) : (shape[1] ?? null),
    followed,
  };
}

/** The filters that a layer makes; their number where channels are not followed. */
function filtersOf(site: Site, { followed }: Intake): Channels {
  const filters = int(site.config, "filters");
  return followed ? fresh(site, filters) : filters;
}

/**
 * What one group of a grouped convolution reads. All groups have the same places, so that these are tied across them: what one loses
 * all lose.
 */
function ofOneGroup(site: Site, reads: Channels, makes: Channels): Channels {
  const groups = int(site.config, "groups", 1);
  if (groups === 1) return reads;
  const parts = [reads, makes].map((channels): Channels => {
    const count = typeof channels === "number" ? channels : (channels?.length ?? 0);
    if (count % groups !== 0)
      return refuse(site, "P5006", `cannot part ${count} channels into ${groups} groups`);
    const size = count / groups;
    if (!(channels instanceof Int32Array)) return size;
    if (size === 1) {
      const reason = "every channel is a group of its own";
      site.graph.barrier(site.layer.spec.path, reason);
      protect(site, channels, "grouped", reason);
    }
    const first = derived(site, size, () => channels.slice(0, size));
    for (let at = size; at < count; at += size)
      unite(site, first, channels.subarray(at, at + size), "configuration");
    return first;
  });
  return parts[0] ?? null;
}

/** The channels, each `multiplier` times in a row: output c · multiplier + q follows input c. */
function multiplied(site: Site, reads: Channels, multiplier: number): Channels {
  if (!(reads instanceof Int32Array)) return (reads ?? 1) * multiplier;
  if (multiplier === 1) return reads;
  return derived(site, reads.length * multiplier, () => repeat(reads, multiplier));
}

function outcome(site: Site, { batch }: Intake, space: Shape, makes: Channels): readonly Value[] {
  if (!(makes instanceof Int32Array))
    return barrier(site, [[batch, makes, ...space]], "barrier", CHANNELS_FIRST);
  checkActivation(site, makes);
  return [result(site, [batch, ...space, makes.length], makes)];
}

/**
 * Conv1D, Conv2D, Conv3D: kernel [...k, in, out], `in` of one group. Transposed: kernel [...k, out, in], one product for each input
 * cell and tap. Both: bias [out].
 */
function convolution(rank: number, transposed: boolean): Rule {
  return (site) => {
    const input = onlyInput(site, rank + 2);
    const g = geometry(site, rank);
    if (transposed) refuseDilation(site, g);
    const into = intake(site, input);
    const { space } = into;
    const makes = filtersOf(site, into);
    const reads = ofOneGroup(site, into.reads, makes);
    const more = outputPadding(site.config, rank);
    const out = transposed
      ? space.map((n, i) => deconvLength(n, g.kernel[i] ?? 1, g.strides[i] ?? 1, g.padding, more?.[i]))
      : convolved(space, g);
    const ends = [reading(reads), making(makes)];
    addWeight(site, "kernel", [...g.kernel, ...(transposed ? ends.reverse() : ends)]);
    addBias(site, making(makes));
    addSize(site, ["filters"], makes);
    addMacs(site, "kernel", product(transposed ? space : out) * product(g.kernel), reads, makes);
    return outcome(site, into, out, makes);
  };
}

/** DepthwiseConv1D and 2D: make no channel of their own. */
const depthwise =
  (rank: number): Rule =>
  (site) => {
    const input = onlyInput(site, rank + 2);
    const g = geometry(site, rank);
    const multiplier = int(site.config, "depth_multiplier", 1);
    const into = intake(site, input);
    const out = convolved(into.space, g);
    const passes = multiplied(site, into.reads, multiplier);
    addWeight(site, "depthwise_kernel", [...g.kernel, passing(into.reads), multiplier], { keras3: "kernel" });
    addBias(site, passing(passes));
    addMacs(site, "depthwise_kernel", product(out) * product(g.kernel), 1, passes);
    return outcome(site, into, out, passes);
  };

/** SeparableConv1D and 2D: depthwise, then pointwise [1, …, in · multiplier, out]. */
const separable =
  (rank: number): Rule =>
  (site) => {
    const input = onlyInput(site, rank + 2);
    const g = geometry(site, rank);
    const multiplier = int(site.config, "depth_multiplier", 1);
    const into = intake(site, input);
    const out = convolved(into.space, g);
    const middle = multiplied(site, into.reads, multiplier);
    const makes = filtersOf(site, into);
    addWeight(site, "depthwise_kernel", [...g.kernel, reading(into.reads), multiplier]);
    addWeight(site, "pointwise_kernel", [...g.kernel.map(() => 1), reading(middle), making(makes)]);
    addBias(site, making(makes));
    addSize(site, ["filters"], makes);
    addMacs(site, "depthwise_kernel", product(out) * product(g.kernel), 1, middle);
    addMacs(site, "pointwise_kernel", product(out), middle, makes);
    return outcome(site, into, out, makes);
  };

/** A constant input times the sum of the taps, where no padding meets it; a kernel of zeros gives the bias alone. */
const depthwiseConstants: ConstantRule = ({ config, inputs, width, data }) => {
  const kernel = data("depthwise_kernel");
  const activate = activationFunction(config["activation"])?.scalar;
  const values = inputs[0] ?? varying(0);
  if (!kernel || !activate || values.length === 0) return varying(width);
  const multiplier = width / values.length;
  const bias = data("bias");
  const padded = isPadded(config);
  return varying(width).map((_, i) => {
    let sum = 0;
    let zero = true;
    for (let at = i; at < kernel.length; at += width) {
      sum += kernel[at] ?? 0;
      if (kernel[at] !== 0) zero = false;
    }
    const value = zero ? 0 : (values[Math.floor(i / multiplier)] ?? NaN) * sum;
    return padded && value !== 0 ? NaN : activate(value + (bias?.[i] ?? 0));
  });
};

function isAll(value: Json | undefined, n: number): boolean {
  return Array.isArray(value) ? value.every((x) => x === n) : value === n;
}

const isPadded = ({ padding }: JsonObject): boolean => padding === "same" || padding === "causal";

/** Zero padding makes the borders differ. */
function unpadded(config: JsonObject): boolean {
  return !isPadded(config) || isAll(config["kernel_size"], 1);
}

const isGrouped = ({ groups }: JsonObject): boolean => typeof groups === "number" && groups > 1;

const isDilated = (config: JsonObject): boolean => !isAll(config["dilation_rate"] ?? 1, 1);

const affine = {
  ...ORDINARY,
  family: "conv",
  silence: silentActivated("bias"),
  constants: emptyKernels("kernel"),
  distribution: "activation",
} as const satisfies Partial<LayerClass>;

const conv = (rank: number): LayerClass => ({
  ...affine,
  rule: convolution(rank, false),
  uptake: (config): Uptake => (isGrouped(config) ? "never" : unpadded(config) ? "fold" : "carry"),
  stock: (config) => {
    if (isGrouped(config)) return "TensorFlow.js ignores `groups`";
    return config["padding"] === "causal" ? NO_CAUSAL : null;
  },
});

const NO_CAUSAL = "TensorFlow.js does not compute causal padding";

/** At the border fewer taps meet, whatever the padding. */
const convTranspose = (rank: number): LayerClass => ({
  ...affine,
  rule: convolution(rank, true),
  stock: (config) =>
    rank === 1
      ? notInStock()
      : outputPadding({ path: "", values: config }, rank)
        ? "TensorFlow.js ignores `output_padding`"
        : null,
  uptake: (config): Uptake =>
    isAll(config["kernel_size"], 1) && isAll(config["strides"] ?? 1, 1) ? "fold" : "carry",
});

/** Keras writes fields of Conv2D that these classes do not have. */
function drop(...keys: readonly string[]): NonNullable<LayerClass["normalise"]> {
  return (config) => {
    for (const key of keys) delete config[key];
  };
}

const NO_KERNEL = ["kernel_initializer", "kernel_regularizer", "kernel_constraint"] as const;

const depthwiseClass = (rank: number): LayerClass => ({
  ...affine,
  rule: depthwise(rank),
  family: "depthwise",
  constants: depthwiseConstants,
  stock: (config) =>
    rank === 1
      ? notInStock()
      : isDilated(config)
        ? "TensorFlow.js ignores the dilation of a depthwise convolution"
        : null,
  normalise: drop(...NO_KERNEL, "filters"),
});

const separableClass = (rank: number): LayerClass => ({
  ...affine,
  rule: separable(rank),
  constants: emptyKernels("pointwise_kernel"),
  uptake: (config): Uptake => (unpadded(config) ? "fold" : "never"),
  stock: () => (rank === 1 ? notInStock() : null),
  normalise: drop(...NO_KERNEL),
});

export const convolutions = {
  Conv1D: conv(1),
  Conv2D: conv(2),
  Conv3D: conv(3),
  Conv1DTranspose: convTranspose(1),
  Conv2DTranspose: convTranspose(2),
  Conv3DTranspose: convTranspose(3),
  DepthwiseConv1D: depthwiseClass(1),
  DepthwiseConv2D: depthwiseClass(2),
  SeparableConv1D: separableClass(1),
  SeparableConv2D: separableClass(2),
} satisfies Record<string, LayerClass>;
