import type { Expr, KeepingBest, TrainingClauses, TrainStatement } from "../../../grammar/ast.js";
import type { ExprIr, RuleIr, TrainSpelled } from "../../../core/ir/types.js";
import { metricName } from "../../../core/ir/accuracy-readers.js";
import { isQuality, qualityNames } from "../../../core/ir/qualities.js";
import { grouped } from "../../../core/ir/words.js";
import { lowerAugment } from "../clauses/augment.js";
import { lowerOptimizer } from "../clauses/optimizer.js";
import { lowerCondition } from "../clauses/condition.js";
import { lowerTyped, oneOf } from "../clauses/typed.js";
import { reject, whole, type Lowered, type Place } from "../lowering.js";
import { ownNames } from "../module.js";
import type { TimelineNode } from "../state.js";
import { lowerMinimized } from "./minimized.js";

/** Steps of training are counted exactly up to here, and no run lasts as long. */
const longest = { epochs: 1e9, steps: 1e12 } as const;
/** Examples of a batch: more fit into no memory. */
const largestBatch = 2 ** 24;

/** `train` and `finetune`: a phase, with the rules that govern it. */
export function lowerTrain(
  statement: TrainStatement,
  { calls, implicit }: TimelineNode,
  rules: readonly RuleIr[],
  place: Place,
): Lowered<TrainSpelled> | null {
  const { finetune } = statement;
  const length = lowerLength(statement.length, place);
  /** What the phase says, else the innermost call of its method that says it. */
  const said = <C extends keyof TrainingClauses, L>(
    clause: C,
    lower: (written: NonNullable<TrainingClauses[C]>, at: Place) => L,
  ): L | undefined => {
    const outside = finetune && (clause === "batch" || clause === "optimizer") ? [] : calls;
    for (const { statement: saying, scope } of [{ statement, scope: place.scope }, ...outside]) {
      const written = saying[clause];
      if (written !== undefined) return lower(written, { ...place, scope });
    }
    return undefined;
  };
  const batch = said("batch", lowerBatch);
  const optimizer = said("optimizer", lowerOptimizer);
  const minimized = said("loss", lowerMinimized);
  const augment = said("augment", lowerAugment);
  const until = statement.until && lowerCondition(statement.until, "`until`", place);
  const keeping = statement.keeping && lowerKeeping(statement.keeping, place);
  const rest = { augment, keeping, until, rules };
  return whole(length, { finetune, implicit, batch, optimizer }, minimized, rest);
}

/** `keeping best by accuracy patience 3`: patience counts epochs. */
function lowerKeeping({ by, patience }: KeepingBest, place: Place): TrainSpelled["keeping"] | null {
  const own = ownNames(place.scope.module, "metric");
  const named = oneOf(by, [...qualityNames, ...own], "measure to keep the best by", place);
  const measure = named === null || isQuality(named) ? named : metricName(named);
  if (measure === null || patience === undefined) return measure && { by: measure };
  const epochs = lowerTyped(patience, ["number", "epochs"], "patience", place);
  if (epochs === null) return null;
  const { ir } = epochs;
  if (typeof ir !== "number" || ir < 1 || !Number.isInteger(ir))
    return reject(place, "P3022", "patience is a whole number of epochs from 1", patience.span);
  return { by: measure, patience: ir };
}

function lowerLength(expr: Expr, place: Place): Pick<TrainSpelled, "epochs" | "steps"> | null {
  const length = lowerTyped(expr, ["epochs", "steps"], "the length of training", place);
  if (length === null) return null;
  const unit = length.type === "steps" ? "steps" : "epochs";
  if (typeof length.ir === "number") {
    if (!(length.ir > 0)) return reject(place, "P3022", "training lasts longer than nothing", expr.span);
    if (!Number.isInteger(length.ir)) {
      return reject(place, "P3022", `${unit} are counted in whole numbers`, expr.span, {
        help: unit === "epochs" ? "give a part of an epoch in steps" : undefined,
      });
    }
    if (length.ir > longest[unit]) {
      return reject(place, "P3022", `training lasts at most ${grouped(longest[unit])} ${unit}`, expr.span);
    }
  }
  return { [unit]: length.ir };
}

function lowerBatch(expr: Expr, place: Place): ExprIr | null {
  const batch = lowerTyped(expr, ["number"], "a batch", place);
  if (batch === null) return null;
  if (typeof batch.ir === "number" && (batch.ir < 1 || !Number.isInteger(batch.ir))) {
    return reject(place, "P3022", "a batch is a whole number of examples from 1", expr.span);
  }
  if (typeof batch.ir === "number" && batch.ir > largestBatch) {
    return reject(place, "P3022", `a batch holds at most ${grouped(largestBatch)} examples`, expr.span);
  }
  return batch.ir;
}
