import { choice, int, sizes } from "../config.js";
import type { Value } from "../graph.js";
import { convLength, deconvLength, product, repeat } from "../shapes.js";
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
  reading,
  refuse,
  result,
  type Channels,
  type Rule,
  type Site,
} from "../site.js";
import type { Json, JsonObject, Shape } from "../types.js";
import { activationFunction } from "../activations.js";
import { emptyKernels, varying } from "./constants.js";
import { ORDINARY, silentActivated, type ConstantRule, type LayerClass, type Uptake } from "./layer-class.js";

function refuseGroups(site: Site): void {
  if (int(site.config, "groups", 1) === 1) return;
  refuse(site, "P5009", "is a grouped convolution", {
    notes: ["TensorFlow.js ignores `groups` and would compute an ordinary convolution"],
    help: "export the network with a depthwise convolution, or with one convolution for each group",
  });
}

function refuseDilation(site: Site, { dilation }: Geometry, kind: string): void {
  if (dilation.every((d) => d === 1)) return;
  refuse(site, "P5009", `is a dilated ${kind} convolution`, {
    notes: ["TensorFlow.js ignores the dilation"],
  });
}

function refuseOutputPadding(site: Site, rank: number): void {
  if (sizes(site.config, "output_padding", rank, 0, 0).every((p) => p === 0)) return;
  refuse(site, "P5009", "uses `output_padding`", { notes: ["TensorFlow.js ignores it"] });
}

interface Geometry {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: "valid" | "same";
}

function geometry(site: Site, rank: number): Geometry {
  const { config } = site;
  const kernel = sizes(config, "kernel_size", rank);
  const strides = sizes(config, "strides", rank, 1);
  const dilation = sizes(config, "dilation_rate", rank, 1);
  const padding = choice(config, "padding", ["valid", "same", "causal"], "valid");
  if (padding === "causal")
    return refuse(site, "P5009", "uses causal padding", { notes: ["TensorFlow.js does not compute it"] });
  return { kernel, strides, dilation, padding };
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
 * Conv1D, Conv2D, Conv3D: kernel [...k, in, out]. Conv2DTranspose, Conv3DTranspose: kernel [...k, out, in], one product for
 * each input cell and tap. Both: bias [out].
 */
function convolution(rank: number, transposed: boolean): Rule {
  return (site) => {
    const input = onlyInput(site, rank + 2);
    refuseGroups(site);
    const g = geometry(site, rank);
    if (transposed) {
      refuseDilation(site, g, "transposed");
      refuseOutputPadding(site, rank);
    }
    const into = intake(site, input);
    const { space, reads } = into;
    const makes = filtersOf(site, into);
    const out = transposed
      ? space.map((n, i) => deconvLength(n, g.kernel[i] ?? 1, g.strides[i] ?? 1, g.padding))
      : convolved(space, g);
    const ends = [reading(reads), making(makes)];
    addWeight(site, "kernel", [...g.kernel, ...(transposed ? ends.reverse() : ends)]);
    addBias(site, making(makes));
    addSize(site, ["filters"], makes);
    addMacs(site, "kernel", product(transposed ? space : out) * product(g.kernel), reads, makes);
    return outcome(site, into, out, makes);
  };
}

/** DepthwiseConv2D: makes no channel of its own. */
const depthwiseConv2d: Rule = (site) => {
  const input = onlyInput(site, 4);
  const g = geometry(site, 2);
  const multiplier = int(site.config, "depth_multiplier", 1);
  refuseDilation(site, g, "depthwise");
  const into = intake(site, input);
  const out = convolved(into.space, g);
  const passes = multiplied(site, into.reads, multiplier);
  addWeight(site, "depthwise_kernel", [...g.kernel, passing(into.reads), multiplier], { keras3: "kernel" });
  addBias(site, passing(passes));
  addMacs(site, "depthwise_kernel", product(out) * product(g.kernel), 1, passes);
  return outcome(site, into, out, passes);
};

/** SeparableConv2D: depthwise, then pointwise [1, 1, in · multiplier, out]. */
const separableConv2d: Rule = (site) => {
  const input = onlyInput(site, 4);
  const g = geometry(site, 2);
  const multiplier = int(site.config, "depth_multiplier", 1);
  const into = intake(site, input);
  const out = convolved(into.space, g);
  const middle = multiplied(site, into.reads, multiplier);
  const makes = filtersOf(site, into);
  addWeight(site, "depthwise_kernel", [...g.kernel, reading(into.reads), multiplier]);
  addWeight(site, "pointwise_kernel", [1, 1, reading(middle), making(makes)]);
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
  const padded = config["padding"] === "same";
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

/** Zero padding makes the borders differ. */
function unpadded(config: JsonObject): boolean {
  return config["padding"] !== "same" || isAll(config["kernel_size"], 1);
}

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
  uptake: (config): Uptake => (unpadded(config) ? "fold" : "carry"),
});

/** At the border fewer taps meet, whatever the padding. */
const convTranspose = (rank: number): LayerClass => ({
  ...affine,
  rule: convolution(rank, true),
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

export const convolutions = {
  Conv1D: conv(1),
  Conv2D: conv(2),
  Conv3D: conv(3),
  Conv2DTranspose: convTranspose(2),
  Conv3DTranspose: convTranspose(3),
  DepthwiseConv2D: {
    ...affine,
    rule: depthwiseConv2d,
    family: "depthwise",
    constants: depthwiseConstants,
    normalise: drop(...NO_KERNEL, "filters"),
  },
  SeparableConv2D: {
    ...affine,
    rule: separableConv2d,
    constants: emptyKernels("pointwise_kernel"),
    uptake: (config): Uptake => (unpadded(config) ? "fold" : "never"),
    normalise: drop(...NO_KERNEL),
  },
} satisfies Record<string, LayerClass>;
