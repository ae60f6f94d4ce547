import { hasAmount } from "../../../core/ir/amounts.js";
import { patternOf } from "../../../core/ir/structure.js";
import type { CriterionIr, Ir, PruneIr, StepIr, TrainIr } from "../../../core/ir/types.js";

/** Hand-written IRs for the tests of emission. */

export const l1: CriterionIr = {
  name: "l1",
  expr: ["sum", ["abs", "w"]],
};
export const random: CriterionIr = {
  name: "random",
  expr: "random",
};
export const taylor: CriterionIr = {
  name: "abs(sum(w * g))",
  expr: ["abs", ["sum", ["*", "w", "g"]]],
  over: 8,
};

export function prune(id: number, over: Partial<PruneIr> = {}): PruneIr {
  return {
    kind: "prune",
    id,
    text: "prune filters by l1 50%",
    structure: "filters",
    by: l1,
    members: "sum",
    scope: "local",
    ...(hasAmount(over) || patternOf(over.structure ?? "filters") !== null ? {} : { drop: 0.5 }),
    manner: "held",
    joins: "couple",
    keeping: 1,
    collapse: false,
    aligned: 1,
    ...over,
  };
}

export function train(id: number, over: Partial<TrainIr> = {}): TrainIr {
  return {
    kind: "train",
    id,
    text: "train 20 epochs",
    finetune: false,
    ...(over.steps === undefined && { epochs: 20 }),
    rules: [],
    snapshots: [],
    ...over,
  };
}

export function program(...body: readonly StepIr[]): Ir {
  return { ir: 2, source: "net.prune", network: null, data: null, body, plan: null };
}

/** `prune filters by l1 global 50% every 2 epochs; regrow random` */
export const sentence = program(
  train(1, {
    text: "train 20 epochs batch 128 with sgd(rate: 0.1, momentum: 0.9)",
    batch: 128,
    optimizer: { name: "sgd", rate: 0.1, args: { momentum: 0.9, nesterov: 1 } },
    rules: [
      prune(2, {
        text: "prune filters by l1 global 50% every 2 epochs",
        scope: "global",
        when: { unit: "epochs", every: 2 },
        regrow: {
          kind: "regrow",
          id: 3,
          text: "regrow random",
          by: random,
          values: "fresh",
          includingDropped: false,
        },
      }),
    ],
  }),
);
