import { diagnostic } from "../../core/diagnostics/create.js";
import type { EvaluateIr, MarkIr, PruneIr, RegrowIr, RuleIr, SlimIr, StepIr } from "../../core/ir/types.js";
import type {
  EvaluateStatement,
  ForEachStatement,
  MarkStatement,
  PruneStatement,
  RegrowStatement,
  RepeatStatement,
  SlimStatement,
  Statement,
  TrainStatement,
} from "../../grammar/ast.js";
import { counted } from "../../core/ir/words.js";
import { lowerCondition } from "./clauses/condition.js";
import { lowerEvents } from "./clauses/events.js";
import { lowerSelection } from "./clauses/selection.js";
import { oneOf } from "./clauses/words.js";
import { lowerTyped } from "./clauses/typed.js";
import { createIds, reject, textOf, type Ids, type Place } from "./lowering.js";
import { flatten, whenOf, type FrontState, type TimelineNode } from "./state.js";
import { lowerPrune } from "./statements/prune.js";
import { lowerRegrow } from "./statements/regrow.js";
import { lowerFreeze, lowerPenalize, lowerRestore, lowerUpdate } from "./statements/rules.js";
import { lowerOnce, type Once } from "./statements/steps.js";
import { lowerTrain } from "./statements/train.js";
import { refuse, type Unavailable } from "./statements/unavailable.js";

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
    const at: At = { node, place, ids: lowering.ids, rules, lowering };
    if (isRule(node.statement) || (isPairing(node.statement) && pairable(node, rules))) {
      lowerRule(at);
    } else {
      if (node.statement.kind === "prune") rules.step = node;
      steps.push(...lowerStep(at));
    }
  }
  return steps;
}

/** A regrow without when-clause acts with a prune rule above; without one it is a step, if it says of what. */
function pairable(node: TimelineNode, rules: Rules): boolean {
  if (rules.broken || rules.own.some((rule) => rule.kind === "prune")) return true;
  return node.statement.kind === "regrow" && node.statement.structure === undefined;
}

function lowerRule(at: At): void {
  const { node, rules, lowering } = at;
  const { statement } = node;
  const index = rules.own.findLastIndex((rule) => rule.kind === "prune");
  const above = rules.own[index];
  const pair = above?.kind === "prune" ? above : undefined;
  if (statement.kind === "regrow" && statement.when === undefined) {
    const regrow = lowerPaired(statement, at, pair);
    if (regrow !== null && pair !== undefined) rules.own[index] = { ...pair, regrow };
    return;
  }
  const rule = rowOf(statement).rule?.(statement, at, pair) ?? null;
  if (statement.kind === "prune") rules.broken = rule === null;
  if (rule === null) return;
  rules.own.push(rule);
  lowering.idle.set(rule.id, node);
}

function lowerPaired(
  statement: RegrowStatement,
  { node, rules, place, ids }: At,
  pair: PruneIr | undefined,
): RegrowIr | null {
  if (rules.broken) return null;
  if (pair?.regrow !== undefined)
    return reject(place, "P3012", "the prune rule above already has a regrow", statement.word);
  if (pair !== undefined) return lowerRegrow(statement, node, pair, place, ids);
  const message = "there is no prune rule above that this could act with";
  if (rules.step === null)
    return reject(place, "P3012", message, statement.word, {
      help: "write `regrow weights random 10%`, or put it below a `prune … every …`",
    });
  const { statement: step, scope } = rules.step;
  const { file } = scope.module;
  const text = "this prunes once, and nothing was dead before it";
  return reject(place, "P3012", message, statement.word, {
    labels: [{ span: step.word, text, ...(file === undefined ? {} : { file }) }],
    help: "give the prune a when-clause: `every 2 epochs`",
  });
}

/** A statement where it is lowered. */
interface At {
  readonly node: TimelineNode;
  readonly place: Place;
  readonly ids: Ids;
  readonly rules: Rules;
  readonly lowering: Lowering;
}

/** What a kind of statement becomes. Neither step nor rule: a declaration, which takes no place in the timeline. */
interface Row<S extends Statement> {
  /** Where it stands, once. */
  step?(statement: S, at: At): StepIr | readonly StepIr[] | null;
  /** While the network trains. `pair` is the nearest prune rule above. */
  rule?(statement: S, at: At, pair: PruneIr | undefined): RuleIr | null;
  /** Without a when-clause it acts with the prune rule above. */
  readonly pairs?: true;
}

const prune = (statement: PruneStatement, { node, place, ids }: At) =>
  lowerPrune(statement, node, place, ids);
const regrow = (statement: RegrowStatement, { node, place, ids }: At) =>
  lowerRegrow(statement, node, undefined, place, ids);
const once = { step: (statement: Once, { node, place, ids }: At) => lowerOnce(statement, node, place, ids) };
const unavailable = (statement: Unavailable, { place }: At) => refuse(statement, place);
const slim = (statement: SlimStatement, at: At): SlimIr | null => {
  const due = dueOf(statement, at);
  return due && { kind: "slim", ...numbered(at), ...due };
};
const mark = (statement: MarkStatement, at: At): MarkIr | null => {
  const due = dueOf(statement, at);
  return due && { kind: "mark", ...numbered(at), name: statement.name.text, ...due };
};
const evaluate = (statement: EvaluateStatement, at: At): EvaluateIr | null => {
  const due = dueOf(statement, at);
  const splits = ["test", "train", "validation"] as const;
  const on = statement.on === undefined ? "test" : oneOf(statement.on, splits, "set of data", at.place);
  return due && on && { kind: "evaluate", ...numbered(at), on, ...due };
};

