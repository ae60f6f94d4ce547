import { placesOf, readRows, type LinearLayer } from "../../core/compensate/linear.js";
import { randomStream } from "../../core/random.js";

/** Some places of an example, drawn each by itself; all of them where there are no more. */
export function placesDrawn(
  seed: number,
  keys: readonly number[],
  places: number,
  points: number,
): Int32Array {
  if (places <= points) return Int32Array.from({ length: places }, (_, i) => i);
  const stream = randomStream(seed, "points", ...keys);
  return Int32Array.from({ length: points }, (_, i) => stream.integer(i, places));
}

/** What a layer reads in a call on a batch, row after row, at the places drawn of each example. */
export function rowsRead(
  layer: LinearLayer,
  input: { readonly data: Float32Array; readonly shape: readonly number[] },
  draw: (example: number, places: number) => Int32Array,
): Float32Array {
  const width = layer.taps * layer.inputs;
  const places = placesOf(layer, input.shape);
  const chosen = Array.from({ length: input.shape[0] ?? 0 }, (_, example) => draw(example, places));
  const rows = new Float32Array(chosen.reduce((sum, { length }) => sum + length, 0) * width);
  let first = 0;
  chosen.forEach((one, example) => {
    readRows(layer, input, example, one, rows, first);
    first += one.length;
  });
  return rows;
}
