import { candidateLayers } from "../../../compiler/ir/candidates.js";
import type { CurveKind } from "../../../compiler/ir/schedule.js";
import type { CriterionIr, ExprIr, PruneIr, ValueIr } from "../../../compiler/ir/types.js";
import { readNetwork } from "../../../compiler/network/index.js";
import type { Network } from "../../../compiler/network/types.js";
import { needsOf } from "../../../compiler/ir/needs.js";
import type { Moment, PruningContext } from "../../../runtime/pruning/context.js";
import { newMaskState } from "../../../runtime/pruning/state.js";
import { randomStream } from "../../../runtime/random.js";
import type { ParameterStore } from "../../../runtime/types.js";

/** A network with random weights and nothing pruned yet. */
export function settingOf(model: unknown, seed = 1, keepsLast = false): PruningContext {
  const network = networkOf(model);
  const parameters = randomParameters(network, seed);
  return {
    original: network,
    network,
    parameters,
    slots: new Map(),
    state: newMaskState(network.channels.count, { keepsLast }),
    seed,
    layersOf: (selection, structure) => {
      const all = candidateLayers(network, structure).map((index) => network.layers[index]?.path ?? "");
      return selection.layers ?? all;
    },
  };
}

export function networkOf(model: unknown): Network {
  const { network, diagnostics } = readNetwork(model);
  if (network === null) throw new Error(diagnostics.map((d) => d.message).join("\n"));
  return network;
}

export function randomParameters(network: Network, seed: number): ParameterStore {
  const parameters: ParameterStore = new Map();
  network.layers.forEach((layer, l) => {
    layer.weights.forEach(({ key, shape, trainable, name }, n) => {
      const stream = randomStream(seed, "weights", l, n);
      const size = shape.reduce((a, b) => a * b, 1);
      const data = Float32Array.from({ length: size }, (_, i) =>
        name === "moving_variance" ? 0.5 + stream.uniform(i) : stream.normal(i),
      );
      parameters.set(key, { key, shape, data, trainable });
    });
  });
  return parameters;
}

/** A moment at which amounts are what they say. */
export function momentOf(key = 1, trainingFollows = true): Moment {
  return {
    key,
    value: (value: ValueIr, _kind: CurveKind) => (typeof value === "number" ? value : NaN),
    names: new Map(),
    trainingFollows,
  };
}

export function criterionOf(expr: ExprIr): CriterionIr {
  return { name: "test", expr, needs: needsOf(expr), under: "loss", over: null };
}

export const l1: ExprIr = ["sum", ["abs", "w"]];

export function pruneOf(given: Partial<PruneIr>): PruneIr {
  return {
    kind: "prune",
    id: 1,
    text: "prune",
    structure: { name: "filters" },
    selection: { include: [], exclude: [] },
    criterion: criterionOf(l1),
    members: "sum",
    scope: { kind: "local" },
    amount: { kind: "drop-share", value: 0.5 },
    manner: "held",
    joins: "couple",
    keeping: { count: 1 },
    collapse: false,
    aligned: 1,
    ...given,
  };
}
