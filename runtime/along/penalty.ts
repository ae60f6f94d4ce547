import type { ExprIr, PenalizeIr } from "../../core/ir/types.js";
import { cachedSpace } from "../../core/units/cached-space.js";
import type { Moment, PruningContext } from "../../core/events/context.js";
import { derivative } from "../../core/expr/derivative.js";
import { build, evaluateEntries } from "../../core/expr/expression.js";
import type { Node } from "../../core/expr/nodes.js";
import { binaryNode, entryNode, numberNode } from "../../core/expr/nodes.js";
import { namesOf } from "../../core/expr/names.js";
import { addNormPenalty, isNormPenalty } from "./norm-penalty.js";
import { binaryOperators } from "../../core/expr/operators.js";
import { walkElements } from "../../core/expr/reduce.js";
import { extremeUnits } from "../scores/score-now.js";
import type { StepValues } from "../scores/score-now.js";
import type { Space } from "../../core/units/space.js";
import { living } from "../../core/masks/state.js";
import { wholeUnits } from "../../core/units/whole-units.js";

/** A `penalize` rule at work in a phase. */
export interface PenaltyRule {
  /**
   * Adds strength × ∂penalty to the gradients of this step (by weight key; a weight without a gradient is left alone) and returns
   * strength × penalty.
   */
  add(context: PruningContext, moment: Moment, gradients: ReadonlyMap<string, Float32Array>): number;
}

/** Prepares a penalty: the sum over the living units of an expression in their weights (or batch-norm parameters). */
export function penaltyRule(ir: PenalizeIr): PenaltyRule {
  const space = cachedSpace(ir.structure, ir.selection);
  const slope = derivative(ir.penalty.expr);
  return {
    add(context, moment, gradients) {
      const strength = moment.value(ir.strength, "value");
      if (!(strength !== 0)) return 0;
      const here = space(context);
      const values: StepValues = { numbers: moment.names, g: gradients };
      const counted = countedUnits(context, ir, here, moment, values);
      if (isNormPenalty(ir.penalty.expr)) {
        return (
          strength *
          addNormPenalty(context, here, ir.penalty.expr, counted, strength, gradients, moment.names)
        );
      }
      return strength * addPenalty(context, ir, here, slope, counted, strength, values);
    },
  };
}

/** 1 for the units that the penalty counts: the living, or those `among` names. */
function countedUnits(
  context: PruningContext,
  ir: PenalizeIr,
  space: Space,
  moment: Moment,
  values: StepValues,
): Uint8Array {
  if (ir.among === undefined) return space.status.map((code) => (code === living ? 1 : 0));
  const share = moment.value(ir.among.share, "value");
  return extremeUnits(context, ir.id, space, { ...ir.among, share }, values);
}

function addPenalty(
  context: PruningContext,
  ir: PenalizeIr,
  space: Space,
  slope: ExprIr,
  counted: Uint8Array,
  strength: number,
  values: StepValues,
): number {
  const units = wholeUnits(space);
  const names = namesOf({ seed: context.seed, keys: [ir.id], slots: context.slots, ...values });
  const each = evaluateEntries(ir.penalty.expr, units, names);
  let value = 0;
  for (let unit = 0; unit < each.length; unit++) if (counted[unit] === 1) value += each[unit] ?? 0;
  const chosen = entryNode(Float64Array.from(counted));
  const node = product(product(build(slope, units, names), chosen), numberNode(strength));
  // A slope that is the same for all elements still has to reach every one of them.
  const spread: Node = { level: "element", fill: (chunk, out) => node.fill(chunk, out) };
  walkElements(units, spread, ({ part, at, count }, slopes) => {
    const gradient = part === null ? undefined : values.g.get(part.key);
    if (gradient === undefined) return;
    for (let i = 0; i < count; i++) gradient[at[i] ?? 0] = (gradient[at[i] ?? 0] ?? 0) + (slopes[i] ?? 0);
  });
  return value;
}

function product(left: Node, right: Node): Node {
  const times = binaryOperators.get("*");
  if (times === undefined) throw new Error("no multiplication");
  return binaryNode(left, right, times);
}
