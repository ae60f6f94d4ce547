import { diagnostic } from "../../core/diagnostics/create.js";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.js";
import { withDefaults } from "../../core/ir/defaults.js";
import type {
  PruneIr,
  PruneSpelled,
  PullSpelled,
  RegrowIr,
  RegrowSpelled,
  RuleIr,
  StepIr,
  TrainSpelled,
  UpdateSpelled,
} from "../../core/ir/types.js";
import type { StatementIr } from "../../core/ir/walk.js";
import type { RegrowStatement, Statement } from "../../grammar/ast.js";
import { counted } from "../../core/ir/words.js";
import { lowerCondition } from "./clauses/condition.js";
import { lowerSelection } from "./clauses/selection.js";
import { lowerTyped, oneOf } from "./clauses/typed.js";
import { lowerEvents } from "./clauses/when.js";
import {
  createIds,
  reject,
  textOf,
  whole,
  type Ids,
  type Learned,
  type Lowered,
  type Place,
} from "./lowering.js";
import { flatten, whenOf, type FrontState, type TimelineNode } from "./state.js";
import { lowerPrune } from "./statements/prune.js";
import { lowerPull } from "./statements/pull.js";
import { lowerRegrow } from "./statements/regrow.js";
import { lowerLearn } from "./statements/learn.js";
import { lowerFreeze, lowerPenalize, lowerRestore, lowerUpdate } from "./statements/rules.js";
import {
  lowerRecalibrate,
  lowerReinitialize,
  lowerRequire,
  lowerRewind,
  lowerSave,
} from "./statements/steps.js";
import { lowerQuantize } from "./statements/quantize.js";
import { lowerSearch } from "./statements/search.js";
import { lowerTrain } from "./statements/train.js";

interface Lowering {
  readonly state: FrontState;
  readonly ids: Ids;
  /** Rules of blocks, by id, that no phase has taken up yet. */
  readonly idle: Map<number, TimelineNode>;
  /** The masks that statements so far learn and nothing has made part of the weights since; null for a mistaken one. */
  readonly learned: (Learned | null)[];
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
  const lowering: Lowering = { state, ids: createIds(), idle: new Map(), learned: [] };
  const body = lowerBlock(state.timeline, [], false, lowering);
  // Without a length there is no training that rules could wait for, and that was said.
  const unplaced = state.diagnostics.some((diagnostic) => diagnostic.code === "P3003");
  if (!unplaced) for (const node of lowering.idle.values()) reportIdle(node, state);
  return { ...state, body, spans: lowering.ids.spans };
}

/** What is wrong with statements, the blocks and rules around them left out of account. */
export function mistakesIn(nodes: readonly TimelineNode[], state: FrontState): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const trial = { ...state, report: (one: Diagnostic) => void found.push(one) };
  lowerBlock(nodes, [], false, { state: trial, ids: createIds(), idle: new Map(), learned: [] });
  return found.filter(({ severity }) => severity === "error");
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
    const { report } = lowering.state;
    const place: Place = { scope: node.scope, report, repeated, learned: lowering.learned };
    const at: At = { node, place, rules, lowering };
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
    const regrow = made<RegrowIr>(lowerPaired(statement, at, pair), at);
    if (regrow !== null && pair !== undefined) rules.own[index] = { ...pair, regrow };
    return;
  }
  const rule = made<RuleIr>(rowOf(statement).rule?.(statement as never, at, pair), at);
  if (statement.kind === "prune") rules.broken = rule === null;
  if (rule === null) return;
  rules.own.push(rule);
  lowering.idle.set(rule.id, node);
}

function lowerPaired(
  statement: RegrowStatement,
  { rules, place }: At,
  pair: PruneIr | undefined,
): Lowered<RegrowSpelled> | null {
  if (rules.broken) return null;
  if (pair?.regrow !== undefined)
    return reject(place, "P3012", "the prune rule above already has a regrow", statement.word);
  if (pair !== undefined) return lowerRegrow(statement, pair, place);
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
  readonly rules: Rules;
  readonly lowering: Lowering;
}

type Kind = Statement["kind"];
type Written<K extends Kind> = Extract<Statement, { readonly kind: K }>;
interface Spelled {
  readonly prune: PruneSpelled;
  readonly regrow: RegrowSpelled;
  readonly update: UpdateSpelled;
  readonly pull: PullSpelled;
  readonly train: TrainSpelled;
}
type Made<K> = Lowered<K extends keyof Spelled ? Spelled[K] : Extract<StatementIr, { readonly kind: K }>>;

/** What a kind of statement becomes. Neither step nor rule: a declaration, which takes no place in the timeline. */
interface Row<K extends Kind> {
  /** Where it stands, once. */
  step?(statement: Written<K>, at: At): Made<K> | readonly StepIr[] | null;
  /** While the network trains. `pair` is the nearest prune rule above. */
  rule?(statement: Written<K>, at: At, pair: PruneIr | undefined): Made<K> | null;
  /** Without a when-clause it acts with the prune rule above. */
  readonly pairs?: true;
}

/** Alike as a step and as a rule. */
const either = <K extends Kind>(lower: (statement: Written<K>, at: At) => Made<K> | null): Row<K> => ({
  step: lower,
  rule: lower,
});

