import { structureKind } from "../../core/ir/structure.js";
import type { CriterionIr, ExprIr, ScopeIr } from "../../core/ir/types.js";
import { selectUnits } from "../../core/choose/allocate.js";
import { combineMembers } from "../../core/choose/combine.js";
import type { PruningContext } from "../../core/events/context.js";
import { masters } from "../../core/events/restore.js";
import { evaluateEntries, type Domain } from "../../core/expr/domain.js";
import { spaceDomain } from "../../core/expr/domains.js";
import { namesIn, usualMembers, withoutValue, type Place } from "../../core/expr/names.js";
import { sampleTerms } from "../../core/expr/terms.js";
import { living } from "../../core/masks/state.js";
import type { Space } from "../../core/units/space.js";
import { raise } from "../../core/diagnostics/create.js";
import type { Observation } from "../types.js";
import { sampleStatistics, type SampleStatistics } from "./sample-statistics.js";

export type Gradients = ReadonlyMap<string, Float32Array>;

/** Scores on the batch that a step of training runs anyway: nothing is run for them. */
export interface StepScoring {
  /** What the pass of the step shall show; undefined where nothing of it is read. */
  watch(context: PruningContext): Observation | undefined;
  /** What expressions are worked out over once the gradients of the step are known. */
  over(context: PruningContext, gradients: Gradients): { readonly space: Space; readonly domain: Domain };
}

/** @throws DiagnosticError P7010 for a name that has no value in a step */
export function stepScoring(
  id: number,
  exprs: readonly ExprIr[],
  place: Place,
  spaceNow: (context: PruningContext) => Space,
  latent = false,
): StepScoring {
  const lost = withoutValue(exprs, place);
  if (lost !== undefined) raise("P7010", lost.message, { help: lost.help });
  const squares = namesIn(...exprs).includes("g2");
  const terms = sampleTerms(exprs, true);
  let statistics: SampleStatistics | null = null;
  let watched: Space | null = null;
  return {
    watch(context) {
      if (terms.length === 0) return undefined;
      const space = spaceNow(context);
      if (statistics === null || watched !== space) statistics = sampleStatistics(space, terms);
      else statistics.clear();
      watched = space;
      return statistics.observation;
    },
    over(context, g) {
      const space = spaceNow(context);
      const domain = spaceDomain(space, {
        seed: context.seed,
        keys: [id],
        slots: context.slots,
        own: context.own,
        g,
        ...(squares && { g2: new Map([...g].map(([key, values]) => [key, values.map((one) => one * one)])) }),
        ...(latent && { w: masters(context) }),
        ...(statistics !== null && { gathered: statistics.node }),
      });
      return { space, domain };
    },
  };
}

/** Chooses in every step, by a score on its batch. */
export interface StepChoice {
  watch(context: PruningContext): Observation | undefined;
  /** The share of the living units that score lowest (`bottom`) or highest (`top`), as flags. */
  choose(
    context: PruningContext,
    share: number,
    gradients: Gradients,
  ): { readonly space: Space; readonly chosen: Uint8Array };
}

export function stepChoice(
  id: number,
  rule: { readonly end: "top" | "bottom"; readonly by: CriterionIr; readonly scope: ScopeIr },
  spaceNow: (context: PruningContext) => Space,
): StepChoice {
  const { expr } = rule.by;
  const scoring = stepScoring(id, [expr], "step", spaceNow);
  const options = { scope: rule.scope, keeping: 0, collapse: true, aligned: 1 };
  return {
    watch: (context) => scoring.watch(context),
    choose(context, share, gradients) {
      const { space, domain } = scoring.over(context, gradients);
      const members = usualMembers(expr, structureKind(space.structure));
      const scores = combineMembers(space, evaluateEntries(expr, domain), members);
      if (rule.end === "top") for (let i = 0; i < scores.length; i++) scores[i] = -(scores[i] ?? 0);
      const open = space.status.map((code) => (code === living ? 1 : 0));
      return {
        space,
        chosen: selectUnits({ space, scores, open }, { kind: "drop", value: share }, options).chosen,
      };
    },
  };
}
