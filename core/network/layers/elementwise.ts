import { counted } from "../../ir/words.js";
import { axes, flag, sizes } from "../config.js";
import { field, isJsonArray } from "../json.js";
import { lastOf } from "../shapes.js";
import { activationFunction } from "../activations.js";
import {
  addSize,
  addWeight,
  barrier,
  checkActivation,
  onlyInput,
  passing,
  protect,
  refuse,
  result,
  type Axis,
  type Rule,
  type Site,
} from "../site.js";
import { each, numberOf, unchanged, varying } from "./constants.js";
import { nothing, ORDINARY, silentActivated, type ConstantRule, type LayerClass } from "./layer-class.js";

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

/** ReLU; TensorFlow.js knows `max_value` only. */
const relu: Rule = (site) => {
  for (const key of ["negative_slope", "threshold"]) {
    const value = field(site.config.values, key);
    if (value !== undefined && value !== null && value !== 0) {
      refuse(site, "P5009", `is a ReLU with \`${key}\``, {
        notes: ["TensorFlow.js ignores it"],
        help: key === "negative_slope" ? "use LeakyReLU" : "use ThresholdedReLU",
      });
    }
  }
  return pass(site);
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

function addScaleAndShift(site: Site, axes: readonly Axis[]): void {
  if (flag(site.config, "scale", true)) addWeight(site, "gamma", axes);
  if (flag(site.config, "center", true)) addWeight(site, "beta", axes);
}

/** BatchNormalization: γ, β and moving statistics follow the channels; over another axis it is a barrier. */
const batchNormalization: Rule = (site) => {
  const input = onlyInput(site);
  const rank = input.shape.length;
  const axis = axes(site.config, "axis", rank, -1);
  const only = axis[0];
  if (axis.length !== 1 || only === undefined || only === 0) {
    return refuse(site, "P5009", `normalises ${counted(axis.length, "axes")}`, {
      notes: ["TensorFlow.js normalises one"],
    });
  }
  const over = only === rank - 1;
  const channels = passing((over ? input.ids : null) ?? input.shape[only] ?? null);
  addScaleAndShift(site, [channels]);
  for (const name of ["moving_mean", "moving_variance"]) addWeight(site, name, [channels], { frozen: true });
  if (over) return [result(site, input.shape, input.ids)];
  return barrier(site, [input.shape], "statistics", "batch normalization takes statistics over channels");
};

/** LayerNormalization takes statistics over the axes it normalises. */
const layerNormalization: Rule = (site) => {
  const input = onlyInput(site);
  const rank = input.shape.length;
  const over = axes(site.config, "axis", rank, -1);
  if (field(site.config.values, "rms_scaling") === true) {
    refuse(site, "P5009", "uses `rms_scaling`", {
      notes: ["TensorFlow.js ignores it"],
    });
  }
  addScaleAndShift(
    site,
    over.map((axis) => input.shape[axis] ?? null),
  );
  if (!over.includes(rank - 1) && lastOf(input.shape) !== null) return [result(site, input.shape, input.ids)];
  return barrier(site, [input.shape], "statistics", "layer normalization takes statistics over channels");
};

/** A scale of zero makes a constant of anything. */
const normConstants: ConstantRule = ({ config, inputs, data }) => {
  const [gamma, beta] = [data("gamma"), data("beta")];
  const [mean, variance] = [data("moving_mean"), data("moving_variance")];
  const epsilon = numberOf(config, "epsilon", 1e-3);
  return (inputs[0] ?? varying(0)).map((x, i) => {
    const scale = gamma?.[i] ?? 1;
    if (scale === 0) return beta?.[i] ?? 0;
    return (scale * (x - (mean?.[i] ?? 0))) / Math.sqrt((variance?.[i] ?? 1) + epsilon) + (beta?.[i] ?? 0);
  });
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
  ActivityRegularization: { ...pointwise, constants: null },
  AlphaDropout: { ...pointwise, silence: () => null },
  Dropout: dropoutLayer,
  ELU: { ...rectifier, constants: each((x) => (x >= 0 ? x : Math.expm1(x))) },
  GaussianDropout: pointwise,
  GaussianNoise: { ...pointwise, silence: () => null },
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
    rule: relu,
    constants: each((x, config) => Math.min(numberOf(config, "max_value", Infinity), Math.max(0, x))),
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
  },
  SpatialDropout1D: { ...pointwise, rule: dropout },
  ThresholdedReLU: {
    ...rectifier,
    constants: each((x, config) => (x > numberOf(config, "theta", 1) ? x : 0)),
  },
} satisfies Record<string, LayerClass>;

export const normLayers = {
  BatchNormalization: {
    ...ORDINARY,
    rule: batchNormalization,
    silence: () => ["gamma", "beta", "moving_mean"],
    constants: normConstants,
    completes: true,
    normalise: (config) => {
      const axis = config["axis"];
      if (isJsonArray(axis) && axis.length === 1) config["axis"] = axis[0] ?? -1;
    },
  },
  LayerNormalization: {
    ...ORDINARY,
    rule: layerNormalization,
    silence: () => null,
    constants: null,
  },
} satisfies Record<string, LayerClass>;
