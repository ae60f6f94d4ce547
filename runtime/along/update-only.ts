import type { UpdateIr } from "../../core/ir/types.js";
import { cachedSpace } from "../../core/units/cached-space.js";
import type { Moment, PruningContext } from "../../core/events/context.js";
import { newChunk, walkPart } from "../../core/units/parts.js";
import { extremeUnits } from "../scores/score-now.js";

/** An `update only` rule at work: the weights it leaves out decay and keep their momentum but get no gradient. */
export interface UpdateRule {
  /** Zeroes the gradients of the weights that are not among the chosen share (Ding et al. 2019). */
  gate(context: PruningContext, moment: Moment, gradients: ReadonlyMap<string, Float32Array>): void;
}

export function updateRule(ir: UpdateIr): UpdateRule {
  const space = cachedSpace({ name: "weights" }, ir.selection);
  return {
    gate(context, moment, gradients) {
      const here = space(context);
      const share = moment.value(ir.share, "value");
      const values = { numbers: moment.names, g: gradients };
      const chosen = extremeUnits(context, ir.id, here, { ...ir, share }, values);
      const chunk = newChunk();
      for (const part of here.parts) {
        const gradient = gradients.get(part.key);
        if (gradient === undefined) continue;
        walkPart(part, chunk, ({ at, entry, count }) => {
          for (let i = 0; i < count; i++) if (chosen[entry[i] ?? 0] !== 1) gradient[at[i] ?? 0] = 0;
        });
      }
    },
  };
}
