import { counted } from "../../ir/words.js";
import { axes, flag, int } from "../config.js";
import { field, isJsonArray } from "../json.js";
import { lastOf } from "../shapes.js";
import {
  addSize,
  addWeight,
  barrier,
  onlyInput,
  passing,
  refuse,
  result,
  type Axis,
  type Rule,
  type Site,
} from "../site.js";
import { numberOf, varying } from "./constants.js";
import { nothing, notInStock, ORDINARY, type ConstantRule, type LayerClass } from "./layer-class.js";

/** Layers that bring what they read to a scale. */

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
  return barrier(site, [input.shape], "statistics", `it normalises along axis ${only}, not the last`);
};

/** LayerNormalization takes statistics over the axes it normalises. */
const layerNormalization: Rule = (site) => {
  const input = onlyInput(site);
  const rank = input.shape.length;
  const over = axes(site.config, "axis", rank, -1);
  if (field(site.config.values, "rms_scaling") === true) {
    refuse(site, "P5009", "uses `rms_scaling`", { help: "use RMSNormalization" });
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

/**
 * GroupNormalization takes statistics over space and the channels of a group. With as many groups as channels (`groups: -1`) every
 * channel stands for itself.
 */
const groupNormalization: Rule = (site) => {
  const input = onlyInput(site);
  const rank = input.shape.length;
  const [axis = rank - 1] = axes(site.config, "axis", rank, -1);
  const channels = input.shape[axis] ?? null;
  const given = field(site.config.values, "groups") ?? 32;
  const groups = given === -1 ? channels : int(site.config, "groups", 32);
  if (axis === 0 || channels === null || groups === null || channels % groups !== 0) {
    return refuse(
      site,
      "P5006",
      `cannot part ${channels ?? "unknown"} channels into ${String(groups)} groups`,
    );
  }
  const alone = axis === rank - 1 && groups === channels && input.ids !== null;
  addScaleAndShift(site, [passing(alone ? input.ids : channels)]);
  if (!alone)
    return barrier(site, [input.shape], "statistics", "group normalization takes statistics over channels");
  if (given !== -1) addSize(site, ["groups"], input.ids);
  return [result(site, input.shape, input.ids)];
};

/** RMSNormalization divides by the root mean square over an axis. */
const rmsNormalization: Rule = (site) => {
  const input = onlyInput(site);
  const rank = input.shape.length;
  const over = axes(site.config, "axis", rank, -1);
  addWeight(
    site,
    "scale",
    over.map((axis) => input.shape[axis] ?? null),
  );
  if (!over.includes(rank - 1)) return [result(site, input.shape, input.ids)];
  return barrier(site, [input.shape], "statistics", "the mean of squares is taken over channels");
};

/** UnitNormalization divides by the root of a sum of squares: what is zero adds nothing to it. */
const unitNormalization: Rule = (site) => {
  const input = onlyInput(site);
  axes(site.config, "axis", input.shape.length, -1);
  return [result(site, input.shape, input.ids)];
};

/** Normalization by numbers in the config, or by statistics that `adapt` found. */
const normalization: Rule = (site) => {
  const input = onlyInput(site);
  const rank = input.shape.length;
  const own = ["mean", "variance"].map((key) => field(site.config.values, key));
  if (own.some((value) => value !== undefined && value !== null)) {
    if (!own.some(isJsonArray)) return [result(site, input.shape, input.ids)];
    return barrier(site, [input.shape], "barrier", "its config holds one number for each channel");
  }
  const statistics = keptAxes(site.config.values["axis"], rank).map((axis) =>
    axis === rank - 1 && input.ids ? passing(input.ids) : (input.shape[axis] ?? null),
  );
  for (const name of ["mean", "variance"]) addWeight(site, name, statistics, { frozen: true });
  addWeight(site, "count", [], { frozen: true });
  return [result(site, input.shape, input.ids)];
};

/** Axes with statistics of their own, from the first; none where all of an example are taken together. */
export function keptAxes(axis: unknown, rank: number): readonly number[] {
  const given = axis === undefined ? -1 : axis;
  const list: readonly unknown[] = Array.isArray(given) ? given : given === null ? [] : [given];
  return list
    .flatMap((value) => (typeof value === "number" ? [value < 0 ? value + rank : value] : []))
    .sort((a, b) => a - b);
}

/** One mean and variance for each channel, or for all. */
const normalizationConstants: ConstantRule = ({ config, inputs, weight, data }) => {
  const [mean, variance] = [data("mean"), data("variance")];
  const [x = varying(0)] = inputs;
  const perChannel = (weight("mean")?.shape.length ?? 0) <= 1;
  if (!perChannel) return varying(x.length);
  const at = (values: Float32Array | undefined, key: string, i: number): number =>
    values?.[values.length === 1 ? 0 : i] ?? numberOf(config, key, NaN);
  return x.map((value, i) => {
    const deviation = Math.max(Math.sqrt(at(variance, "variance", i)), 1e-7);
    const centre = at(mean, "mean", i);
    return config["invert"] === true ? value * deviation + centre : (value - centre) / deviation;
  });
};

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
  GroupNormalization: {
    ...ORDINARY,
    rule: groupNormalization,
    silence: () => ["beta"],
    constants: null,
    completes: true,
    stock: notInStock,
  },
  RMSNormalization: {
    ...ORDINARY,
    rule: rmsNormalization,
    silence: nothing,
    constants: null,
    stock: notInStock,
  },
  UnitNormalization: {
    ...ORDINARY,
    rule: unitNormalization,
    silence: nothing,
    constants: null,
    stock: notInStock,
  },
  Normalization: {
    ...ORDINARY,
    rule: normalization,
    silence: (config) => ((config["mean"] ?? 0) === 0 ? ["mean"] : null),
    constants: normalizationConstants,
    reads: "bytes",
    stock: notInStock,
  },
} satisfies Record<string, LayerClass>;
