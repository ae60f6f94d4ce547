import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { augmenter } from "../../../runtime/data/augment.js";
import type { Batch } from "../../../runtime/types.js";

const [height, width, channels] = [6, 8, 3];
const size = height * width * channels;

/** Images of numbers that differ everywhere. */
function batchOf(count: number): Batch {
  const data = Float32Array.from({ length: count * size }, (_, i) => ((i * 37) % 997) / 997);
  return {
    inputs: [{ kind: "dense", data, shape: [count, height, width, channels] }],
    targets: [{ kind: "labels", data: Int32Array.from({ length: count }, (_, i) => i % 4), classes: 4 }],
    weights: [Float32Array.from({ length: count }, (_, i) => i)],
    size: count,
  };
}

const pixels = ({ inputs }: Batch): Float32Array => inputs[0]?.data ?? new Float32Array(0);
const altered = (augment: Record<string, number>, batch: Batch, epoch = 1, seed = 7): Float32Array =>
  pixels(augmenter(augment, 0, seed)(batch, (row) => [epoch, row])).slice();
const imageOf = (data: Float32Array, row: number): number[] => [
  ...data.subarray(row * size, (row + 1) * size),
];

type Source = (y: number, x: number) => readonly [number, number];
/** An image whose pixels are those of another at other places. */
const picked = (image: readonly number[], source: Source): number[] =>
  Array.from({ length: size }, (_, i) => {
    const [y, x] = [Math.floor(i / (width * channels)), Math.floor(i / channels) % width];
    const [from, at] = source(y, x);
    return image[(from * width + at) * channels + (i % channels)] ?? NaN;
  });
const within = (at: number, extent: number): number => Math.min(Math.max(at, 0), extent - 1);
const mirrored: Source = (y, x) => [y, width - 1 - x];
const upsideDown: Source = (y, x) => [height - 1 - y, x];
const meansOf = (image: readonly number[]): number[] =>
  Array.from({ length: channels }, (_, c) => {
    const own = image.filter((_, i) => i % channels === c);
    return own.reduce((sum, value) => sum + value, 0) / own.length;
  });

