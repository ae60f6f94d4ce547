import { hasAmount } from "../../../core/ir/amounts.js";
import { structureKind } from "../../../core/ir/structure.js";
import { candidateLayers } from "../../../core/units/candidates.js";
import type { CurveKind } from "../../../core/schedule/schedule.js";
import type { CriterionIr, ExprIr, PruneIr, RegrowIr, RestoreIr, ValueIr } from "../../../core/ir/types.js";
import { readNetwork } from "../../../core/network/read.js";
import type { Network } from "../../../core/network/types.js";
import { usualMembers } from "../../../core/expr/names.js";
import type { Moment } from "../../../core/events/context.js";
import { prune as pruneEvent } from "../../../core/events/prune.js";
import { regrow as regrowEvent } from "../../../core/events/regrow.js";
import { restore as restoreEvent } from "../../../core/events/restore.js";
import type { ScoringContext } from "../../../runtime/scores/gather.js";
import { act } from "../../../runtime/scores/scores.js";
import { newMaskState } from "../../../core/masks/state.js";
import { randomStream } from "../../../core/random.js";
import type { ParameterStore } from "../../../core/parameters.js";

/** A network with random weights and nothing pruned yet. */
export function settingOf(model: unknown, seed = 1, keepsLast = false): ScoringContext {
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

/** The events of the engine with the scores of this network. */
export const prune = (context: ScoringContext, ir: PruneIr, moment: Moment) =>
  act(context, pruneEvent(context, ir, moment));
export const regrow = (context: ScoringContext, ir: RegrowIr, moment: Moment) =>
  act(context, regrowEvent(context, ir, moment));
export const restore = (context: ScoringContext, ir: RestoreIr, moment: Moment) =>
  act(context, restoreEvent(context, ir, moment));

export function networkOf(model: unknown): Network {
  const { network, diagnostics } = readNetwork(model);
  if (network === null) throw new Error(diagnostics.map((d) => d.message).join("\n"));
  return network;
}

/** Values of a normal distribution; under every fourth seed there are few of them, so that many scores are equal. */
export function randomParameters(network: Network, seed: number): ParameterStore {
  const ties = seed % 4 === 0;
  const parameters: ParameterStore = new Map();
  network.layers.forEach((layer, l) => {
    layer.weights.forEach(({ key, shape, trainable, name }, n) => {
      const stream = randomStream(seed, "weights", l, n);
      const size = shape.reduce((a, b) => a * b, 1);
      const normal = (i: number): number => (ties ? Math.round(stream.normal(i)) + 0.5 : stream.normal(i));
      const data = Float32Array.from({ length: size }, (_, i) =>
        name === "moving_variance" ? 0.5 + stream.uniform(i) : normal(i),
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
    trainingFollows,
  };
}

export function criterionOf(expr: ExprIr): CriterionIr {
  return { name: "test", expr };
}

export const l1: ExprIr = ["sum", ["abs", "w"]];

export function pruneOf(given: Partial<PruneIr>): PruneIr {
  const { by = criterionOf(l1), structure = "filters" } = given;
  return {
    kind: "prune",
    id: 1,
    text: "prune",
    structure,
    by,
    members: usualMembers(by.expr, structureKind(structure)),
    scope: "local",
    ...(hasAmount(given) ? {} : { drop: 0.5 }),
    manner: "held",
    joins: "couple",
    keeping: 1,
    collapse: false,
    aligned: 1,
    ...given,
  };
}
