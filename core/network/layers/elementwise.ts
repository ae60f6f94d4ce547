import { axes, sizes } from "../config.js";
import { field, isJsonArray } from "../json.js";
import { activationFunction } from "../activations.js";
import type { JsonObject } from "../types.js";
import {
  addSize,
  addWeight,
  barrier,
  checkActivation,
  onlyInput,
  passing,
  protect,
  refuseChannelsFirst,
  result,
  type Rule,
  type Site,
} from "../site.js";
import { each, numberOf, unchanged, varying } from "./constants.js";
import {
  nothing,
  notInStock,
  ORDINARY,
  silentActivated,
  type ConstantRule,
  type LayerClass,
} from "./layer-class.js";

/** Layers that act on every element alone: dropout, noise, rectifiers. */
const pass: Rule = (site) => {
  const input = onlyInput(site);
  return [result(site, input.shape, input.ids)];
};

const activationLayer: Rule = (site) => {
  const input = onlyInput(site);
  checkActivation(site, input.ids);
  return [result(site, input.shape, input.ids)];
};

/** ReLU at one number, as Keras has it: `negative_slope` below `threshold`, never more than `max_value`. */
const reluOf = (x: number, config: JsonObject): number => {
  const threshold = numberOf(config, "threshold", 0);
  const y = x > threshold ? x : numberOf(config, "negative_slope", 0) * Math.min(0, x - threshold);
  return Math.min(numberOf(config, "max_value", Infinity), y);
};

/** Softmax layer: fixes the channels where it is taken over them. */
const softmax: Rule = (site) => {
  const input = onlyInput(site);
  if (axes(site.config, "axis", input.shape.length, -1).includes(input.shape.length - 1)) {
    protect(site, input.ids, "softmax", `soft-max is taken over the channels at ${site.layer.spec.path}`);
  }
  return [result(site, input.shape, input.ids)];
};

/** Dropout; its `noise_shape` may hold the number of channels. */
const dropout: Rule = (site) => {
  const input = onlyInput(site);
  const shape = field(site.config.values, "noise_shape");
  if (isJsonArray(shape) && input.ids && shape.length === input.shape.length) {
    const last = shape[shape.length - 1];
    if (last === input.ids.length && input.ids.length > 1)
      addSize(site, ["noise_shape", shape.length - 1], input.ids);
  }
  return [result(site, input.shape, input.ids)];
};

/** PReLU: alpha has the input's shape without the batch, 1 on shared axes. */
const prelu: Rule = (site) => {
  const input = onlyInput(site);
  const shared = new Set(sharedAxes(site));
  const shape = input.shape.slice(1).map((n, i) => (shared.has(i + 1) ? 1 : n));
  const last = input.shape.length - 1;
  const follows = input.ids !== null && !shared.has(last);
  addWeight(site, "alpha", follows ? [...shape.slice(0, -1), passing(input.ids)] : shape);
  return [result(site, input.shape, input.ids)];
};

function sharedAxes(site: Site): readonly number[] {
  const value = field(site.config.values, "shared_axes");
  if (value === undefined || value === null) return [];
  if (isJsonArray(value)) return value.filter((n) => typeof n === "number");
  return sizes(site.config, "shared_axes", 1);
}

/** Masking skips a time step where all channels hold one value: it looks at them together. */
const masking: Rule = (site) => {
  const input = onlyInput(site);
  const reason = `${site.layer.spec.path} looks at all channels of a time step together`;
  protect(site, input.ids, "statistics", reason);
  return [result(site, input.shape, input.ids)];
};

/** Rescaling by numbers; by one number for each channel it is a barrier, as its config would have to shrink. */
const rescaling: Rule = (site) => {
  const input = onlyInput(site);
  if (["scale", "offset"].some((key) => isJsonArray(field(site.config.values, key)))) {
    return barrier(site, [input.shape], "barrier", "its config holds one number for each channel");
  }
  return [result(site, input.shape, input.ids)];
};