const lowerings: { readonly [K in Statement["kind"]]: Row<Extract<Statement, { readonly kind: K }>> } = {
  prune: { step: prune, rule: prune },
  regrow: { step: regrow, rule: regrow, pairs: true },
  restore: {
    step: (statement, { node, place, ids }) => lowerRestore(statement, node, undefined, place, ids),
    rule: (statement, { node, place, ids }, pair) => lowerRestore(statement, node, pair?.when, place, ids),
    pairs: true,
  },
  penalize: { rule: (statement, { node, place, ids }) => lowerPenalize(statement, node, place, ids) },
  freeze: { rule: (statement, { node, place, ids }) => lowerFreeze(statement, node, place, ids) },
  update: { rule: (statement, { node, place, ids }) => lowerUpdate(statement, node, place, ids) },
  learn: { rule: unavailable },
  pull: { rule: unavailable },
  slim: { step: slim, rule: slim },
  evaluate: { step: evaluate, rule: evaluate },
  mark: { step: mark, rule: mark },
  train: { step: lowerPhase },
  repeat: { step: lowerRepeat },
  "for-each": { step: lowerForEach },
  "call-statement": { step: (_, at) => lowerInner(at, at.place.repeated) },
  rewind: once,
  reinitialize: once,
  shuffle: once,
  harden: once,
  load: once,
  require: once,
  save: once,
  quantize: { step: unavailable },
  search: { step: unavailable },
  network: {},
  data: {},
  criterion: {},
  penalty: {},
  curve: {},
  use: {},
  param: {},
  method: {},
};
const rowOf = (statement: Statement): Row<Statement> => lowerings[statement.kind];

/** Rules by nature: they hold while the network trains, clause or not. */
function holdsAllAlong(statement: Statement): boolean {
  const { step, rule } = rowOf(statement);
  return step === undefined && rule !== undefined;
}

/** A rule lives to the end of its block and acts while the network trains; anything else happens once, where it stands. */
export const isRule = (statement: Statement): boolean =>
  holdsAllAlong(statement) || whenOf(statement) !== undefined;

export const isPairing = (statement: Statement): boolean =>
  rowOf(statement).pairs === true && whenOf(statement) === undefined;

/** Happens once where it stands or, with a when-clause, whenever that is due. */
export function isTimed(statement: Statement): boolean {
  const { step, rule } = rowOf(statement);
  return step !== undefined && rule !== undefined;
}

/** Statements that take no place in the timeline. */
export function isDeclaration(statement: Statement): boolean {
  const { step, rule } = rowOf(statement);
  return step === undefined && rule === undefined;
}

const numbered = ({ node, ids }: At) => ({ id: ids.next(node), text: textOf(node) });

/** When it acts; null after a mistake. */
function dueOf(statement: SlimStatement | EvaluateStatement | MarkStatement, { place }: At) {
  const when = lowerEvents(statement, false, place);
  return when === null ? null : when === undefined ? {} : { when };
}

function lowerStep(at: At): readonly StepIr[] {
  const { statement } = at.node;
  const steps = rowOf(statement).step?.(statement, at) ?? [];
  return "kind" in steps ? [steps] : steps;
}

/** The statements inside one, under the rules in force here. */
function lowerInner({ node, rules, lowering }: At, repeated: boolean): readonly StepIr[] {
  return lowerBlock(node.body, [...rules.inherited, ...rules.own], repeated, lowering);
}

function lowerPhase(statement: TrainStatement, { node, place, ids, rules, lowering }: At): StepIr | null {
  const governing = [...rules.inherited, ...rules.own];
  for (const rule of governing) lowering.idle.delete(rule.id);
  return lowerTrain(statement, node, [...governing, ...lowerPhaseRules(node, lowering)], place, ids);
}

function lowerRepeat(statement: RepeatStatement, at: At): StepIr | null {
  const { node, place } = at;
  const times = lowerTimes(statement.times, place);
  const until = statement.until === undefined ? undefined : lowerCondition(statement.until, "`until`", place);
  const head = numbered(at);
  const body = lowerInner(at, true);
  if (times === null || until === null) return null;
  const as = node.variable === undefined ? {} : { as: node.variable };
  return { kind: "repeat", ...head, times, ...as, body, ...(until === undefined ? {} : { until }) };
}

function lowerForEach(statement: ForEachStatement, at: At): StepIr | null {
  const { node, place } = at;
  const selection = lowerSelection(statement.selection, place);
  const head = numbered(at);
  const body = lowerInner(at, place.repeated);
  if (selection === null || node.variable === undefined) return null;
  return { kind: "for-each", ...head, as: node.variable, ...selection, body };
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
    lowerRule({ node: inner, place, ids: lowering.ids, rules, lowering });
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
