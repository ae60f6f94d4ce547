import { choice, flag, int, pairs, sizes } from "../config.js";
import { HALF_PIXELS } from "../dialect.js";
import { convLength } from "../shapes.js";
import {
  barrier,
  checkRank,
  CHANNELS_FIRST,
  isChannelsFirst,
  onlyInput,
  refuse,
  refuseChannelsFirst,
  result,
  type Rule,
  type Site,
} from "../site.js";
import type { Value } from "../graph.js";
import type { Shape } from "../types.js";
import { each, unchanged } from "./constants.js";
import { nothing, notInStock, ORDINARY, type LayerClass } from "./layer-class.js";

type Space = readonly (number | null)[];

/** Applies `change` to the spatial axes; channels pass, or are fixed when they come first. */
function overSpace(site: Site, input: Value, change: (space: Space) => Space): readonly Value[] {
  const batch = input.shape[0] ?? null;
  if (input.shape.length > 3 && isChannelsFirst(site)) {
    const shape = [batch, input.shape[1] ?? null, ...change(input.shape.slice(2))];
    return barrier(site, [shape], "barrier", CHANNELS_FIRST);
  }
  const channels = input.shape[input.shape.length - 1] ?? null;
  return [result(site, [batch, ...change(input.shape.slice(1, -1)), channels], input.ids)];
}

/** MaxPooling and AveragePooling of 1 to 3 dimensions. */
function pooling(rank: number): Rule {
  return (site) => {
    const input = onlyInput(site, rank + 2);
    const pool = sizes(site.config, "pool_size", rank, 2);
    const strides = sizes(site.config, "strides", rank, pool);
    const padding = choice(site.config, "padding", ["valid", "same"], "valid");
    return overSpace(site, input, (space) =>
      space.map((n, i) => convLength(n, pool[i] ?? 1, strides[i] ?? 1, padding)),
    );
  };
}

/** Global pooling: [N, …, C] → [N, C]. */
function globalPooling(rank: number): Rule {
  return (site) => {
    const input = onlyInput(site, rank + 2);
    const batch = input.shape[0] ?? null;
    const ones = flag(site.config, "keepdims", false) ? new Array<number>(rank).fill(1) : [];
    if (rank > 1 && isChannelsFirst(site)) {
      if (ones.length > 0) refuseChannelsFirst(site);
      return barrier(site, [[batch, input.shape[1] ?? null]], "barrier", CHANNELS_FIRST);
    }
    return [result(site, [batch, ...ones, input.shape[rank + 1] ?? null], input.ids)];
  };
}

function resized(n: number | null, by: number): number | null {
  return n === null ? null : n + by;
}

/** ZeroPadding and Cropping: so many cells more or less before and after. */
function margins(rank: 1 | 2 | 3, key: "padding" | "cropping"): Rule {
  const [sign, usual] = key === "padding" ? [1, 1] : [-1, 0];
  return (site) => {
    const input = onlyInput(site, rank + 2);
    if (rank === 3) refuseChannelsFirst(site);
    const by = pairs(site.config, key, rank, usual);
    return overSpace(site, input, (space) => space.map((n, i) => resized(n, sign * sum(by[i]))));
  };
}

function sum(pair: readonly [number, number] | undefined): number {
  return pair ? pair[0] + pair[1] : 0;
}

/** UpSampling: whole multiples; in two dimensions it may interpolate. */
function upSampling(rank: 1 | 2 | 3): Rule {
  return (site) => {
    const input = onlyInput(site, rank + 2);
    if (rank === 3) refuseChannelsFirst(site);
    else if (rank === 2) {
      checkInterpolation(site);
      if (isHalfPixel(site) && !isNearest(site)) refuseChannelsFirst(site);
    }
    const size = sizes(site.config, "size", rank, 2);
    return overSpace(site, input, (space) => space.map((n, i) => (n === null ? null : n * (size[i] ?? 1))));
  };
}

const isHalfPixel = (site: Site): boolean => flag(site.config, HALF_PIXELS, false);
const isNearest = (site: Site): boolean => (site.config.values["interpolation"] ?? "nearest") === "nearest";

function checkInterpolation(site: Site): void {
  const how = site.config.values["interpolation"] ?? "nearest";
  if (typeof how === "string" && !["nearest", "bilinear"].includes(how))
    refuse(site, "P5009", `interpolates by \`${how}\``, {
      notes: ["`nearest` and `bilinear` can be computed"],
    });
}

