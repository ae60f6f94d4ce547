import { choice, int, sizes } from "../network/config.js";
import { field } from "../network/json.js";
import { convLength, type Padding } from "../network/shapes.js";
import type { LayerInfo } from "../network/types.js";

/** Spatial axes of the layers whose outputs, before their activation, are one product of a kernel with what they read. */
const spatialAxes: Readonly<Record<string, number>> = { Dense: 0, Conv1D: 1, Conv2D: 2, Conv3D: 3 };

/**
 * A layer as that product: at every place it reads a row of `taps · inputs` numbers, and its kernel is a matrix of so many rows and
 * `outputs` columns. Dense layers have one tap.
 */
export interface LinearLayer {
  readonly path: string;
  readonly kernel: string;
  /** Key of its bias; null where it has none. */
  readonly bias: string | null;
  readonly taps: number;
  readonly inputs: number;
  readonly outputs: number;
  /** By spatial axis. */
  readonly size: readonly number[];
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: Padding;
}

/** Null for layers that are no such product: recurrent and grouped ones, transposed convolutions, channels first. */
export function linearLayer({ path, className, config: values, weights }: LayerInfo): LinearLayer | null {
  const axes = Object.hasOwn(spatialAxes, className) ? spatialAxes[className] : undefined;
  const kernel = weights.find(({ name }) => name === "kernel");
  if (axes === undefined || kernel === undefined) return null;
  const config = { path, values };
  const isPlain = int(config, "groups", 1) === 1 && field(values, "data_format") !== "channels_first";
  if (axes > 0 && !isPlain) return null;
  const shape = kernel.shape;
  const ones = Array.from({ length: axes }, () => 1);
  return {
    path,
    kernel: kernel.key,
    bias: weights.find(({ name }) => name === "bias")?.key ?? null,
    taps: shape.slice(0, -2).reduce((a, b) => a * b, 1),
    inputs: shape.at(-2) ?? 1,
    outputs: shape.at(-1) ?? 1,
    size: shape.slice(0, -2),
    strides: axes === 0 ? ones : sizes(config, "strides", axes, 1),
    dilation: axes === 0 ? ones : sizes(config, "dilation_rate", axes, 1),
    padding: axes === 0 ? "valid" : choice(config, "padding", ["valid", "same", "causal"], "valid"),
  };
}

/** How many places of an example a layer is worked out at, given the shape of its input with the batch. */
export function placesOf(layer: LinearLayer, shape: readonly number[]): number {
  const { size } = layer;
  if (size.length === 0) return shape.slice(1, -1).reduce((a, b) => a * b, 1);
  return outputSize(layer, shape).reduce((a, b) => a * b, 1);
}

function outputSize({ size, strides, dilation, padding }: LinearLayer, shape: readonly number[]): number[] {
  return size.map(
    (k, i) => convLength(shape[i + 1] ?? 1, k, strides[i] ?? 1, padding, dilation[i] ?? 1) ?? 1,
  );
}

/** Where the window of an axis begins for the output at 0: how many zeros stand before the input. */
function padBefore(layer: LinearLayer, axis: number, length: number, made: number): number {
  const { padding, size, strides, dilation } = layer;
  const reach = ((size[axis] ?? 1) - 1) * (dilation[axis] ?? 1) + 1;
  if (padding === "valid") return 0;
  if (padding === "causal") return reach - 1;
  return Math.floor(Math.max(0, (made - 1) * (strides[axis] ?? 1) + reach - length) / 2);
}

/**
 * Writes what the layer reads at some places of an example into `rows`, from row `first` on: tap after tap, channel after channel, as
 * the kernel lies.
 */
export function readRows(
  layer: LinearLayer,
  input: { readonly data: Float32Array; readonly shape: readonly number[] },
  example: number,
  places: Int32Array,
  rows: Float32Array,
  first: number,
): void {
  const { taps, inputs, size, strides, dilation } = layer;
  const { data, shape } = input;
  const width = taps * inputs;
  const whole = shape.slice(1).reduce((a, b) => a * b, 1);
  if (size.length === 0) {
    places.forEach((place, n) => {
      const from = example * whole + place * inputs;
      rows.set(data.subarray(from, from + inputs), (first + n) * width);
    });
    return;
  }
  const made = outputSize(layer, shape);
  const before = made.map((n, axis) => padBefore(layer, axis, shape[axis + 1] ?? 1, n));
  places.forEach((place, n) => {
    const start = made.map((_, axis) => {
      const inner = made.slice(axis + 1).reduce((a, b) => a * b, 1);
      const at = Math.floor(place / inner) % (made[axis] ?? 1);
      return at * (strides[axis] ?? 1) - (before[axis] ?? 0);
    });
    for (let tap = 0; tap < taps; tap++) {
      let cell = 0;
      let rest = tap;
      let inside = true;
      const steps = size.map((_, axis) => {
        const inner = size.slice(axis + 1).reduce((a, b) => a * b, 1);
        const step = Math.floor(rest / inner);
        rest %= inner;
        return step;
      });
      for (let axis = 0; axis < size.length; axis++) {
        const length = shape[axis + 1] ?? 1;
        const at = (start[axis] ?? 0) + (steps[axis] ?? 0) * (dilation[axis] ?? 1);
        inside &&= at >= 0 && at < length;
        cell = cell * length + at;
      }
      const to = (first + n) * width + tap * inputs;
      if (!inside) rows.fill(0, to, to + inputs);
      else {
        const from = example * whole + cell * inputs;
        rows.set(data.subarray(from, from + inputs), to);
      }
    }
  });
}
