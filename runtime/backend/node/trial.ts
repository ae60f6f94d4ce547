import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import type { tf as core } from "../tf.js";
import type { Padding } from "../types.js";
import { nativeEntry } from "./entry.js";
import { restoreUtil } from "./load.js";
import { mendKernels } from "./mended.js";

/** A trial computes gradients in a process of its own, where a library that writes past its memory ends nothing else. */

/** One op whose gradients are tried: `x` is [n, h, w, c] (of `matMul` any rank), `kernel` as tfjs-core has it. */
export interface TrialShape {
  readonly op: "conv2d" | "depthwiseConv2d" | "maxPool" | "avgPool" | "matMul";
  readonly x: readonly number[];
  readonly kernel: readonly number[];
  readonly stride: number;
  readonly pad: Padding;
}

/** What a process said before it ended. */
export interface Told {
  /** Whether TensorFlow was loaded. */
  readonly loaded: boolean;
  readonly milliseconds: TrialTimes | null;
  /** Which of the shapes came out wrong. */
  readonly wrong: readonly number[];
  /** The shape (−1: what is timed before them) at which the process died or hung, and how; null when it came to its end. */
  readonly death: { readonly at: number; readonly how: string } | null;
}

/** Processor time, the least of some runs: other processes on the machine matter little to it. */
export interface TrialTimes {
  /** Of a 3×3 convolution 8×32×32×32 → 32 with its gradients. */
  readonly convolution: number;
  /** Of the filter gradient of a 1×1 convolution 32×32×32×16 → 32 with stride 2, the library's way and ours; null where only ours runs. */
  readonly pointwise: readonly [number, number] | null;
}

/** What a trial comes to. */
export interface Trial {
  /** What went wrong, as a clause: `conv2d 1×1, stride 2, of 8×60×60×8 ends the process (SIGSEGV)`. */
  readonly fault: string | null;
  readonly milliseconds: TrialTimes | null;
}

const TIMEOUT_SECONDS = 120;

const shape = (
  op: TrialShape["op"],
  x: readonly number[],
  kernel: readonly number[],
  stride = 1,
  pad: Padding = "same",
): TrialShape => ({ op, x, kernel, stride, pad });

/** The gradients that TensorFlow's own kernels are known to die of, with AVX-512 and without. */
export const deadly: readonly TrialShape[] = [
  shape("conv2d", [8, 60, 60, 8], [1, 1, 8, 16], 2),
  shape("conv2d", [8, 60, 60, 4], [1, 1, 4, 8], 2),
  shape("conv2d", [4, 1, 4000, 4], [1, 1, 4, 6], 2, "valid"),
];

/** What is tried before a network is trusted to the library: the deadly ones and awkward sizes of every other kind. */
export const awkward: readonly TrialShape[] = [
  ...deadly,
  shape("conv2d", [8, 61, 60, 4], [1, 1, 4, 8], 2),
  shape("conv2d", [8, 60, 60, 4], [1, 1, 4, 8]),
  ...[3, 5, 7].flatMap((size) =>
    [1, 2, 3].map((stride) =>
      shape("conv2d", [4, 61, 60, 4], [size, size, 4, 8], stride, stride === 2 ? "valid" : "same"),
    ),
  ),
  shape("conv2d", [4, 31, 30, 20], [3, 3, 20, 17], 2),
  shape("depthwiseConv2d", [4, 61, 60, 8], [3, 3, 8, 1], 2),
  shape("depthwiseConv2d", [4, 31, 30, 17], [5, 5, 17, 1], 1, "valid"),
  shape("depthwiseConv2d", [4, 60, 60, 3], [1, 1, 3, 2], 2),
  shape("maxPool", [4, 61, 60, 5], [3, 3], 2),
  shape("maxPool", [4, 60, 60, 17], [2, 2], 2, "valid"),
  shape("avgPool", [4, 61, 60, 5], [3, 3], 2),
  shape("avgPool", [4, 60, 60, 5], [1, 1], 2, "valid"),
  shape("matMul", [13, 1, 3, 4], [4, 16]),
  shape("matMul", [64, 1, 8, 8], [8, 32]),
];

