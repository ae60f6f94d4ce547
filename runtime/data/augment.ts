import { randomStream, type RandomStream } from "../../core/random.js";
import type { TrainIr } from "../../core/ir/types.js";
import type { Augmentation } from "../../core/ir/augmentations.js";
import type { Batch } from "../types.js";

/** A batch with its images altered. `keyOf` gives the integers that tell one example of a run from all others, the epoch included. */
export type Augmenter = (batch: Batch, keyOf: (row: number) => readonly number[]) => Batch;

type Amounts = Readonly<Partial<Record<Augmentation, number>>>;

/** One image of a batch: `from` is as the data give it, `to` takes it altered. Height × width × channels. */
interface Image {
  readonly from: Float32Array;
  readonly to: Float32Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Where the draws of each way stand in the stream of an example: none depends on which others are asked for. */
const at = {
  flip: 0,
  flipVertical: 1,
  down: 2,
  right: 3,
  rotate: 4,
  zoom: 5,
  brightness: 6,
  contrast: 7,
  row: 8,
  column: 9,
};

/**
 * Alters input `input` of batches: flips, shifts, rotation and zoom in one go, then brightness, contrast and cutout. Every draw is a function of
 * the seed and the key of the example. The data's own arrays stay as they are; the batch given out is valid until the next.
 */
export function augmenter(augment: NonNullable<TrainIr["augment"]>, input: number, seed: number): Augmenter {
  const amounts: Amounts = augment;
  let buffer = new Float32Array(0);
  return (batch, keyOf) => {
    const images = batch.inputs[input];
    if (images === undefined) return batch;
    const [count = 0, height = 0, width = 0, channels = 0] = images.shape;
    const size = height * width * channels;
    if (buffer.length < count * size) buffer = new Float32Array(count * size);
    const data = buffer.subarray(0, count * size);
    for (let row = 0; row < count; row++) {
      const part = [row * size, (row + 1) * size] as const;
      const image = {
        from: images.data.subarray(...part),
        to: data.subarray(...part),
        height,
        width,
        channels,
      };
      alter(image, amounts, randomStream(seed, "augment", ...keyOf(row)));
    }
    return { ...batch, inputs: batch.inputs.map((one, i) => (i === input ? { ...images, data } : one)) };
  };
}

function alter(image: Image, amounts: Amounts, random: RandomStream): void {
  move(image, amounts, random);
  const { brightness = 0, contrast = 0, cutout = 0 } = amounts;
  if (brightness > 0 || contrast > 0)
    shade(image, 1 + brightness * spread(random, at.brightness), 1 + contrast * spread(random, at.contrast));
  if (cutout > 0) cut(image, cutout, random);
}

/** Uniform between −1 and 1. */
const spread = (random: RandomStream, position: number): number => 2 * random.uniform(position) - 1;

/** What comes in over an edge repeats the pixels of that edge. */
function move(image: Image, amounts: Amounts, random: RandomStream): void {
  const { from, to, height, width } = image;
  const flips = (way: "flip" | "flip-vertical", position: number): boolean =>
    amounts[way] !== undefined && random.uniform(position) < 0.5;
  const shift = (extent: number, position: number): number => {
    const most = Math.round((amounts.shift ?? 0) * extent);
    return most === 0 ? 0 : random.integer(position, 2 * most + 1) - most;
  };
  const [across, over] = [flips("flip", at.flip), flips("flip-vertical", at.flipVertical)];
  const [down, right] = [shift(height, at.down), shift(width, at.right)];
  const angle = ((amounts.rotate ?? 0) * spread(random, at.rotate) * Math.PI) / 180;
  const scale = 1 + (amounts.zoom ?? 0) * spread(random, at.zoom);
  if (angle !== 0 || scale !== 1) {
    const [cos, sin] = [Math.cos(angle) / scale, Math.sin(angle) / scale];
    const [x, y] = [across ? -1 : 1, over ? -1 : 1];
    sample(image, { down, right, xx: x * cos, xy: x * sin, yx: -y * sin, yy: y * cos });
  } else if (across || over || down !== 0 || right !== 0) copy(image, { across, over, down, right });
  else to.set(from);
}

interface Copied {
  readonly across: boolean;
  readonly over: boolean;
  /** In whole pixels. */
  readonly down: number;
  readonly right: number;
}

/** Whole pixels from where they were: flipped first, then shifted. */
function copy({ from, to, height, width, channels }: Image, { across, over, down, right }: Copied): void {
  // Where each value of a row comes from, once for all rows.
  const columns = new Int32Array(width * channels);
  for (let j = 0; j < width; j++) {
    const x = clamp(j - right, width);
    const pixel = (across ? width - 1 - x : x) * channels;
    for (let c = 0; c < channels; c++) columns[j * channels + c] = pixel + c;
  }
  const row = columns.length;
  for (let i = 0; i < height; i++) {
    const y = clamp(i - down, height);
    const source = (over ? height - 1 - y : y) * row;
    for (let k = 0; k < row; k++) to[i * row + k] = from[source + (columns[k] ?? 0)] ?? 0;
  }
}

const clamp = (position: number, extent: number): number => Math.min(Math.max(position, 0), extent - 1);

/** From a place of the altered image to one of the original, both about the centre: the shift is undone, then a matrix is applied. */
interface Affine {
  readonly down: number;
  readonly right: number;
  readonly xx: number;
  readonly xy: number;
  readonly yx: number;
  readonly yy: number;
}

/** Bilinear between the four nearest pixels. */
function sample({ from, to, height, width, channels }: Image, { down, right, xx, xy, yx, yy }: Affine): void {
  const [centreX, centreY] = [(width - 1) / 2, (height - 1) / 2];
  let place = 0;
  for (let i = 0; i < height; i++) {
    const v = i - centreY - down;
    for (let j = 0; j < width; j++) {
      const u = j - centreX - right;
      const x = clamp(centreX + xx * u + xy * v, width);
      const y = clamp(centreY + yx * u + yy * v, height);
      const left = Math.floor(x);
      const top = Math.floor(y);
      const p = x - left;
      const q = y - top;
      const start = (top * width + left) * channels;
      const next = left + 1 < width ? channels : 0;
      const below = top + 1 < height ? width * channels : 0;
      for (let c = 0; c < channels; c++) {
        const pixel = start + c;
        const upper = (from[pixel] ?? 0) * (1 - p) + (from[pixel + next] ?? 0) * p;
        const lower = (from[pixel + below] ?? 0) * (1 - p) + (from[pixel + below + next] ?? 0) * p;
        to[place++] = upper * (1 - q) + lower * q;
      }
    }
  }
}

function meanOf({ to, channels }: Image, channel: number): number {
  let sum = 0;
  for (let i = channel; i < to.length; i += channels) sum += to[i] ?? 0;
  return (sum * channels) / to.length;
}

/** Values times `brightness`, their distances from the mean of their channel times `contrast`. */
function shade(image: Image, brightness: number, contrast: number): void {
  const { to, channels } = image;
  for (let c = 0; c < channels; c++) {
    const mean = brightness * meanOf(image, c);
    for (let i = c; i < to.length; i += channels)
      to[i] = mean + contrast * (brightness * (to[i] ?? 0) - mean);
  }
}

/** A square about any pixel, at the edges what lies within the image, takes the mean of each channel. */
function cut(image: Image, share: number, random: RandomStream): void {
  const { to, height, width, channels } = image;
  const side = Math.max(1, Math.round(share * Math.min(height, width)));
  const top = random.integer(at.row, height) - Math.floor(side / 2);
  const left = random.integer(at.column, width) - Math.floor(side / 2);
  for (let c = 0; c < channels; c++) {
    const mean = meanOf(image, c);
    for (let i = Math.max(0, top); i < Math.min(height, top + side); i++)
      for (let j = Math.max(0, left); j < Math.min(width, left + side); j++)
        to[(i * width + j) * channels + c] = mean;
  }
}