describe("augmented batches", () => {
  it("mirror half of the images, and are what they were when mirrored twice", () => {
    const batch = batchOf(400);
    for (const [way, mirror] of [
      ["flip", mirrored],
      ["flip-vertical", upsideDown],
    ] as const) {
      const once = altered({ [way]: 1 }, batch);
      let turned = 0;
      for (let row = 0; row < 400; row++) {
        const [was, is] = [imageOf(pixels(batch), row), imageOf(once, row)];
        if (String(is) === String(was)) continue;
        turned++;
        expect(is).toEqual(picked(was, mirror));
      }
      expect(turned).toBeGreaterThan(160);
      expect(turned).toBeLessThan(240);
      const image = batch.inputs[0];
      if (image === undefined) throw new Error("no image");
      const twice = altered({ [way]: 1 }, { ...batch, inputs: [{ ...image, data: once }] });
      expect(twice).toEqual(pixels(batch));
    }
  });

  it("shift by whole pixels, the edges repeated, as far as is said and no further", () => {
    const batch = batchOf(300);
    const shifted = altered({ shift: 0.25 }, batch);
    const seen = new Set<string>();
    for (let row = 0; row < 300; row++) {
      const was = imageOf(pixels(batch), row);
      const is = String(imageOf(shifted, row));
      // A quarter of 6 and of 8 pixels: 2 each way.
      const found = [-2, -1, 0, 1, 2].flatMap((down) =>
        [-2, -1, 0, 1, 2]
          .filter(
            (right) =>
              is === String(picked(was, (y, x) => [within(y - down, height), within(x - right, width)])),
          )
          .map((right) => `${down} ${right}`),
      );
      expect(found).toHaveLength(1);
      seen.add(found[0] ?? "");
    }
    expect(seen.size).toBe(25);
  });

  it("turn and zoom about the centre: half a turn is two flips, no more than its share is cut off", () => {
    const flat: Batch = {
      ...batchOf(50),
      inputs: [
        { kind: "dense", data: new Float32Array(50 * size).fill(0.3), shape: [50, height, width, channels] },
      ],
    };
    for (const value of altered({ rotate: 180, zoom: 0.5, shift: 0.5 }, flat))
      expect(value).toBeCloseTo(0.3, 6);
    // A ramp is turned and zoomed into one of the slopes that angle and zoom give.
    const ramp = Float32Array.from({ length: 40 * size }, (_, i) => Math.floor(i / channels) % width);
    const ramps: Batch = {
      ...batchOf(40),
      inputs: [{ kind: "dense", data: ramp, shape: [40, height, width, channels] }],
    };
    const turned = altered({ rotate: 30, zoom: 0.2 }, ramps);
    const angles: number[] = [];
    for (let row = 0; row < 40; row++) {
      const at = (y: number, x: number): number => turned[row * size + (y * width + x) * channels] ?? NaN;
      const [across, down] = [at(2, 4) - at(2, 3), at(3, 3) - at(2, 3)];
      const zoom = 1 / Math.hypot(across, down);
      angles.push((Math.atan2(down, across) * 180) / Math.PI);
      expect(zoom).toBeGreaterThan(0.8 - 1e-5);
      expect(zoom).toBeLessThan(1.2 + 1e-5);
      // The centre lies between pixels and stays.
      expect((at(2, 3) + at(2, 4) + at(3, 3) + at(3, 4)) / 4).toBeCloseTo(3.5, 5);
    }
    expect(Math.max(...angles)).toBeGreaterThan(20);
    expect(Math.max(...angles)).toBeLessThan(30);
    expect(Math.min(...angles)).toBeLessThan(-20);
    expect(Math.min(...angles)).toBeGreaterThan(-30);
  });

  it("keep the mean of each channel under contrast, and the ratios of values under brightness", () => {
    const batch = batchOf(60);
    const [contrast, brightness] = [altered({ contrast: 0.5 }, batch), altered({ brightness: 0.4 }, batch)];
    const factors: number[] = [];
    for (let row = 0; row < 60; row++) {
      const was = imageOf(pixels(batch), row);
      meansOf(imageOf(contrast, row)).forEach((mean, c) =>
        expect(mean).toBeCloseTo(meansOf(was)[c] ?? NaN, 5),
      );
      const bright = imageOf(brightness, row);
      const factor = (bright[1] ?? NaN) / (was[1] ?? NaN);
      factors.push(factor);
      bright.forEach((value, i) => expect(value).toBeCloseTo(factor * (was[i] ?? NaN), 5));
    }
    expect(Math.min(...factors)).toBeGreaterThan(0.6 - 1e-6);
    expect(Math.max(...factors)).toBeLessThan(1.4 + 1e-6);
    expect(Math.max(...factors) - Math.min(...factors)).toBeGreaterThan(0.6);
  });

  it("cut out one square that takes the means, all else as it was", () => {
    const batch = batchOf(80);
    const cut = altered({ cutout: 0.5 }, batch);
    let whole = 0;
    for (let row = 0; row < 80; row++) {
      const [was, is] = [imageOf(pixels(batch), row), imageOf(cut, row)];
      const other = is.flatMap((value, i) => (value === was[i] ? [] : [i]));
      for (const i of other) expect(is[i]).toBeCloseTo(meansOf(was)[i % channels] ?? NaN, 5);
      const places = new Set(other.map((i) => Math.floor(i / channels)));
      const ys = new Set([...places].map((place) => Math.floor(place / width)));
      const xs = new Set([...places].map((place) => place % width));
      expect(places.size).toBe(ys.size * xs.size);
      expect(Math.max(ys.size, xs.size)).toBeLessThanOrEqual(3);
      if (places.size === 9) whole++;
    }
    expect(whole).toBeGreaterThan(30);
  });

  it("depend on seed, epoch and example alone, whatever stands beside it in the batch; labels and data stay as they were", () => {
    const all = {
      flip: 1,
      "flip-vertical": 1,
      shift: 0.2,
      rotate: 20,
      zoom: 0.1,
      brightness: 0.2,
      contrast: 0.2,
      cutout: 0.3,
    };
    const batch = batchOf(10);
    const before = structuredClone(batch);
    const whole = augmenter(all, 0, 7)(batch, (row) => [1, row]);
    expect(whole.targets).toEqual(before.targets);
    expect(whole.weights).toEqual(before.weights);
    expect(batch).toEqual(before);
    const image = batch.inputs[0];
    if (image === undefined) throw new Error("no image");
    const last: Batch = {
      ...batch,
      size: 1,
      inputs: [{ ...image, data: image.data.slice(9 * size), shape: [1, height, width, channels] }],
    };
    const alone = pixels(augmenter(all, 0, 7)(last, () => [1, 9]));
    expect([...alone]).toEqual(imageOf(pixels(whole), 9));
    expect(altered(all, batch, 2)).not.toEqual(altered(all, batch, 1));
    expect(altered(all, batch, 1, 8)).not.toEqual(altered(all, batch, 1, 7));
  });

  it("draw each way alike, whichever others are asked for", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        const batch = batchOf(3);
        const flipped = altered({ flip: 1 }, batch, 1, seed);
        const image = batch.inputs[0];
        if (image === undefined) throw new Error("no image");
        const both = altered({ flip: 1, brightness: 0.3 }, batch, 1, seed);
        const apart = altered(
          { brightness: 0.3 },
          { ...batch, inputs: [{ ...image, data: flipped }] },
          1,
          seed,
        );
        expect(both).toEqual(apart);
      }),
      { numRuns: 20 },
    );
  });
});
