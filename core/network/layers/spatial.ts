import { choice, int, pairs, sizes } from "../config.js";
import { convLength } from "../shapes.js";
import {
  barrier,
  CHANNELS_FIRST,
  isChannelsFirst,
  onlyInput,
  refuse,
  result,
  type Rule,
  type Site,
} from "../site.js";
import type { Value } from "../graph.js";
import type { Shape } from "../types.js";
import { each, unchanged } from "./constants.js";
import { nothing, ORDINARY, type LayerClass } from "./layer-class.js";

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
    if (site.config.values["keepdims"] === true) {
      refuse(site, "P5009", "uses `keepdims`", {
        notes: ["TensorFlow.js ignores it"],
      });
    }
    const batch = input.shape[0] ?? null;
    if (rank > 1 && isChannelsFirst(site)) {
      return barrier(site, [[batch, input.shape[1] ?? null]], "barrier", CHANNELS_FIRST);
    }
    return [result(site, [batch, input.shape[rank + 1] ?? null], input.ids)];
  };
}

function resized(n: number | null, by: number): number | null {
  return n === null ? null : n + by;
}

const zeroPadding2d: Rule = (site) => {
  const input = onlyInput(site, 4);
  const margins = pairs(site.config, "padding", 2, 1);
  return overSpace(site, input, (space) => space.map((n, i) => resized(n, sum(margins[i]))));
};

const cropping2d: Rule = (site) => {
  const input = onlyInput(site, 4);
  const margins = pairs(site.config, "cropping", 2, 0);
  return overSpace(site, input, (space) => space.map((n, i) => resized(n, -sum(margins[i]))));
};

function sum(pair: readonly [number, number] | undefined): number {
  return pair ? pair[0] + pair[1] : 0;
}

const upSampling2d: Rule = (site) => {
  const input = onlyInput(site, 4);
  const size = sizes(site.config, "size", 2, 2);
  choice(site.config, "interpolation", ["nearest", "bilinear"], "nearest");
  return overSpace(site, input, (space) => space.map((n, i) => (n === null ? null : n * (size[i] ?? 1))));
};

const centerCrop: Rule = (site) => {
  const input = onlyInput(site, 3, 4);
  const height = int(site.config, "height");
  const width = int(site.config, "width");
  const shape = [...input.shape.slice(0, -3), height, width, input.shape[input.shape.length - 1] ?? null];
  return [result(site, shape, input.ids)];
};

/** Resizing and RandomWidth state the shape of an image without a batch, so that what follows them cannot be tied. */
const resizing: Rule = (site) => {
  const input = onlyInput(site, 3, 4);
  const shape: Shape = [int(site.config, "height"), int(site.config, "width"), input.shape[2] ?? null];
  return barrier(site, [shape], "barrier", "resizing states a shape without a batch");
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

export const spatialLayers = {
  AveragePooling1D: overPositions(pooling(1)),
  AveragePooling2D: overPositions(pooling(2)),
  AveragePooling3D: overPositions(pooling(3)),
  CenterCrop: overPositions(centerCrop),
  Cropping2D: overPositions(cropping2d),
  GlobalAveragePooling1D: overPositions(globalPooling(1)),
  GlobalAveragePooling2D: overPositions(globalPooling(2)),
  GlobalMaxPooling1D: overPositions(globalPooling(1)),
  GlobalMaxPooling2D: overPositions(globalPooling(2)),
  MaxPooling1D: overPositions(pooling(1)),
  MaxPooling2D: overPositions(pooling(2)),
  MaxPooling3D: overPositions(pooling(3)),
  RandomWidth: { ...withoutBatch(randomWidth), silence: () => null },
  Resizing: withoutBatch(resizing),
  UpSampling2D: overPositions(upSampling2d),
  ZeroPadding2D: { ...overPositions(zeroPadding2d), constants: each((x) => (x === 0 ? 0 : NaN)) },
} satisfies Record<string, LayerClass>;