const centerCrop: Rule = (site) => {
  const input = onlyInput(site, 3, 4);
  const height = int(site.config, "height");
  const width = int(site.config, "width");
  const shape = [...input.shape.slice(0, -3), height, width, input.shape[input.shape.length - 1] ?? null];
  return [result(site, shape, input.ids)];
};

/**
 * Resizing of Keras. That of TensorFlow.js states the shape of an image without a batch, as RandomWidth does, so that what follows it
 * cannot be tied.
 */
const resizing: Rule = (site) => {
  const input = onlyInput(site, 3, 4);
  const [height, width] = [int(site.config, "height"), int(site.config, "width")];
  if (!isHalfPixel(site)) {
    return barrier(
      site,
      [[height, width, input.shape[2] ?? null]],
      "barrier",
      "resizing states a shape without a batch",
    );
  }
  checkInterpolation(site);
  refuseChannelsFirst(site);
  return overSpace(site, checkRank(site, input, 4), () => [height, width]);
};

const randomWidth: Rule = (site) => {
  const input = onlyInput(site, 3, 4);
  const shape: Shape = [input.shape[input.shape.length - 3] ?? null, null, input.shape[2] ?? null];
  return barrier(site, [shape], "barrier", "the width is drawn at random");
};

const overPositions = (rule: Rule) =>
  ({ ...ORDINARY, rule, silence: nothing, constants: unchanged }) as const satisfies LayerClass;

/** They state no batch, so that nothing is followed behind them. */
const withoutBatch = (rule: Rule) => ({ ...overPositions(rule), constants: null }) as const;

/** A class that TensorFlow.js does not have. */
const added = (rule: Rule) => ({ ...overPositions(rule), stock: notInStock }) as const;

const globally = (rank: number): LayerClass => ({
  ...overPositions(globalPooling(rank)),
  stock: ({ keepdims }) =>
    rank === 3 ? notInStock() : keepdims === true ? "TensorFlow.js ignores `keepdims`" : null,
});

const padded = { constants: each((x) => (x === 0 ? 0 : NaN)) } as const;

/** Keras interpolates between the centres of pixels, TensorFlow.js from their corners. */
const interpolating = {
  stock: (config) =>
    config[HALF_PIXELS] === true ? "TensorFlow.js interpolates from the corners of pixels" : null,
} as const satisfies Partial<LayerClass>;

export const spatialLayers = {
  AveragePooling1D: overPositions(pooling(1)),
  AveragePooling2D: overPositions(pooling(2)),
  AveragePooling3D: overPositions(pooling(3)),
  CenterCrop: overPositions(centerCrop),
  Cropping1D: added(margins(1, "cropping")),
  Cropping2D: overPositions(margins(2, "cropping")),
  Cropping3D: added(margins(3, "cropping")),
  GlobalAveragePooling1D: globally(1),
  GlobalAveragePooling2D: globally(2),
  GlobalAveragePooling3D: globally(3),
  GlobalMaxPooling1D: globally(1),
  GlobalMaxPooling2D: globally(2),
  GlobalMaxPooling3D: globally(3),
  MaxPooling1D: overPositions(pooling(1)),
  MaxPooling2D: overPositions(pooling(2)),
  MaxPooling3D: overPositions(pooling(3)),
  RandomWidth: { ...withoutBatch(randomWidth), silence: () => null },
  Resizing: {
    ...withoutBatch(resizing),
    ...interpolating,
    normalise: (config, writer) => {
      if (writer !== "tfjs") config[HALF_PIXELS] = true;
    },
  },
  UpSampling1D: added(upSampling(1)),
  UpSampling2D: {
    ...overPositions(upSampling(2)),
    ...interpolating,
    normalise: (config, writer) => {
      if (writer !== "tfjs" && (config["interpolation"] ?? "nearest") !== "nearest")
        config[HALF_PIXELS] = true;
    },
  },
  UpSampling3D: added(upSampling(3)),
  ZeroPadding1D: { ...added(margins(1, "padding")), ...padded },
  ZeroPadding2D: { ...overPositions(margins(2, "padding")), ...padded },
  ZeroPadding3D: { ...added(margins(3, "padding")), ...padded },
} satisfies Record<string, LayerClass>;
