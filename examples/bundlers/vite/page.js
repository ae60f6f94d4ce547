/* global DIGITS */
import "@tensorflow/tfjs-backend-cpu";
import { ready, setBackend, tensor, tidy } from "@tensorflow/tfjs-core";
import { loadLayersModel } from "@tensorflow/tfjs-layers";
import url from "../slim.prune?model";

await setBackend("cpu");
await ready();
const model = await loadLayersModel(url);
const { images, labels } = DIGITS;
const pixels = Float32Array.from(atob(images), (character) => character.charCodeAt(0) / 255);
const scores = await tidy(() => model.predict(tensor(pixels, [labels.length, 28, 28, 1]))).array();
const right = scores.filter((row, i) => row.indexOf(Math.max(...row)) === labels[i]).length;
document.querySelector("#said").textContent =
  `${right} of ${labels.length} digits right, by ${model.countParams()} parameters`;
