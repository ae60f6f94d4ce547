import { doctor, runInWorker } from "espalier/browser";
import { io, ready, tensor, tidy } from "@tensorflow/tfjs-core";
import { loadLayersModel } from "@tensorflow/tfjs-layers";
import network from "../network.mjs";
import schedule from "./schedule.prune";
import { classes, data, pixels, trained } from "./setup.js";

const element = (id) => document.getElementById(id);
const query = new URLSearchParams(location.search);
const inWorker = query.has("worker");
/** Where checkpoints are kept; left out: in the file system of the page, where the browser has one. */
const storage = query.get("storage") ?? undefined;
/** Left out: the fastest that computes right. WebGL and WebGPU are among them once their packages are loaded. */
const backend = query.get("backend") ?? undefined;
const gpus = {
  webgl: () => import("@tensorflow/tfjs-backend-webgl"),
  webgpu: () => import("@tensorflow/tfjs-backend-webgpu"),
};
let train = schedule;
let stop = new AbortController();
let rounds = 0;

function onProgress(event) {
  if (event.kind === "step") element("progress").value = event.step / event.steps;
  if (event.kind === "event" || event.kind === "note" || event.kind === "resumed")
    element("events").textContent +=
      `${event.kind === "resumed" ? `resumed at step ${event.step}` : event.text}\n`;
}

/** What the run leaves: in a worker the page stays awake while it trains. */
async function slimmed(options) {
  const { signal } = stop;
  if (!inWorker) return train({ network, data, onProgress, signal, ...options });
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  const { artifacts, ...result } = await runInWorker(worker, options, { onProgress, signal });
  worker.terminate();
  await ready(); // the page computes too, if only to predict
  return { ...result, toLayersModel: () => loadLayersModel(io.fromMemory(artifacts)) };
}

async function round(options) {
  element("events").textContent = "";
  element("said").textContent = "training …";
  try {
    const { report, toLayersModel } = await slimmed({
      out: "digits",
      storage,
      backend,
      checkpointEvery: "20steps",
      ...options,
    });
    const model = await toLayersModel();
    const count = classes.length - trained;
    const scores = await tidy(() =>
      model.predict(tensor(pixels.subarray(trained * 784), [count, 28, 28, 1])),
    ).array();
    const said = scores.map((row) => row.indexOf(Math.max(...row)));
    const right = said.filter((digit, i) => digit === classes[trained + i]).length;
    draw(said);
    await model.save("indexeddb://digits");
    const { before, after } = report;
    element("said").textContent =
      `round ${++rounds}: ${right} of ${count} digits right, by ${model.countParams()} of ${before.params} parameters ` +
      `and ${after.macs} of ${before.macs} MACs, on ${report.backend}`;
    model.dispose();
  } catch (error) {
    element("said").textContent = String(error.message);
  }
}

function draw(said) {
  element("digits").replaceChildren(
    ...said.slice(0, 60).map((digit, i) => {
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = 28;
      canvas.title = `read as ${digit}`;
      if (digit !== classes[trained + i]) canvas.className = "wrong";
      const image = new ImageData(28, 28);
      for (let at = 0; at < 784; at++) {
        const value = 255 - 255 * pixels[(trained + i) * 784 + at];
        image.data.set([value, value, value, 255], at * 4);
      }
      canvas.getContext("2d").putImageData(image, 0, 0);
      return canvas;
    }),
  );
}

/** What `?doctor` shows: the backend that a run would take, and which of its kernels compute wrongly. */
async function examine() {
  const found = await doctor({ backend });
  const right = found.checks.filter(({ ok }) => ok);
  element("events").textContent = [...found.skipped, ...found.refusals]
    .map(({ reason }) => reason)
    .join("\n");
  element("said").textContent =
    `${found.backend}: ${right.length} of ${found.checks.length} kernels compute right`;
}

element("stop").addEventListener("click", () => stop.abort());
// Where the page was closed meanwhile, the run goes on from its last checkpoint.
const packages = Promise.all(query.getAll("gpu").map((name) => gpus[name]()));
let running = packages.then(() => (query.has("doctor") ? examine() : round({ resume: true })));

import.meta.hot?.accept("./schedule.prune", async (module) => {
  if (!module) return; // a mistake: the last schedule goes on
  stop.abort();
  await running;
  stop = new AbortController();
  train = module.default;
  running = round({ restart: true });
});