/**
 * What the process runs. Inputs are positive and the sum of the weighted outputs is linear (of maxPool: homogeneous) in each of them,
 * so that input times gradient sums up to that very number. Reads nothing from outside itself.
 */
function tryGradients(
  tf: typeof core,
  shapes: readonly TrialShape[],
  ways: readonly core.KernelConfig[],
  say: (message: Message) => void,
): void {
  const positive = (dimensions: readonly number[], seed: number): core.Tensor => {
    const size = dimensions.reduce((a, b) => a * b, 1);
    let state = seed;
    const data = new Float32Array(size);
    for (let i = 0; i < size; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      data[i] = 0.5 + state / 2 ** 32;
    }
    return tf.tensor(data, [...dimensions]);
  };
  const apply = ({ op, kernel, stride, pad }: TrialShape, x: core.Tensor, w: core.Tensor): core.Tensor => {
    const images = x as core.Tensor4D;
    const window: [number, number] = [kernel[0] ?? 1, kernel[1] ?? 1];
    if (op === "conv2d") return tf.conv2d(images, w as core.Tensor4D, stride, pad);
    if (op === "depthwiseConv2d") return tf.depthwiseConv2d(images, w as core.Tensor4D, stride, pad);
    if (op === "maxPool") return tf.maxPool(images, window, stride, pad);
    if (op === "avgPool") return tf.avgPool(images, window, stride, pad);
    return tf.matMul(x, w);
  };
  const least = (...works: readonly (() => core.Tensor[])[]): number[] => {
    const best = works.map(() => Infinity);
    for (let i = 0; i < 5; i++) {
      works.forEach((work, at) => {
        const { user, system } = process.cpuUsage();
        tf.tidy(() => work().map((t) => t.dataSync()));
        const used = process.cpuUsage();
        if (i > 0) best[at] = Math.min(best[at]!, (used.user - user + used.system - system) / 1000);
      });
    }
    return best;
  };
  say({ loaded: true });
  const [images, filter] = [positive([8, 32, 32, 32], 1), positive([3, 3, 32, 32], 2)];
  const total = (x: core.Tensor, w: core.Tensor): core.Scalar =>
    tf.sum(tf.conv2d(x as core.Tensor4D, w as core.Tensor4D, 1, "same"));
  const [convolution = NaN] = least(() => tf.grads(total)([images, filter]));
  const [x, dy] = [positive([32, 32, 32, 16], 1), positive([32, 16, 16, 32], 2)];
  const attrs = { strides: 2, pad: "same", dataFormat: "NHWC", filterShape: [1, 1, 16, 32] };
  const backend = tf.backend();
  const runs = ways.map(({ kernelFunc }) => () => {
    const result = kernelFunc({ inputs: { x, dy }, backend, attrs });
    return result instanceof tf.Tensor ? [result] : [];
  });
  const [own, ours] = ways.length > 1 ? least(...runs) : [];
  const pointwise = own === undefined || ours === undefined ? null : ([own, ours] as const);
  say({ milliseconds: { convolution, pointwise } });
  shapes.forEach((given, at) => {
    say({ at });
    try {
      tf.tidy(() => {
        const [x, w] = [positive(given.x, 3), positive(given.kernel, 4)];
        const weights = positive(apply(given, x, w).shape, 5);
        const total = (a: core.Tensor, b = w): core.Scalar => tf.sum(tf.mul(apply(given, a, b), weights));
        const inputs = given.op === "conv2d" || given.op === "depthwiseConv2d" ? [x, w] : [x];
        const { value, grads } = tf.valueAndGrads(total)(inputs);
        const [sum = NaN] = value.dataSync();
        const off = grads.map((g, i) => tf.sum(tf.mul(g, inputs[i] ?? g)).dataSync()[0] ?? NaN);
        if (!off.every((other) => Math.abs(other - sum) <= 1e-3 * sum)) say({ wrong: at });
      });
    } catch {
      // An op that is refused harms nothing: the self-check of the kernels finds what cannot be computed.
    }
  });
}

/** Whose kernels compute: ours over TensorFlow's, or TensorFlow's own (whose time is taken beside ours). */
export type Kernels = "espalier" | "library";

