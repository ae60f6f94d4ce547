import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openBackend, tf } from "../runtime/backend/index.js";
import { loadNative } from "../runtime/backend/node/load.js";
import {
  nameOf,
  runProgram,
  trialProgram,
  type Kernels,
  type TrialShape,
} from "../runtime/backend/node/trial.js";
import { judge, thisMachine } from "../runtime/backend/node/verdict.js";
import { writeResult } from "./result.js";

/**
 * What it costs not to die on tfjs-node, with oneDNN (argument 1) or without (0): the filter gradient of strided 1×1 convolutions ours
 * against TensorFlow's own, interleaved; the trial before a process is trusted; and which of some hundred gradients TensorFlow's own
 * kernels and ours die of or get wrong, in processes of their own.
 */

const [, , , oneDnn = "1"] = process.argv;
process.env["TF_ENABLE_ONEDNN_OPTS"] = oneDnn;

const FILTER_GRADIENT = "Conv2DBackpropFilter";
const native = await loadNative();
const theirs = tf.getKernel(FILTER_GRADIENT, "tensorflow");
await openBackend({ backend: "node" });
const ours = tf.getKernel(FILTER_GRADIENT, "tensorflow");

/** The least says most of work that is the same each time: what else the machine does only adds to it. */
const least = (times: readonly number[]): number => Math.min(...times);

/** Images, filters, stride. With fewer than 16 channels the library's own may end this process. */
const settings: readonly [readonly [number, number, number, number], number, number][] = [
  [[32, 32, 32, 16], 32, 2],
  [[32, 16, 16, 32], 64, 2],
  [[8, 56, 56, 64], 128, 2],
  [[8, 56, 56, 256], 512, 2],
  [[8, 28, 28, 512], 1024, 2],
  [[2, 14, 14, 1024], 2048, 2],
  [[8, 60, 60, 64], 64, 3],
];

function pointwise([images, filters, stride]: (typeof settings)[number]) {
  const [n, height, width, channels] = images;
  const x = tf.randomNormal([...images]);
  const dy = tf.randomNormal([n, height / stride, width / stride, filters]);
  const attrs = { strides: stride, pad: "same", dataFormat: "NHWC", filterShape: [1, 1, channels, filters] };
  const times: Record<"ours" | "theirs", number[]> = { ours: [], theirs: [] };
  for (let run = 0; run < 60; run++) {
    for (const [name, kernel] of [["ours", ours] as const, ["theirs", theirs] as const]) {
      const started = performance.now();
      tf.tidy(() => {
        const result = kernel?.kernelFunc({ inputs: { x, dy }, backend: native, attrs });
        if (result instanceof tf.Tensor) result.dataSync();
      });
      if (run > 2) times[name].push(performance.now() - started);
    }
  }
  tf.dispose([x, dy]);
  const milliseconds = { ours: least(times.ours), theirs: least(times.theirs) };
  return { images, filters, stride, milliseconds, ratio: milliseconds.ours / milliseconds.theirs };
}

/** Kernels, strides, paddings, even and odd sizes, channels: convolutions, depthwise ones, poolings. */
function shapes(): TrialShape[] {
  const list: TrialShape[] = [];
  for (const pad of ["same", "valid"] as const) {
    for (const stride of [1, 2, 3]) {
      for (const size of [24, 60, 61]) {
        for (const c of [1, 4, 8, 12, 16, 20]) {
          const x = [8, size, size - (size % 2), c];
          for (const k of [1, 3, 5, 7]) list.push({ op: "conv2d", x, kernel: [k, k, c, 8], stride, pad });
          if (c % 8 > 0) continue;
          for (const k of [2, 3, 5]) {
            list.push({ op: "depthwiseConv2d", x, kernel: [k, k, c, 1], stride, pad });
            list.push({ op: "maxPool", x, kernel: [k, k], stride, pad });
            list.push({ op: "avgPool", x, kernel: [k, k], stride, pad });
          }
        }
      }
    }
  }
  return list;
}

/** Goes on behind whatever ends a process. */
async function sweep(kernels: Kernels) {
  const all = shapes();
  const died: string[] = [];
  const wrong: string[] = [];
  for (let from = 0; from < all.length;) {
    const rest = all.slice(from);
    const told = await runProgram(trialProgram(rest, kernels), {}, 600);
    if (told === null) throw new Error("no process starts");
    wrong.push(...told.wrong.flatMap((at) => (at === told.death?.at ? [] : (rest[at] ?? []))).map(nameOf));
    if (told.death === null) break;
    died.push(...rest.slice(told.death.at, told.death.at + 1).map(nameOf));
    from += told.death.at + 1;
  }
  return { shapes: all.length, died, wrong };
}

const ratios = settings.map(pointwise);

const host = { ...thisMachine, cache: mkdtempSync(join(tmpdir(), "espalier-bench-")) };
const tried = async (fresh: boolean): Promise<number> => {
  const started = performance.now();
  // A host of its own each time: a process remembers what it found.
  await judge({ ...host }, { fresh });
  return performance.now() - started;
};
const cold: number[] = [];
const cached: number[] = [];
for (let run = 0; run < 5; run++) {
  cold.push(await tried(true));
  cached.push(await tried(false));
}

writeResult(`native-${oneDnn === "0" ? "without" : "with"}-onednn`, {
  tensorflow: native.binding.TF_Version,
  filterGradients: ratios,
  trialMilliseconds: { cold: least(cold), cached: least(cached) },
  sweep: { espalier: await sweep("espalier"), library: await sweep("library") },
});
