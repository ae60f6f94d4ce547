import { firesAt, windowSteps, type PhaseTimes } from "../../../core/schedule/schedule.js";
import type { PenalizeIr, RuleIr, TrainIr, WhenIr } from "../../../core/ir/types.js";
import { timeWindow, whenTimes } from "../../optimizers/rates.js";
import { mixedPenalty, type Trained } from "../../along/mixed-penalty.js";
import { penaltyKind } from "../../../core/expr/mixed.js";
import { structureKind } from "../../../core/ir/structure.js";
import type { LearnRule } from "../../along/gates.js";
import { freezeRule } from "../../along/freeze.js";
import { hold } from "../../../core/masks/hold.js";
import type { OfGates } from "../../along/gate-penalty.js";
import { penaltyRule, readsGradients } from "../../along/penalty.js";
import { pullRule } from "../../along/pull.js";
import { updateRule } from "../../along/update-only.js";
import { productNow } from "../../scores/second-order.js";
import { momentOf, pruningContext } from "../host/engine.js";
import type { Session } from "../host/session.js";
import type { Observation, Pull } from "../../types.js";

/** What acts in every step of a phase rather than at moments: penalties, gates, freezes, restricted updates, and the masks. */
export interface AlongRules {
  /** Rules that train gates. */
  readonly learned: readonly LearnRule[];
  /** Penalties on activations, which act inside the step after `step` updates. */
  pulls(session: Session, step: number): readonly Pull[];
  /** What the pass of the step shall show, for rules that choose by a score on its batch. */
  watch(session: Session, step: number): readonly Observation[];
  /** Adds penalties to the gradients and takes away what shall not act, at the step after `step` updates. */
  beforeUpdate(
    session: Session,
    gradients: Map<string, Float32Array>,
    step: number,
    /** The gradients of the loss on the batch of the step, at the weights as they are when it is called. */
    again: () => ReadonlyMap<string, Float32Array>,
    ofGates: OfGates,
    /** Whether `gradients` hold what a teacher or penalties over activations add, which penalties over gradients do not read. */
    joined: boolean,
  ): BeforeUpdate;
  /** At the end of the step after `step` updates: what is due then between steps. */
  endStep(session: Session, step: number): void;
  /** Puts dead weights back to what their masks say, and frozen ones to what they were. Returns the keys it changed. */
  afterUpdate(session: Session, step: number): ReadonlySet<string>;
}

export interface BeforeUpdate {
  /** What the penalties add to the loss. */
  readonly penalty: number;
  /** Weights frozen as a whole: they are not updated at all. */
  readonly rests: ReadonlySet<string>;
  /** Numbers of penalties that train. */
  readonly trained: readonly Trained[];
}

/** Of the gradient of a batch, first restricted updates take their share, then penalties add theirs; freezes come last. */
export function alongRules(ir: TrainIr, times: PhaseTimes): AlongRules {
  /** The rules of a kind at work, each with the steps at which it acts. */
  const prepare = <K extends Kind, R>(
    kind: K,
    make: (rule: RuleOf<K>) => R,
    chosen = (_: RuleOf<K>) => true,
  ) =>
    ir.rules
      .filter((rule: RuleIr): rule is RuleOf<K> => rule.kind === kind)
      .filter(chosen)
      .map((rule) => ({ id: rule.id, rule: make(rule), active: activity(rule.when, times) }));
  const updates = prepare("update", updateRule);
  const mixed = prepare("penalize", mixedPenalty, (rule) => !isOverWeights(rule));
  const penalties = prepare(
    "penalize",
    (rule) => ({ ...penaltyRule(rule), second: readsGradients(rule) }),
    isOverWeights,
  );
  const freezes = prepare("freeze", freezeRule);
  const pulled = prepare("pull", (rule) => ({ ...pullRule(rule), when: whenTimes(rule.when ?? everyEpoch) }));
  const learned = prepare("learn", (rule) => rule);
  return {
    learned: learned.map(({ rule, active }) => ({ ir: rule, active })),
    pulls: (session, step) =>
      mixed
        .filter(({ active }) => active(step))
        .flatMap(({ id, rule }) => rule.pull(pruningContext(session), momentOf(session, id)) ?? []),
    watch(session, step) {
      const acting = [...updates, ...penalties, ...mixed].filter(({ active }) => active(step));
      if (acting.length === 0) return [];
      const context = pruningContext(session);
      return acting.flatMap(({ rule }) => rule.watch(context) ?? []);
    },
    beforeUpdate(session, gradients, step, again, ofGates, joined) {
      const context = pruningContext(session);
      const reading = penalties.some(({ active, rule }) => rule.second && active(step));
      const ofLoss = reading ? copies(joined ? again() : gradients) : gradients;
      const along = new Map<string, Float32Array>();
      for (const { id, rule, active } of updates)
        if (active(step)) rule.gate(context, momentOf(session, id), gradients);
      let penalty = 0;
      for (const { id, rule, active } of penalties)
        if (active(step))
          penalty += rule.add(context, momentOf(session, id), gradients, ofLoss, along, ofGates);
      for (const { id, rule, active } of mixed)
        if (active(step)) penalty += rule.add(context, momentOf(session, id), gradients, ofGates);
      if (along.size > 0) addAll(gradients, productNow(context, along, again));
      for (const { id, rule, active } of pulled)
        if (active(step)) penalty += rule.add(context, momentOf(session, id), gradients);
      const rests = new Set<string>();
      for (const { rule, active } of freezes)
        if (active(step)) for (const key of rule.before(context, gradients)) rests.add(key);
      const trained = mixed.flatMap(({ rule, active }) => (active(step) ? rule.trained : []));
      return { penalty, rests, trained };
    },
    endStep(session, step) {
      for (const { id, rule, active } of pulled)
        if (active(step) && firesAt(rule.when, times, step + 1))
          rule.compress(pruningContext(session), momentOf(session, id));
    },
    afterUpdate(session, step) {
      for (const { rule, active } of freezes) if (active(step)) rule.after(pruningContext(session));
      return hold(session);
    },
  };
}

const copies = (gradients: ReadonlyMap<string, Float32Array>): ReadonlyMap<string, Float32Array> =>
  new Map([...gradients].map(([key, g]) => [key, g.slice()]));

function addAll(gradients: ReadonlyMap<string, Float32Array>, more: ReadonlyMap<string, Float32Array>): void {
  for (const [key, gradient] of gradients) {
    const values = more.get(key);
    if (values !== undefined)
      for (let i = 0; i < gradient.length; i++) gradient[i] = (gradient[i] ?? 0) + (values[i] ?? 0);
  }
}

const isOverWeights = ({ by, structure, trained }: PenalizeIr): boolean =>
  trained === undefined && penaltyKind(by.expr, structureKind(structure)) === "weights";

/** When a pull chooses its aims anew where a loop does not say. */
const everyEpoch: WhenIr = { unit: "epochs", every: 1 };

type Kind = RuleIr["kind"];
type RuleOf<K extends Kind> = Extract<RuleIr, { readonly kind: K }>;

/** Whether a rule acts in the step after `step` updates: from its window's first step until its last. */
function activity(when: WhenIr | undefined, times: PhaseTimes): (step: number) => boolean {
  const bounds = windowSteps(timeWindow(when?.during), times);
  return bounds === null ? () => false : (step) => step >= bounds[0] && step < bounds[1];
}
