import type { CriterionIr, PruneIr, SelectionIr, StructureIr } from "../../core/ir/types.js";
import type { PruningContext } from "../../core/events/context.js";
import type { Accumulated } from "./context.js";
import { evaluateEntries } from "../../core/expr/expression.js";
import { namesOf } from "../../core/expr/names.js";
import type { Space } from "../../core/units/space.js";
import { spaceOf } from "../../core/units/spaces.js";
import { versionOf } from "../../core/masks/state.js";

/** A criterion `over training`: computed on every training batch and summed until its statement's next event. */
export interface Accumulator {
  /** After the gradients of a step are known and before the update. */
  add(context: PruningContext, gradients: ReadonlyMap<string, Float32Array>): void;
  /** What was summed since the last `clear`; undefined before the first step. */
  sums(): Accumulated | undefined;
  clear(): void;
}

/** `before`: sums to go on from, as a checkpoint kept them. */
export function accumulator(
  id: number,
  criterion: CriterionIr,
  structure: StructureIr,
  selection: SelectionIr,
  joins: PruneIr["joins"] = "couple",
  before?: Accumulated,
): Accumulator {
  let space: Space | null = null;
  let version = -1;
  let steps = before?.steps ?? 0;
  let sums: Accumulated["sums"] | null = before?.sums ?? null;
  return {
    add(context, gradients) {
      if (space === null || version !== versionOf(context.state) || space.network !== context.network) {
        space = spaceOf(context, structure, selection, joins);
        version = versionOf(context.state);
      }
      const names = namesOf({
        seed: context.seed,
        keys: [id],
        numbers: new Map(),
        slots: context.slots,
        g: gradients,
      });
      const now = evaluateEntries(criterion.expr, space, names);
      if (sums === null || sums.length !== now.length) {
        sums = now;
        steps = 1;
        return;
      }
      for (let i = 0; i < now.length; i++) sums[i] = (sums[i] ?? 0) + (now[i] ?? 0);
      steps++;
    },
    sums: () => (sums === null ? undefined : { steps, sums }),
    clear() {
      sums = null;
      steps = 0;
    },
  };
}
