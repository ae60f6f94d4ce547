import type { UpdateIr } from "../../core/ir/types.js";
import type { Moment, PruningContext } from "../../core/events/context.js";
import { cachedSpace } from "../../core/units/spaces.js";
import { newChunk, walkPart } from "../../core/units/parts.js";
import { stepChoice } from "../scores/on-step.js";
import type { Observation } from "../types.js";

/** An `update only` rule at work: the weights it leaves out decay and keep their momentum but get no gradient. */
export interface UpdateRule {
  /** What the pass of the step shall show for the score. */
  watch(context: PruningContext): Observation | undefined;
  /** Zeroes the gradients of the weights that are not among the chosen share (Ding et al. 2019). */
  gate(context: PruningContext, moment: Moment, gradients: ReadonlyMap<string, Float32Array>): void;
}

export function updateRule(ir: UpdateIr): UpdateRule {
  const choice = stepChoice(ir.id, ir, cachedSpace("weights", ir));
  return {
    watch: (context) => choice.watch(context),
    gate(context, moment, gradients) {
      const share = moment.value(ir.share, "value");
      const { space, chosen } = choice.choose(context, share, gradients);
      const chunk = newChunk();
      for (const part of space.parts) {
        const gradient = gradients.get(part.key);
        if (gradient === undefined) continue;
        walkPart(part, chunk, ({ at, entry, count }) => {
          for (let i = 0; i < count; i++) if (chosen[entry[i] ?? 0] !== 1) gradient[at[i] ?? 0] = 0;
        });
      }
    },
  };
}
