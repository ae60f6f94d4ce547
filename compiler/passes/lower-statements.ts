import { diagnostic } from "../../core/diagnostics/create.js";
import type { PruneIr, RuleIr, StepIr } from "../../core/ir/types.js";
import { counted } from "../../core/ir/words.js";
import { lowerCondition } from "./clauses/condition.js";
import { lowerEvents } from "./clauses/events.js";
import { lowerSelection } from "./clauses/selection.js";
import { oneOf } from "./clauses/words.js";
import { lowerTyped } from "./clauses/typed.js";
import { createIds, reject, textOf, type Ids, type Place } from "./lowering.js";
import { flatten, isPairing, isRule } from "./rules.js";
import type { FrontState, TimelineNode } from "./state.js";
import { lowerPrune } from "./statements/prune.js";
import { lowerRegrow } from "./statements/regrow.js";
import { lowerFreeze, lowerPenalize, lowerRestore, lowerUpdate } from "./statements/rules.js";
import { lowerOnce } from "./statements/steps.js";
import { lowerTrain } from "./statements/train.js";
import { refuse } from "./statements/unavailable.js";

interface Lowering {
  readonly state: FrontState;
  readonly ids: Ids;
  /** Rules of blocks, by id, that no phase has taken up yet. */
  readonly idle: Map<number, TimelineNode>;
}

/** The rules in force in a block, and which of them its own regrows may act with. */
interface Rules {
  readonly inherited: readonly RuleIr[];
  readonly own: RuleIr[];
  /** The nearest prune rule above was itself mistaken: a regrow below says nothing more. */
  broken: boolean;
  /** The nearest prune step above, for the message that it cannot be paired with. */
  step: TimelineNode | null;
}

/** Turns the timeline into IR: every clause resolved, rules attached to the phases they govern, regrows to their prunes. */
export function lowerStatements(state: FrontState): FrontState {
  const lowering: Lowering = { state, ids: createIds(), idle: new Map() };
  const body = lowerBlock(state.timeline, [], false, lowering);
  // Without a length there is no training that rules could wait for, and that was said.
  const unplaced = state.diagnostics.some((diagnostic) => diagnostic.code === "P3003");
  if (!unplaced) for (const node of lowering.idle.values()) reportIdle(node, state);
  return { ...state, body, spans: lowering.ids.spans };
}

function reportIdle(node: TimelineNode, state: FrontState): void {
  state.report(
    diagnostic("P3002", "no training follows in which this rule could act", node.statement.word, {
      file: node.scope.module.file,
      help: "move it above the training, or into its block",
    }),
  );
}

function lowerBlock(
  nodes: readonly TimelineNode[],
  inherited: readonly RuleIr[],
  repeated: boolean,
  lowering: Lowering,
): readonly StepIr[] {
  const rules: Rules = { inherited, own: [], broken: false, step: null };
  const steps: StepIr[] = [];
  for (const node of flatten(nodes)) {
    const place: Place = { scope: node.scope, report: lowering.state.report, repeated };
    if (isRule(node.statement) || (isPairing(node.statement) && pairable(node, rules))) {
      lowerRule(node, rules, place, lowering);
    } else {
      if (node.statement.kind === "prune") rules.step = node;
      steps.push(...lowerStep(node, rules, place, lowering));
    }
  }
  return steps;
}

/** A regrow without when-clause acts with a prune rule above; without one it is a step, if it says of what. */
function pairable(node: TimelineNode, rules: Rules): boolean {
  if (rules.broken || rules.own.some((rule) => rule.kind === "prune")) return true;
  return node.statement.kind === "regrow" && node.statement.structure === undefined;
}

function lowerRule(node: TimelineNode, rules: Rules, place: Place, lowering: Lowering): void {
  const { statement } = node;
  const { ids } = lowering;
  const index = rules.own.findLastIndex((rule) => rule.kind === "prune");
  const above = rules.own[index];
  const pair = above?.kind === "prune" ? above : undefined;
  if (statement.kind === "regrow" && statement.when === undefined) {
    lowerPaired(node, pair, index, rules, place, lowering);
    return;
  }
  const rule = lowerRuleAlone(node, pair, place, ids);
  if (statement.kind === "prune") rules.broken = rule === null;
  if (rule === null) return;
  rules.own.push(rule);
  lowering.idle.set(rule.id, node);
}

function lowerPaired(
  node: TimelineNode,
  pair: PruneIr | undefined,
  index: number,
  rules: Rules,
  place: Place,
  lowering: Lowering,
): void {
  const { statement } = node;
  if (statement.kind !== "regrow" || rules.broken) return;
  if (pair === undefined) {
    const file = rules.step?.scope.module.file;
    reject(place, "P3012", "there is no prune rule above that this could act with", statement.word, {
      labels:
        rules.step === null
          ? []
          : [
              {
                span: rules.step.statement.word,
                text: "this prunes once, and nothing was dead before it",
                ...(file === undefined ? {} : { file }),
              },
            ],
      help:
        rules.step === null
          ? "write `regrow weights random 10%`, or put it below a `prune … every …`"
          : "give the prune a when-clause: `every 2 epochs`",
    });
    return;
  }
  if (pair.regrow !== undefined) {
    reject(place, "P3012", "the prune rule above already has a regrow", statement.word);
    return;
  }
  const regrow = lowerRegrow(statement, node, pair, place, lowering.ids);
  if (regrow !== null) rules.own[index] = { ...pair, regrow };
}

