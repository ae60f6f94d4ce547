import { topology } from "../../helpers/networks.js";
import type { ScoringContext } from "../../../runtime/scores/gather.js";
import { newMaskState } from "../../../core/masks/state.js";
import type { Executor } from "../../../runtime/types.js";
import { networkOf } from "./setting.js";

/** One dense layer without bias, `inputs` × `outputs`, with these weights (row-major). Its weight is `key`. */
export function denseSetting(
  weights: readonly number[],
  outputs = 1,
  given: Partial<ScoringContext> = {},
): { readonly setting: ScoringContext; readonly w: Float32Array; readonly key: string } {
  const b = topology();
  const inputs = weights.length / outputs;
  const y = b.call("Dense", { units: outputs, activation: "linear", use_bias: false }, [b.input([inputs])]);
  const network = networkOf(b.build([y]));
  const layer = network.layers.find(({ className }) => className === "Dense");
  const key = layer?.weights[0]?.key ?? "";
  const w = Float32Array.from(weights);
  const setting: ScoringContext = {
    original: network,
    network,
    parameters: new Map([[key, { key, shape: [inputs, outputs], data: w, trainable: true }]]),
    slots: new Map(),
    state: newMaskState(network.channels.count, { keepsLast: true }),
    seed: 1,
    layersOf: () => [layer?.path ?? ""],
    ...given,
  };
  return { setting, w, key };
}

/** An executor that only knows gradients: those of `gradient`, for the batch at hand. */
export function executorOf(
  setting: ScoringContext,
  gradient: (batch: number) => ReadonlyMap<string, Float32Array>,
): Pick<ScoringContext, "executor" | "batches"> {
  let batch = 0;
  const executor: Executor = {
    network: setting.network,
    upload: () => undefined,
    predict: () => [],
    logits: () => [],
    trainStep: () => ({ loss: 0, correct: 0, counted: 0, gradients: new Map() }),
    gradients: () => ({ loss: 0, correct: 0, counted: 0, gradients: gradient(batch++) }),
    batchStatistics: () => [],
    evaluate: () => ({ metrics: {}, top5: 0, loss: 0, correct: 0, counted: 0 }),
    dispose: () => undefined,
  };
  return {
    executor,
    batches(count) {
      batch = 0;
      return Array.from({ length: count }, () => ({ inputs: [], targets: [], size: 1 }));
    },
  };
}
