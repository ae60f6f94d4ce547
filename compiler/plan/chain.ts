import { comparedMoments } from "../../core/ir/accuracy-readers.js";
import { hashJson, withoutTexts } from "../../core/ir/hash.js";
import type { Ir, RuleIr, StepIr, TrainIr } from "../../core/ir/types.js";
import { criteriaOf, holdsAlong, mayEndEarly } from "../../core/ir/walk.js";
import { eventSteps, phaseSteps } from "../../core/schedule/schedule.js";
import type { Simulation } from "./dry-run.js";
import { mostListed } from "./limits.js";
import { lastTraining } from "./simulate.js";
import type { SimulatedPhase } from "./timeline.js";
import { numberAt, whenAt, type Moment } from "./value.js";

/** A place in a timeline: statements done, those in loops once for each pass, and updates done in the phase that comes next. */
export interface ChainPlace {
  readonly statements: number;
  readonly step: number;
  /** Updates done since the start; null where only a run can tell. */
  readonly trained: number | null;
}

/** What a program does next, and the last place before it. */
export interface Link {
  /** Of this and of all before it: programs whose chains have it in common do the same up to here. */
  readonly hash: string;
  readonly before: ChainPlace;
}

/** A timeline as a chain of hashes, so that what programs have in common at their beginning is the longest common prefix. */
export interface Chain {
  readonly links: readonly Link[];
  /** Where the chain ends: the end of the program, or what only a run can follow. */
  readonly end: ChainPlace;
  /** Updates of the whole program; null where only a run can tell, as where it may end early. */
  readonly steps: number | null;
}

/**
 * The chain of a program. The events of a phase are links of their own: two programs that differ in an event have the updates before
 * it in common. A loop that may end early, and whatever comes after it, is none of the chain.
 */
export function chainOf(ir: Ir, simulation: Simulation | null): Chain {
  const links: Link[] = [];
  const last = lastTraining(ir.body);
  const phases = [...(simulation?.phases ?? [])];
  const steps = phases.reduce<number | null>((sum, phase) => plus(sum, stepsOf(phase)), 0);
  const known = simulation !== null && !simulation.cut && !steppedOver(ir.body) ? steps : null;
  const compares = comparedMoments(ir.body);
  const taken = ir.imports?.map(({ kind, name, from }) => [kind, name, from]);
  let hash = hashJson([ir.validation, taken, compares]);
  let at: ChainPlace = { statements: 0, step: 0, trained: 0 };
  const link = (what: unknown, before: ChainPlace): void => {
    hash = hashJson([hash, withoutTexts(what)]);
    links.push({ hash, before });
  };
  const phase = (train: TrainIr, moment: Moment): void => {
    const simulated = phases.shift();
    const { head, events } = split(train, simulated, moment);
    const within = (step: number) => ({ ...at, step, trained: plus(at.trained, step) });
    const followed = moment.more === true || train !== last;
    link([head, context(train, moment), train.rules.some(isPaired) && followed], at);
    for (const { step, rules } of events) link([step, rules], within(Math.max(0, step - 1)));
    const more = simulated === undefined || mayEndEarly(train) ? null : stepsOf(simulated);
    // The end tells of the rules that did not act, too.
    if (train.rules.length > 0 && more !== null) link(train.rules, within(more));
    at = { statements: at.statements + 1, step: 0, trained: plus(at.trained, more) };
  };
  /** False once the chain ends. */
  const follow = (body: readonly StepIr[], moment: Moment): boolean =>
    body.every((step) => {
      if (links.length > mostListed) return false;
      if (step.kind === "train") phase(step, moment);
      else if (step.kind === "repeat") return passes(step, moment);
      else if (step.kind === "for-each" || step.kind === "search") return false;
      else {
        link([step, context(step, moment)], at);
        at = { ...at, statements: at.statements + 1 };
      }
      return true;
    });
  const passes = (loop: Extract<StepIr, { readonly kind: "repeat" }>, moment: Moment): boolean => {
    const times = numberAt(loop.times, moment);
    if (times === undefined || loop.while !== undefined || loop.until !== undefined) return false;
    for (let i = 1; i <= Math.round(times); i++) {
      const names = loop.as === undefined ? moment.names : new Map([...moment.names, [loop.as, i]]);
      const more = moment.more === true || i < times;
      if (!follow(loop.body, { names, pass: { i, times: Math.round(times) }, more })) return false;
    }
    return true;
  };
  follow(ir.body, { names: new Map() });
  return { links, end: at, steps: known };
}

/** What a statement does depends on, beside itself: counters of the loops around it, and how far a loop has come. */
const context = (step: StepIr, { names, pass }: Moment) => [
  pass?.i,
  [...names],
  JSON.stringify(step).includes('"moving"') ? pass?.times : undefined,
];

/** Rules that act at moments alone become events; those that look at the training from its start on stay with the phase. */
function split(
  train: TrainIr,
  phase: SimulatedPhase | undefined,
  moment: Moment,
): {
  readonly head: unknown;
  readonly events: readonly { readonly step: number; readonly rules: unknown }[];
} {
  const whole = { head: train, events: [] };
  if (phase === undefined || phase.stepsPerEpoch === null || mayEndEarly(train)) return whole;
  const { times } = phase;
  const byStep = new Map<number, RuleIr[]>();
  const fromStart: RuleIr[] = [];
  for (const rule of train.rules) {
    const when = rule.when && whenAt(rule.when, moment.names);
    if (when === undefined || holdsAlong(rule) || sums(rule)) {
      fromStart.push(rule);
      continue;
    }
    for (const step of eventSteps(when, times, mostListed)) {
      const due = byStep.get(step) ?? [];
      byStep.set(step, [...due, rule]);
    }
  }
  if (byStep.size > mostListed) return whole;
  const events = [...byStep].sort(([a], [b]) => a - b).map(([step, rules]) => ({ step, rules }));
  return { head: { ...train, rules: fromStart }, events };
}

const isPaired = (rule: RuleIr): boolean => rule.kind === "prune" && rule.regrow !== undefined;

/** Whether a rule sums up scores from the start of the phase on. */
const sums = (rule: RuleIr): boolean => criteriaOf(rule).some(({ over }) => over === "training");

const stepsOf = ({ stepsPerEpoch, times }: SimulatedPhase): number | null =>
  stepsPerEpoch === null ? null : phaseSteps(times);

const plus = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a + b);

/** Whether a dry run takes some of its training for granted that a run may leave out. */
const steppedOver = (body: readonly StepIr[]): boolean =>
  body.some((step) => {
    if (step.kind === "train") return mayEndEarly(step);
    if (step.kind === "repeat")
      return step.while !== undefined || step.until !== undefined || steppedOver(step.body);
    return step.kind === "search" || (step.kind === "for-each" && steppedOver(step.body));
  });
