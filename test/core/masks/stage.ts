import { randomStream } from "../../../core/random.js";
import type { Backend } from "../../../runtime/backend/index.js";
import { createExecutor } from "../../../runtime/executor/index.js";
import { settingOf } from "./setting.js";

/** A network with random weights, its executor, and a batch of three examples for it. */
export function stageOf(model: unknown, backend: Backend) {
  const setting = settingOf(model, 2);
  const { network, parameters } = setting;
  const executor = createExecutor(network, parameters, backend, {
    seed: 1,
    losses: [{ name: "mean-squared-error" }],
  });
  const dense = (tensor: number, stream: string) => {
    const shape = [3, ...(network.tensors[tensor]?.shape ?? []).slice(1).map((extent) => extent ?? 5)];
    const noise = randomStream(4, stream);
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => noise.normal(i));
    return { kind: "dense" as const, data, shape };
  };
  const batch = {
    inputs: network.inputs.map((tensor) => dense(tensor, "x")),
    targets: network.outputs.map((tensor) => dense(tensor, "y")),
    size: 3,
  };
  return { setting, executor, batch };
}

/**
 * The slope of `value` along one number, by central differences; null where two widths disagree, which is a kink of the network, or another
 * choice of units.
 */
export function slopeAt(data: Float32Array, i: number, value: () => number): number | null {
  const at = data[i] ?? 0;
  const valueAt = (moved: number): number => {
    data[i] = moved;
    return value();
  };
  const h = 2 ** -7;
  const [far = 0, near = 0] = [4 * h, h].map(
    (width) => (valueAt(at + width) - valueAt(at - width)) / (2 * width),
  );
  data[i] = at;
  return Math.abs(far - near) > 0.02 * (1 + Math.abs(near)) ? null : near;
}
