import type { Network } from "../../core/network/types.js";
import { tf } from "../backend/tf.js";
import type { Backend } from "../backend/types.js";
import type { ParameterStore } from "../../core/parameters.js";
import type { Observation, StepResult } from "../types.js";
import type { OutputLoss } from "./loss.js";
import { onlookerOf } from "./observe.js";
import type { Pass } from "./pass.js";
import { execute, type Node } from "./plan.js";
import type { Variables } from "./variables.js";

export interface SynflowTask {
  readonly network: Network;
  readonly plan: readonly Node[];
  readonly store: ParameterStore;
  readonly variables: Variables;
  readonly backend: Backend;
  readonly losses: readonly OutputLoss[];
  readonly pass: Pass;
  differentiate(forward: () => tf.Scalar): { loss: number; gradients: Map<string, Float32Array> };
  readonly observe: Observation | undefined;
}

/**
 * R = Σ outputs for one all-ones example with every parameter (statistics of batch norms included) replaced by
 * its absolute value, before the last soft-max or sigmoid (Tanaka, Kunin, Yamins, Ganguli 2020, arXiv 2006.05467). Gradients are
 * those with respect to the signed weights (at w = 0 the one from above), so that w·∂R/∂w ≥ 0 wherever no moving mean is
 * subtracted. Free extents count as 1.
 */
export function synflow(task: SynflowTask): StepResult {
  const { network, store, variables, backend } = task;
  const upload = (value: (data: Float32Array) => Float32Array): void => {
    for (const key of store.keys()) backend.assign(variables.get(key), value(variables.shown(key)));
  };
  const logits = new Set(task.losses.map((loss) => loss.head.call));
  const onlooker = task.observe ? { onlooker: onlookerOf(task.observe, backend, true) } : {};
  upload((data) => data.map(Math.abs));
  try {
    const { loss, gradients } = task.differentiate(() => {
      const inputs = network.inputs.map((t) => tf.ones((network.tensors[t]?.shape ?? []).map((n) => n ?? 1)));
      const outputs = execute(network, task.plan, inputs, {
        pass: task.pass,
        taped: true,
        logits,
        ...onlooker,
      });
      let total: tf.Scalar = tf.scalar(0);
      for (const y of outputs) total = tf.add(total, tf.sum(y));
      return total;
    });
    for (const [key, gradient] of gradients) {
      const w = variables.shown(key);
      for (let i = 0; i < gradient.length; i++) if ((w[i] ?? 0) < 0) gradient[i] = -(gradient[i] ?? 0);
    }
    return { loss, correct: NaN, counted: 0, gradients };
  } finally {
    upload((data) => data);
  }
}