const preluConstants: ConstantRule = ({ inputs, weight, data }) => {
  const alpha = data("alpha");
  const overSpace =
    weight("alpha")
      ?.shape.slice(0, -1)
      .some((n) => n !== 1) ?? true;
  return (inputs[0] ?? varying(0)).map((x, i) => {
    if (!(x < 0)) return x;
    return overSpace ? NaN : x * (alpha?.[alpha.length === 1 ? 0 : i] ?? NaN);
  });
};

/** Without variables, value by value, zero for zero. */
const pointwise = { ...ORDINARY, rule: pass, silence: nothing, constants: unchanged } as const;

const rectifier = { ...pointwise, completes: true } as const;

/** TensorFlow.js reads no `noise_shape` of null. */
const dropoutLayer = {
  ...pointwise,
  rule: dropout,
  distribution: "input",
  normalise: (config) => {
    if (config["noise_shape"] === null) delete config["noise_shape"];
  },
} as const satisfies LayerClass;

const spatialDropout = {
  ...pointwise,
  rule: (site) => {
    refuseChannelsFirst(site);
    return pass(site);
  },
  stock: notInStock,
} as const satisfies LayerClass;

export const elementwiseLayers = {
  Activation: {
    ...rectifier,
    rule: activationLayer,
    silence: silentActivated(),
    constants: (call) => {
      const scalar = activationFunction(call.config["activation"])?.scalar;
      return scalar ? each(scalar)(call) : varying(call.width);
    },
    distribution: "activation",
  },
  ActivityRegularization: { ...pointwise, constants: null, stock: notInStock },
  AlphaDropout: { ...pointwise, silence: () => null },
  Dropout: dropoutLayer,
  ELU: {
    ...rectifier,
    constants: each((x, config) => (x >= 0 ? x : numberOf(config, "alpha", 1) * Math.expm1(x))),
    stock: (config) => (numberOf(config, "alpha", 1) === 1 ? null : "TensorFlow.js knows no `alpha` but 1"),
  },
  GaussianDropout: pointwise,
  GaussianNoise: { ...pointwise, silence: () => null },
  Identity: { ...pointwise, distribution: "input", stock: notInStock },
  LeakyReLU: {
    ...rectifier,
    constants: each((x, config) => (x >= 0 ? x : x * numberOf(config, "alpha", 0.3))),
    normalise: (config) => {
      if (config["alpha"] !== undefined || config["negative_slope"] === undefined) return;
      config["alpha"] = config["negative_slope"];
      delete config["negative_slope"];
    },
  },
  Masking: { ...pointwise, rule: masking, constants: null, distribution: "input" },
  PReLU: { ...rectifier, rule: prelu, constants: preluConstants },
  ReLU: {
    ...rectifier,
    constants: each(reluOf),
    silence: (config) => (reluOf(0, config) === 0 ? [] : null),
    stock: (config) => {
      const key = ["negative_slope", "threshold"].find((name) => numberOf(config, name, 0) !== 0);
      return key === undefined ? null : `TensorFlow.js ignores \`${key}\``;
    },
  },
  Rescaling: {
    ...pointwise,
    rule: rescaling,
    silence: (config) => ((config["offset"] ?? 0) === 0 ? [] : null),
    constants: each((x, config) => x * numberOf(config, "scale", 1) + numberOf(config, "offset", 0)),
    reads: "bytes",
  },
  Softmax: {
    ...pointwise,
    rule: softmax,
    silence: () => null,
    constants: null,
    distribution: "softmax",
    stock: ({ axis }) =>
      axis === undefined || axis === -1 ? null : "TensorFlow.js takes it over the last axis",
  },
  SpatialDropout1D: { ...pointwise, rule: dropout },
  SpatialDropout2D: spatialDropout,
  SpatialDropout3D: spatialDropout,
  ThresholdedReLU: {
    ...rectifier,
    constants: each((x, config) => (x > numberOf(config, "theta", 1) ? x : 0)),
  },
} satisfies Record<string, LayerClass>;