const lowerings: { readonly [K in Kind]: Row<K> } = {
  prune: either((statement, { place }) => lowerPrune(statement, place)),
  regrow: { ...either((statement, { place }) => lowerRegrow(statement, undefined, place)), pairs: true },
  restore: {
    step: (statement, { place }) => lowerRestore(statement, undefined, place),
    rule: (statement, { place }, pair) => lowerRestore(statement, pair?.when, place),
    pairs: true,
  },
  penalize: { rule: (statement, { place }) => lowerPenalize(statement, place) },
  freeze: { rule: (statement, { place }) => lowerFreeze(statement, place) },
  update: { rule: (statement, { place }) => lowerUpdate(statement, place) },
  learn: {
    rule: (statement, { place, lowering }) => {
      const learn = lowerLearn(statement, place);
      lowering.learned.push(learn);
      return learn;
    },
  },
  pull: { rule: (statement, { place }) => lowerPull(statement, place) },
  slim: either((statement, { place, lowering }) => {
    lowering.learned.length = 0;
    return whole({ when: lowerEvents(statement, false, place) });
  }),
  evaluate: either((statement, { place }) => {
    const when = lowerEvents(statement, false, place);
    const splits = ["test", "train", "validation"] as const;
    const on = statement.on === undefined ? "test" : oneOf(statement.on, splits, "set of data", place, "set");
    return whole({ on, when });
  }),
  mark: either((statement, { place }) =>
    whole({ name: statement.name.text, when: lowerEvents(statement, false, place) }),
  ),
  train: {
    step: (statement, { node, place, rules, lowering }) => {
      const governing = [...rules.inherited, ...rules.own];
      for (const rule of governing) lowering.idle.delete(rule.id);
      return lowerTrain(statement, node, [...governing, ...lowerPhaseRules(node, lowering)], place);
    },
  },
  // A loop comes before what it repeats.
  repeat: {
    step: (statement, at) => {
      const { node, place } = at;
      // Before the first pass nothing is counted yet.
      const outside = { ...place, scope: node.outside ?? place.scope };
      const times = lowerTimes(statement.times, outside);
      const goesOn = statement.while && lowerCondition(statement.while, "`while`", outside);
      const until = statement.until && lowerCondition(statement.until, "`until`", place);
      return whole(numbered(at), {
        times,
        as: node.variable,
        while: goesOn,
        body: lowerInner(at, true),
        until,
      });
    },
  },
  "for-each": {
    step: (statement, at) => {
      const { node, place } = at;
      const selection = lowerSelection(statement.selection, place);
      const as = node.variable ?? null;
      return whole(numbered(at), { as }, selection, { body: lowerInner(at, place.repeated) });
    },
  },
  "call-statement": {
    step: (_, at) => {
      const { own, given = {} } = at.node;
      if (own === undefined) return lowerInner(at, at.place.repeated);
      const isGiven = Object.keys(given).length > 0;
      return [{ kind: "call", ...numbered(at), name: own, ...(isGiven && { given }) }];
    },
  },
  rewind: { step: (statement, { place }) => lowerRewind(statement, place) },
  reinitialize: { step: (statement, { place }) => lowerReinitialize(statement, place) },
  recalibrate: { step: (statement, { place }) => lowerRecalibrate(statement, place) },
  shuffle: { step: ({ selection }, { place }) => lowerSelection(selection, place) },
  invert: { step: ({ selection }, { place }) => lowerSelection(selection, place) },
  harden: {
    step: ({ selection }, { place, lowering }) => {
      if (selection === undefined) lowering.learned.length = 0;
      return lowerSelection(selection, place);
    },
  },
  load: {
    step: ({ what, path, selection }, { place }) =>
      whole(lowerSelection(selection, place), { what, path: path.value }),
  },
  require: { step: (statement, { place }) => lowerRequire(statement, place) },
  save: { step: (statement, { place }) => lowerSave(statement, place) },
  quantize: { step: (statement, { place }) => lowerQuantize(statement, place) },
  search: {
    step: (statement, at) => {
      const { node, place } = at;
      const clauses = lowerSearch(statement, place);
      return whole(numbered(at), { as: node.variable ?? null }, clauses, {
        body: lowerInner(at, place.repeated),
      });
    },
  },
  network: {},
  data: {},
  criterion: {},
  penalty: {},
  curve: {},
  use: {},
  param: {},
  method: {},
};
/** Each row is of its own kind, which the type of a table cannot follow. */
const rowOf = ({ kind }: Statement) => lowerings[kind] as Row<"slim">;

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

const numbered = ({ node, lowering }: At) => ({ id: lowering.ids.next(node), text: textOf(node) });

/** The statement that clauses make, numbered where it has no number yet, and with what it leaves out. */
function made<S extends StatementIr>(clauses: object | null | undefined, at: At): S | null {
  if (!clauses) return null;
  const { kind } = at.node.statement;
  return withDefaults({ kind, ...("id" in clauses ? {} : numbered(at)), ...clauses } as S);
}

function lowerStep(at: At): readonly StepIr[] {
  const { statement } = at.node;
  const lowered = rowOf(statement).step?.(statement as never, at);
  if (Array.isArray(lowered)) return lowered;
  const step = made<StepIr>(lowered, at);
  return step === null ? [] : [step];
}

/** The statements inside one, under the rules in force here. */
function lowerInner({ node, rules, lowering }: At, repeated: boolean): readonly StepIr[] {
  return lowerBlock(node.body, [...rules.inherited, ...rules.own], repeated, lowering);
}

/** The rules that stand in the block of a phase. */
function lowerPhaseRules(node: TimelineNode, lowering: Lowering): readonly RuleIr[] {
  const rules: Rules = { inherited: [], own: [], broken: false, step: null };
  for (const inner of flatten(node.body)) {
    const { report } = lowering.state;
    const place: Place = { scope: inner.scope, report, repeated: false, learned: lowering.learned };
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
    lowerRule({ node: inner, place, rules, lowering });
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
