import { choice, flag, int, sizes, type Config } from "../config.js";
import { bind } from "../graph.js";
import { raise } from "../../diagnostics/create.js";
import { quote } from "../../diagnostics/quote.js";
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
  onlyInput,
  result,
  weightKey,
  type Rule,
  type Site,
} from "../site.js";
import type { Json, JsonObject, Shape } from "../types.js";
import { activationFunction } from "../activations.js";
import { emptyKernels, varying } from "./constants.js";
import { ORDINARY, silentActivated, type ConstantRule, type LayerClass, type Uptake } from "./layer-class.js";

function refuseGroups(config: Config): void {
  if (int(config, "groups", 1) === 1) return;
  raise("P5009", `layer ${quote(config.path)} is a grouped convolution`, {
    notes: ["TensorFlow.js ignores `groups` and would compute an ordinary convolution"],
    help: "export the network with a depthwise convolution, or with one convolution for each group",
  });
}

interface Geometry {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: "valid" | "same";
}

function geometry(config: Config, rank: number): Geometry {
  const kernel = sizes(config, "kernel_size", rank);
  const strides = sizes(config, "strides", rank, 1);
  const dilation = sizes(config, "dilation_rate", rank, 1);
  const padding = choice(config, "padding", ["valid", "same", "causal"], "valid");
  if (padding === "causal") {
    return raise("P5009", `layer ${quote(config.path)} uses causal padding`, {
      notes: ["TensorFlow.js does not compute it"],
    });
  }
  return { kernel, strides, dilation, padding };
}

function refuseDilation(config: Config, { dilation }: Geometry, kind: string): void {
  if (dilation.every((d) => d === 1)) return;
  raise("P5009", `layer ${quote(config.path)} is a dilated ${kind} convolution`, {
    notes: ["TensorFlow.js ignores the dilation"],
  });
}

function refuseOutputPadding(config: Config, rank: number): void {
  const padding = config.values["output_padding"];
  if (padding === undefined || padding === null) return;
  if (sizes(config, "output_padding", rank, 0, 0).every((p) => p === 0)) return;
  raise("P5009", `layer ${quote(config.path)} uses \`output_padding\``, {
    notes: ["TensorFlow.js ignores it"],
  });
}

function convolved(space: Shape, g: Geometry): Shape {
  return space.map((n, i) =>
    convLength(n, g.kernel[i] ?? 1, g.strides[i] ?? 1, g.padding, g.dilation[i] ?? 1),
  );
}

/** Sizes of an input without batch and channels. */
function spaceOf(shape: Shape, channelsFirst: boolean): Shape {
  return channelsFirst ? shape.slice(2) : shape.slice(1, -1);
}

/**
 * Conv1D, Conv2D, Conv3D: kernel [...k, in, out]. Conv2DTranspose, Conv3DTranspose: kernel [...k, out, in], one product for
 * each input cell and tap. Both: bias [out].
 */
function convolution(rank: number, transposed: boolean): Rule {
  return (site) => {
    const { config } = site;
    const input = onlyInput(site, rank + 2);
    refuseGroups(config);
    const g = geometry(config, rank);
    const filters = int(config, "filters");
    if (transposed) {
      refuseDilation(config, g, "transposed");
      refuseOutputPadding(config, rank);
    }
    const first = rank > 1 && isChannelsFirst(site);
    const space = spaceOf(input.shape, first);
    const out = transposed
      ? space.map((n, i) => deconvLength(n, g.kernel[i] ?? 1, g.strides[i] ?? 1, g.padding))
      : convolved(space, g);
    const times = product(transposed ? space : out) * product(g.kernel);
    const inOrder = <T>(inputs: T, outputs: T): readonly [T, T] =>
      transposed ? [outputs, inputs] : [inputs, outputs];
    const batch = input.shape[0] ?? null;
    if (first) {
      const inputs = input.shape[1] ?? null;
      looseKernel(site, [...g.kernel, ...inOrder(inputs, filters)], filters);
      addMacs(site, { times: times * (inputs ?? 1) * filters });
      return barrier(site, [[batch, filters, ...out]], "barrier", CHANNELS_FIRST);
    }
    const reads = channelsOf(site, input);
    const ids = fresh(site, filters);
    const [inAxis, outAxis] = transposed ? [rank + 1, rank] : [rank, rank + 1];
    addWeight(site, {
      name: "kernel",
      shape: [...g.kernel, ...inOrder(reads.length, filters)],
      bindings: inOrder(bind(inAxis, reads, "in"), bind(outAxis, ids, "out")),
      initializer: "kernel_initializer",
      kernel: true,
    });
    addBias(site, ids);
    addSize(site, ["filters"], ids);
    addMacs(site, { times, in: reads, out: ids, weight: weightKey(site, "kernel") });
    checkActivation(site, ids);
    return [result(site, [batch, ...out, filters], ids)];
  };
}