/** The text of the process. */
export function trialProgram(shapes: readonly TrialShape[], kernels: Kernels, entry = nativeEntry()): string {
  const own = `tf.getKernel("Conv2DBackpropFilter", "tensorflow")`;
  return [
    `process.env.TF_CPP_MIN_LOG_LEVEL ??= "3";`,
    `(${restoreUtil.toString()})(require("node:util"));`,
    `const tf = require(${JSON.stringify(entry)});`,
    `const ways = [${own}];`,
    `(${mendKernels.toString()})(tf, "tensorflow");`,
    ...(kernels === "library"
      ? [
          `ways.push(${own});`,
          `tf.unregisterKernel(ways[0].kernelName, "tensorflow");`,
          `tf.registerKernel(ways[0]);`,
        ]
      : []),
    `const say = (line) => require("node:fs").writeSync(1, JSON.stringify(line) + "\\n");`,
    `(${tryGradients.toString()})(tf, ${JSON.stringify(shapes)}, ways, say);`,
  ].join("\n");
}

/** Runs such a program; null where no process starts. */
export function runProgram(
  program: string,
  env: NodeJS.ProcessEnv = {},
  seconds = TIMEOUT_SECONDS,
): Promise<Told | null> {
  const [file, ...lead] =
    process.platform === "win32"
      ? [process.execPath]
      : // A process that dies here is no news: it leaves no core file.
        ["/bin/sh", "-c", 'ulimit -c 0; exec "$0" "$@"', process.execPath];
  const options = {
    cwd: tmpdir(),
    env: { ...process.env, NODE_OPTIONS: "", ...env },
    timeout: seconds * 1000,
    killSignal: "SIGKILL",
    windowsHide: true,
  } as const;
  return new Promise((resolve) => {
    execFile(file, [...lead, "-e", program], options, (error, stdout) => {
      const told = readLines(stdout);
      // No process at all, or one that Node ended with an exception before there was anything to try.
      if (error !== null && (typeof error.code === "string" || (error.code === 1 && !told.loaded))) {
        return resolve(null);
      }
      const how =
        error === null
          ? null
          : error.killed === true
            ? `does not end within ${seconds} seconds`
            : `ends the process (${error.signal ?? `code ${String(error.code)}`})`;
      return resolve({ ...told, death: how === null ? null : { at: told.at, how } });
    });
  });
}

function readLines(text: string): Omit<Told, "death"> & { readonly at: number } {
  let [loaded, at] = [false, -1];
  let milliseconds: TrialTimes | null = null;
  const wrong: number[] = [];
  for (const line of text.split("\n")) {
    const said = message(line);
    if (said.loaded === true) loaded = true;
    if (said.at !== undefined) at = said.at;
    if (said.wrong !== undefined) wrong.push(said.wrong);
    if (said.milliseconds !== undefined) milliseconds = said.milliseconds;
  }
  return { loaded, at, milliseconds, wrong };
}

interface Message {
  readonly loaded?: true;
  readonly at?: number;
  readonly wrong?: number;
  readonly milliseconds?: TrialTimes;
}

/** What the program said in one line; the library may print others. */
function message(line: string): Message {
  try {
    return line.startsWith('{"') ? JSON.parse(line) : {};
  } catch {
    return {};
  }
}

/** Sums up what a process told of these shapes. */
export function trialOf(told: Told, shapes: readonly TrialShape[]): Trial {
  const { death, wrong, milliseconds, loaded } = told;
  const [first = -1] = wrong;
  const named = (at: number): string => {
    const given = shapes[at];
    if (given !== undefined) return nameOf(given);
    return loaded ? "a 3×3 convolution" : "loading TensorFlow";
  };
  if (death !== null) return { fault: `${named(death.at)} ${death.how}`, milliseconds };
  return { fault: first < 0 ? null : `${named(first)} comes out wrong`, milliseconds };
}

export function nameOf({ op, x, kernel, stride, pad }: TrialShape): string {
  if (op === "matMul") return `matMul of ${x.join("×")} and ${kernel.join("×")}`;
  return `${op} ${kernel.slice(0, 2).join("×")}, stride ${stride}, ${pad}, of ${x.join("×")}`;
}
