import { layers, tf } from "../../../runtime/backend/index.js";
import type { ParameterStore } from "../../../core/parameters.js";
import type { Dense } from "../../../runtime/types.js";
import type { Network } from "../../../core/network/types.js";
import { randomStream } from "../../../core/random.js";

/** Stock tfjs-layers as the oracle. */

export type Model = layers.LayersModel;
export type Node = layers.SymbolicTensor;

/** Applies a layer where the types of tfjs leave open what comes back. */
export function apply(layer: { apply(x: Node | Node[]): unknown }, x: Node | Node[]): Node {
  const y = layer.apply(x);
  if (y instanceof layers.SymbolicTensor) return y;
  throw new Error("the layer gives several outputs");
}

export function applyAll(layer: { apply(x: Node | Node[]): unknown }, x: Node | Node[]): Node[] {
  const y = layer.apply(x);
  return Array.isArray(y) ? y.filter((t) => t instanceof layers.SymbolicTensor) : [];
}

export function input(...shape: number[]): Node {
  return layers.input({ shape });
}

/** Draws in −1 … 1, or class numbers below `integers`. */
export function randomInput(shape: readonly number[], seed: number, integers = 0): Dense {
  const random = randomStream(seed, "test input");
  const size = shape.reduce((p, n) => p * n, 1);
  const data = Float32Array.from({ length: size }, (_, i) =>
    integers > 0 ? random.integer(i, integers) : 2 * random.uniform(i) - 1,
  );
  return { kind: "dense", data, shape };
}

/** Fills every weight with draws; variances stay positive. */
export function randomize(store: ParameterStore, seed: number): void {
  for (const { key, data } of store.values()) {
    const random = randomStream(seed, `test weight ${key}`);
    const positive = key.endsWith("moving_variance");
    for (let i = 0; i < data.length; i++)
      data[i] = positive ? 0.5 + random.uniform(i) : 0.8 * (random.uniform(i) - 0.5);
  }
}

export function tensorOf(x: Dense): tf.Tensor {
  return tf.tensor(x.data, [...x.shape]);
}

export function predictStock(model: Model, inputs: readonly Dense[]): Float32Array[] {
  const out: Float32Array[] = [];
  tf.tidy(() => {
    const xs = inputs.map(tensorOf);
    const [first] = xs;
    const y = model.predict(xs.length === 1 && first ? first : xs);
    for (const t of Array.isArray(y) ? y : [y]) out.push(Float32Array.from(t.dataSync()));
  });
  return out;
}

function variablesOf(model: Model, network: Network): { key: string; variable: tf.Variable }[] {
  const keys = new Map(network.layers.flatMap((l) => l.weights.map((w) => [w.savedAs, w.key] as const)));
  return model.trainableWeights.map((w) => {
    const variable = w.read();
    if (!(variable instanceof tf.Variable)) throw new Error("no variable");
    return { key: keys.get(w.originalName) ?? w.originalName, variable };
  });
}

function differentiate(
  model: Model,
  network: Network,
  loss: () => tf.Tensor,
): { loss: number; gradients: Map<string, Float32Array> } {
  const gradients = new Map<string, Float32Array>();
  const variables = variablesOf(model, network);
  let total = NaN;
  tf.tidy(() => {
    const { value, grads } = tf.variableGrads(
      () => tf.sum(loss()),
      variables.map((v) => v.variable),
    );
    total = value.dataSync()[0] ?? NaN;
    for (const { key, variable } of variables) {
      const gradient = grads[variable.name];
      gradients.set(key, gradient ? Float32Array.from(gradient.dataSync()) : new Float32Array(variable.size));
    }
  });
  return { loss: total, gradients };
}

function outputsOf(model: Model, inputs: readonly Dense[]): tf.Tensor[] {
  const xs = inputs.map(tensorOf);
  const [first] = xs;
  const y = model.apply(xs.length === 1 && first ? first : xs, { training: true });
  return (Array.isArray(y) ? y : [y]).filter((t) => t instanceof tf.Tensor);
}

/** Gradients of Σ over outputs of mean((y − target)²) by the key of the weight. */
export function gradientsStock(
  model: Model,
  network: Network,
  inputs: readonly Dense[],
  targets: readonly Dense[],
): Map<string, Float32Array> {
  const squares = (): tf.Tensor =>
    outputsOf(model, inputs).reduce((sum: tf.Tensor, y, i) => {
      const target = targets[i];
      return target ? tf.add(sum, tf.mean(tf.square(tf.sub(y, tensorOf(target))))) : sum;
    }, tf.scalar(0));
  return differentiate(model, network, squares).gradients;
}

/** The same for any loss of the first output. */
export function gradientsOfLoss(
  model: Model,
  network: Network,
  x: Dense,
  loss: (y: tf.Tensor) => tf.Tensor,
): ReturnType<typeof differentiate> {
  return differentiate(model, network, () => {
    const [y] = outputsOf(model, [x]);
    if (!y) throw new Error("no output");
    return loss(y);
  });
}

/** Largest difference, relative to the largest value of `wanted` (at least 1e-3). NaN and missing count as infinite. */
export function distance(got: Float32Array | undefined, wanted: Float32Array): number {
  if (!got || got.length !== wanted.length) return Infinity;
  let scale = 1e-3;
  for (const v of wanted) scale = Math.max(scale, Math.abs(v));
  let worst = 0;
  for (let i = 0; i < wanted.length; i++) {
    const d = Math.abs((got[i] ?? NaN) - (wanted[i] ?? NaN)) / scale;
    worst = Number.isNaN(d) ? Infinity : Math.max(worst, d);
  }
  return worst;
}