/** Kernel and bias of a layer whose channels cannot be followed. */
function looseKernel(
  site: Site,
  shape: readonly (number | null)[],
  outputs: number,
  kind: "" | "depthwise_" | "pointwise_" = "",
): void {
  const initializer = `${kind || "kernel_"}initializer`;
  addWeight(site, { name: `${kind}kernel`, shape, bindings: [], initializer, kernel: true });
  if (flag(site.config, "use_bias", true))
    addWeight(site, { name: "bias", shape: [outputs], bindings: [], initializer: "bias_initializer" });
}

/** The channels, each `multiplier` times in a row: output c · multiplier + q follows input c. */
function multiplied(site: Site, reads: Int32Array, multiplier: number): Int32Array {
  if (multiplier === 1) return reads;
  return derived(site, reads.length * multiplier, () => repeat(reads, multiplier));
}

/** DepthwiseConv2D: makes no channel of its own. */
const depthwiseConv2d: Rule = (site) => {
  const input = onlyInput(site, 4);
  const g = geometry(site.config, 2);
  const multiplier = int(site.config, "depth_multiplier", 1);
  refuseDilation(site.config, g, "depthwise");
  const first = isChannelsFirst(site);
  const batch = input.shape[0] ?? null;
  const out = convolved(spaceOf(input.shape, first), g);
  const taps = product(out) * product(g.kernel);
  if (first) {
    const inputs = input.shape[1] ?? null;
    const outputs = (inputs ?? 1) * multiplier;
    looseKernel(site, [...g.kernel, inputs, multiplier], outputs, "depthwise_");
    addMacs(site, { times: taps * outputs });
    return barrier(site, [[batch, outputs, ...out]], "barrier", CHANNELS_FIRST);
  }
  const reads = channelsOf(site, input);
  const ids = multiplied(site, reads, multiplier);
  addWeight(site, {
    name: "depthwise_kernel",
    shape: [...g.kernel, reads.length, multiplier],
    bindings: [bind(2, reads, "pass")],
    initializer: "depthwise_initializer",
    kernel: true,
  });
  addBias(site, ids, "pass");
  addMacs(site, { times: taps, out: ids, weight: weightKey(site, "depthwise_kernel") });
  checkActivation(site, ids);
  return [result(site, [batch, ...out, ids.length], ids)];
};

/** SeparableConv2D: depthwise, then pointwise [1, 1, in · multiplier, out]. */
const separableConv2d: Rule = (site) => {
  const input = onlyInput(site, 4);
  const g = geometry(site.config, 2);
  const multiplier = int(site.config, "depth_multiplier", 1);
  const filters = int(site.config, "filters");
  const first = isChannelsFirst(site);
  const batch = input.shape[0] ?? null;
  const out = convolved(spaceOf(input.shape, first), g);
  const cells = product(out);
  const depthwise = (channels: number | null, reads: Int32Array | null): void =>
    addWeight(site, {
      name: "depthwise_kernel",
      shape: [...g.kernel, channels, multiplier],
      bindings: reads ? [bind(2, reads, "in")] : [],
      initializer: "depthwise_initializer",
      kernel: true,
    });
  if (first) {
    const spread = (input.shape[1] ?? 1) * multiplier;
    depthwise(input.shape[1] ?? null, null);
    looseKernel(site, [1, 1, spread, filters], filters, "pointwise_");
    addMacs(site, { times: cells * spread * (product(g.kernel) + filters) });
    return barrier(site, [[batch, filters, ...out]], "barrier", CHANNELS_FIRST);
  }
  const reads = channelsOf(site, input);
  const middle = multiplied(site, reads, multiplier);
  const ids = fresh(site, filters);
  depthwise(reads.length, reads);
  addWeight(site, {
    name: "pointwise_kernel",
    shape: [1, 1, middle.length, filters],
    bindings: [bind(2, middle, "in"), bind(3, ids, "out")],
    initializer: "pointwise_initializer",
    kernel: true,
  });
  addBias(site, ids);
  addSize(site, ["filters"], ids);
  addMacs(site, {
    times: cells * product(g.kernel),
    out: middle,
    weight: weightKey(site, "depthwise_kernel"),
  });
  addMacs(site, { times: cells, in: middle, out: ids, weight: weightKey(site, "pointwise_kernel") });
  checkActivation(site, ids);
  return [result(site, [batch, ...out, filters], ids)];
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
