import { firesAt, type WhenTimes } from "../../../core/schedule/schedule.js";
import type { WhenIr } from "../../../core/ir/types.js";
import type { Phase, Rule } from "../../helpers.js";
import { numberOf, timeWindow } from "../../optimizers/rates.js";
import type { OpenPhase } from "./open-phase.js";
import { pause } from "../host/interrupt.js";
import { batchesOf, epochsOf } from "./phase-loops.js";
import type { Session } from "../host/session.js";
import { keepSnapshot, phaseName } from "../steps/snapshot.js";
import { atStatement, eachAtStatement, failedAt } from "../steps/at-statement.js";
import type { WhenSpec } from "../../specs.js";
import { trainStep } from "./step.js";

/** The phase as an emitted loop drives it. */
export function livePhase(session: Session, phase: OpenPhase): Phase {
  const { id } = phase.ir;
  return {
    rule(ruleId, spec) {
      try {
        return announce(phase, ruleId, spec);
      } catch (cause) {
        throw failedAt(ruleId, cause);
      }
    },
    start: () => Promise.resolve(),
    epochs: () => eachAtStatement(id, epochsOf(session, phase)),
    batches: () => eachAtStatement(id, batchesOf(session, phase)),
    step: (batch) =>
      atStatement(id, () => {
        trainStep(session, phase, batch);
        const { step } = phase.progress;
        if (phase.snapshots.has(step)) keepSnapshot(session, phaseName(id, step));
      }),
    end: () => atStatement(id, () => end(session, phase)),
  };
}

async function end(session: Session, { progress, batch }: OpenPhase): Promise<void> {
  const { chosen, updatesBefore, step } = progress;
  session.optimizer = {
    optimizer: chosen.optimizer,
    updates: updatesBefore + step,
    rate: { ...chosen.rate, step: chosen.rate.step + Math.max(0, step - 1) },
    continues: null,
    first: session.optimizer.first ?? { optimizer: chosen.optimizer, rate: chosen.rate },
    batch,
  };
  session.phase = null;
  session.journal.complete();
  session.checkpointWanted = true;
  await pause(session);
}

/** A phase that an earlier process finished: nothing is due, nothing runs. */
export const finishedPhase: Phase = {
  rule: () => ({ due: () => false }),
  start: () => Promise.resolve(),
  epochs: nothing,
  batches: nothing,
  step: () => Promise.resolve(),
  end: () => Promise.resolve(),
};

async function* nothing(): AsyncGenerator<never> {
  // No epochs, no batches.
}

function announce({ rules, training, progress, times }: OpenPhase, id: number, spec: WhenSpec): Rule {
  const when = whenTimes(spec);
  rules.set(id, { window: when.window });
  for (const sums of [spec.accumulate ?? []].flat()) training.announce(sums.id ?? id, sums);
  return {
    due() {
      if (progress.fired[id] === progress.step || !firesAt(when, times, progress.step)) return false;
      progress.fired[id] = progress.step;
      return true;
    },
  };
}

/** The times of a rule with its numbers worked out. */
export function whenTimes(when: WhenIr): WhenTimes {
  return {
    unit: when.unit,
    every: when.every === undefined ? undefined : numberOf(when.every),
    at: when.at?.map(numberOf),
    window: timeWindow(when.during),
    lands: when.lands === true,
  };
}
