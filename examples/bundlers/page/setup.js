/* global DIGITS */
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import plain from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url";
import simd from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url";
import threaded from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url";

setWasmPaths({
  "tfjs-backend-wasm.wasm": plain,
  "tfjs-backend-wasm-simd.wasm": simd,
  "tfjs-backend-wasm-threaded-simd.wasm": threaded,
});

const { images, labels } = DIGITS;
export const pixels = Float32Array.from(atob(images), (character) => character.charCodeAt(0) / 255);
export const classes = Int32Array.from(labels);
/** So many are trained on; the rest is held out. */
export const trained = 1000;

const part = (from, to) => ({
  xs: { data: pixels.subarray(from * 784, to * 784), shape: [to - from, 28, 28, 1] },
  ys: { labels: classes.subarray(from, to) },
});
export const data = { train: part(0, trained), test: part(trained, labels.length) };
