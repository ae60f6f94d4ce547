import { expect } from "vitest";
import { composedOps } from "../../../runtime/backend/ops/composed.js";
import {
  openBackend,
  tf,
  type Backend,
  type BackendOptions,
  type FusedOps,
} from "../../../runtime/backend/index.js";

export interface Given {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Reproducible values in [low, high), all multiples of 2⁻¹⁶ of the range, so that ties are rare. */
export function values(shape: readonly number[], seed: number, low = -1, high = 1): Given {
  let state = (seed * 2654435761 + 12345) >>> 0;
  const size = shape.reduce((a, b) => a * b, 1);
  const data = Float32Array.from({ length: size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return low + (Math.floor((state / 2 ** 32) * 65536) / 65536) * (high - low);
  });
  return { shape, data };
}

export interface Results {
  readonly outputs: readonly Float32Array[];
  readonly gradients: readonly Float32Array[];
}

/** What is computed: outputs of which the first is differentiated by every input, weighted by fixed numbers. */
export type Compute = (ops: FusedOps, inputs: readonly tf.Tensor[]) => readonly tf.Tensor[];

export function run(ops: FusedOps, compute: Compute, inputs: readonly Given[]): Results {
  return tf.tidy(() => {
    const tensors = inputs.map((g) => tf.tensor(g.data.slice(), [...g.shape]));
    const outputs = compute(ops, tensors).map((t) => Float32Array.from(t.dataSync()));
    const weights = values([outputs[0]?.length ?? 0], 99);
    const scalar = (...given: tf.Tensor[]): tf.Scalar => {
      const [y] = compute(ops, given);
      if (y === undefined) throw new Error("nothing was computed");
      return tf.sum(tf.mul(y, tf.tensor(weights.data.slice(), y.shape)));
    };
    const gradients = tf
      .grads(scalar)(tensors)
      .map((t) => Float32Array.from(t.dataSync()));
    return { outputs, gradients };
  });
}

/** Runs on the cpu backend with composed ops, then returns to `back`. */
export async function onCpu<T>(back: BackendOptions, work: () => T): Promise<T> {
  await openBackend({ backend: "cpu" });
  try {
    return work();
  } finally {
    await openBackend(back);
  }
}

export function expectClose(
  found: Float32Array,
  wanted: Float32Array,
  tolerance: number,
  what: string,
): void {
  expect(found.length, what).toBe(wanted.length);
  const scale = wanted.reduce((m, v) => Math.max(m, Math.abs(v)), 1e-3);
  let worst = 0;
  wanted.forEach((v, i) => {
    const difference = Math.abs(v - (found[i] ?? NaN));
    worst = Number.isNaN(difference) ? Infinity : Math.max(worst, difference);
  });
  expect(worst / scale, what).toBeLessThan(tolerance);
}

/** The backend's results and gradients against those of plain cpu kernels; leaves no tensor behind. */
export async function expectAsOnCpu(
  backend: Backend,
  what: string,
  compute: Compute,
  inputs: readonly Given[],
  tolerance = 2e-5,
): Promise<void> {
  const back: BackendOptions = { backend: backend.name };
  const wanted = await onCpu(back, () => run(composedOps, compute, inputs));
  const before = tf.memory().numTensors;
  const found = run(backend.ops, compute, inputs);
  expect(tf.memory().numTensors, `${what}: tensors left`).toBe(before);
  wanted.outputs.forEach((w, i) =>
    expectClose(found.outputs[i] ?? new Float32Array(), w, tolerance, `${what}: output ${i}`),
  );
  wanted.gradients.forEach((w, i) =>
    expectClose(found.gradients[i] ?? new Float32Array(), w, tolerance, `${what}: gradient ${i}`),
  );
}
