import type { Network } from "../../core/network/types.js";
import type { ParameterStore } from "../../core/parameters.js";
import { openBackend } from "../../runtime/backend/index.js";
import { createExecutor } from "../../runtime/executor/index.js";

/** Outputs of a network as the executor computes them outside of training, on the cpu backend. */
export async function runOurs(
  network: Network,
  store: ParameterStore,
  inputs: readonly Float32Array[],
  batch: number,
): Promise<{ readonly outputs: readonly Float32Array[]; readonly shapes: readonly (readonly number[])[] }> {
  const executor = createExecutor(network, store, await openBackend({ backend: "cpu" }), { seed: 1 });
  const outputs = executor.predict(
    network.inputs.map((t, i) => {
      const shape = (network.tensors[t]?.shape ?? []).slice(1).map((n) => n ?? 1);
      return { kind: "dense", shape: [batch, ...shape], data: inputs[i] ?? new Float32Array() };
    }),
  );
  executor.dispose();
  return {
    outputs: outputs.map(({ data }) => Float32Array.from(data)),
    shapes: outputs.map(({ shape }) => shape),
  };
}