function lowerRuleAlone(
  node: TimelineNode,
  pair: PruneIr | undefined,
  place: Place,
  ids: Ids,
): RuleIr | null {
  const { statement } = node;
  switch (statement.kind) {
    case "prune":
      return lowerPrune(statement, node, place, ids);
    case "regrow":
      return lowerRegrow(statement, node, undefined, place, ids);
    case "restore":
      return lowerRestore(statement, node, pair?.when, place, ids);
    case "penalize":
      return lowerPenalize(statement, node, place, ids);
    case "freeze":
      return lowerFreeze(statement, node, place, ids);
    case "update":
      return lowerUpdate(statement, node, place, ids);
    case "slim":
    case "evaluate":
    case "mark":
      return lowerEither(node, place, ids);
    case "learn":
    case "pull":
      return refuse(statement, place);
    default:
      return null;
  }
}

/** `slim`, `evaluate` and `mark`, which may be steps or rules. */
function lowerEither(node: TimelineNode, place: Place, ids: Ids) {
  const { statement } = node;
  const when = lowerEvents(statement, false, place);
  if (when === null) return null;
  const due = when === undefined ? {} : { when };
  switch (statement.kind) {
    case "slim":
      return { kind: "slim", id: ids.next(node), text: textOf(node), ...due } as const;
    case "evaluate": {
      const on =
        statement.on === undefined
          ? "test"
          : oneOf(statement.on, ["test", "train", "validation"], "set of data", place);
      return on === null
        ? null
        : ({ kind: "evaluate", id: ids.next(node), text: textOf(node), on, ...due } as const);
    }
    case "mark": {
      const name = statement.name.text;
      return { kind: "mark", id: ids.next(node), text: textOf(node), name, ...due } as const;
    }
    default:
      return null;
  }
}

function lowerStep(node: TimelineNode, rules: Rules, place: Place, lowering: Lowering): readonly StepIr[] {
  const { statement } = node;
  const { ids } = lowering;
  const one = (step: StepIr | null): readonly StepIr[] => (step === null ? [] : [step]);
  const block = (repeated: boolean) =>
    lowerBlock(node.body, [...rules.inherited, ...rules.own], repeated, lowering);
  switch (statement.kind) {
    case "prune":
      return one(lowerPrune(statement, node, place, ids));
    case "regrow":
      return one(lowerRegrow(statement, node, undefined, place, ids));
    case "restore":
      return one(lowerRestore(statement, node, undefined, place, ids));
    case "train": {
      const governing = [...rules.inherited, ...rules.own];
      for (const rule of governing) lowering.idle.delete(rule.id);
      return one(lowerTrain(statement, node, [...governing, ...lowerPhaseRules(node, lowering)], place, ids));
    }
    case "repeat": {
      const times = lowerTimes(statement.times, place);
      const until =
        statement.until === undefined ? undefined : lowerCondition(statement.until, "`until`", place);
      const id = ids.next(node);
      const body = block(true);
      if (times === null || until === null) return [];
      const as = node.variable === undefined ? {} : { as: node.variable };
      return [
        {
          kind: "repeat",
          id,
          text: textOf(node),
          times,
          ...as,
          body,
          ...(until === undefined ? {} : { until }),
        },
      ];
    }
    case "for-each": {
      const selection = lowerSelection(statement.selection, place);
      const id = ids.next(node);
      const body = block(place.repeated);
      if (selection === null || node.variable === undefined) return [];
      return [{ kind: "for-each", id, text: textOf(node), as: node.variable, selection, body }];
    }
    case "call-statement":
      return block(place.repeated);
    case "slim":
    case "evaluate":
    case "mark":
      return one(lowerEither(node, place, ids));
    case "rewind":
    case "reinitialize":
    case "shuffle":
    case "harden":
    case "load":
    case "require":
    case "save":
      return one(lowerOnce(statement, node, place, ids));
    case "quantize":
    case "search":
      return one(refuse(statement, place));
    default:
      return [];
  }
}

/** The rules that stand in the block of a phase. */
function lowerPhaseRules(node: TimelineNode, lowering: Lowering): readonly RuleIr[] {
  const rules: Rules = { inherited: [], own: [], broken: false, step: null };
  for (const inner of flatten(node.body)) {
    const place: Place = { scope: inner.scope, report: lowering.state.report, repeated: false };
    const { statement } = inner;
    if (!isRule(statement) && !isPairing(statement)) continue;
    if (
      statement.kind === "restore" &&
      statement.when === undefined &&
      !rules.own.some((rule) => rule.kind === "prune")
    ) {
      reject(place, "P3012", "there is no prune rule above that this could act with", statement.word, {
        help: "give it a when-clause of its own: `every 100 steps`",
      });
      continue;
    }
    lowerRule(inner, rules, place, lowering);
  }
  for (const rule of rules.own) lowering.idle.delete(rule.id);
  return rules.own;
}

/** Passes of a block: no run lasts as long. */
const mostTimes = 1e9;

function lowerTimes(expr: Parameters<typeof lowerTyped>[0], place: Place) {
  const times = lowerTyped(expr, ["number"], "how often to repeat", place);
  if (times === null) return null;
  if (typeof times.ir === "number" && (times.ir < 1 || !Number.isInteger(times.ir))) {
    return reject(place, "P3022", "a block repeats a whole number of times from 1", expr.span);
  }
  if (typeof times.ir === "number" && times.ir > mostTimes) {
    return reject(place, "P3022", `a block repeats at most ${counted(mostTimes, "times")}`, expr.span);
  }
  return times.ir;
}
