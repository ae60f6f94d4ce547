import { metricIn } from "../../../core/ir/accuracy-readers.js";
import { isQuality, qualityOf } from "../../../core/ir/qualities.js";
import { trainedKey } from "../../../core/parameters.js";
import { holdsAlong } from "../../../core/ir/walk.js";
import { firesAt, windowSteps } from "../../../core/schedule/schedule.js";
import type { Phase, Rule, WhenSpec } from "../../helpers.js";
import { settleGates } from "../../along/gates.js";
import { whenTimes } from "../../optimizers/rates.js";
import { whenIr } from "../../statements.js";
import type { Batch } from "../../types.js";
import { pause } from "../host/journal.js";
import type { Session } from "../host/session.js";
import { logEvent, tell } from "../report/log.js";
import { measureCondition } from "../report/condition.js";
import { besides, conditionSplit, evaluateOn, metricOf } from "../report/measures.js";
import { sizeNow } from "../report/sizes.js";
import { keepSnapshot, phaseName } from "../steps/snapshots.js";
import { atStatement, eachAtStatement, failedAt } from "../steps/step.js";
import type { PhaseLogs } from "../../watch/types.js";
import { watch } from "../../watch/watch.js";
import { requireData, trainingBatches } from "./batches.js";
import { backToBest, keepBest, lastOptimizer } from "./keeping.js";
import { accuracyOf, noSums, type OpenPhase } from "./open-phase.js";
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
      atStatement(id, async () => {
        await watch(session, "onBatchBegin", phase.progress.inEpoch, {});
        const logs = trainStep(session, phase, batch);
        const { step, inEpoch } = phase.progress;
        if (phase.snapshots.has(step)) keepSnapshot(session, phaseName(id, step));
        await watch(session, "onBatchEnd", inEpoch - 1, logs);
      }),
    end: () => atStatement(id, () => end(session, phase)),
  };
}

async function end(session: Session, phase: OpenPhase): Promise<void> {
  session.optimizer = lastOptimizer(session, phase);
  noteRules(session, phase);
  session.phase = null;
  phase.teacher?.dispose();
  backToBest(session, phase);
  settleGates(session, phase.along.learned);
  if (phase.along.learned.length > 0) session.executor.upload();
  logTrained(session, phase);
  await watch(session, "onTrainEnd", logsOf(phase));
  session.journal.complete();
  session.checkpointWanted = true;
  await pause(session);
}

/** Where the numbers that penalties train have come to. */
function logTrained(session: Session, { ir }: OpenPhase): void {
  for (const rule of ir.rules) {
    if (rule.kind !== "penalize" || rule.trained === undefined) continue;
    const numbers = Object.keys(rule.trained).flatMap((name) => {
      const value = session.slots.get(trainedKey(rule.id, name))?.["value"]?.[0];
      return value === undefined ? [] : [`${name} = ${Number(value.toPrecision(4))}`];
    });
    if (numbers.length > 0) logEvent(session, "penalize", rule.id, `trained to ${numbers.join(", ")}`);
  }
}

/** Remembers which rules of the phase have acted, in it or before: the rest is told at the end of the run. */
function noteRules({ record }: Session, { ir, announced, windows, times, progress }: OpenPhase): void {
  const acted = new Map(record.rules);
  for (const id of announced) acted.set(id, acted.get(id) === true || progress.fired[id] !== undefined);
  for (const { id } of ir.rules.filter(holdsAlong)) {
    const window = windows.get(id);
    if (window === undefined) continue;
    const [from, to] = windowSteps(window, times) ?? [0, 0];
    acted.set(id, acted.get(id) === true || from < Math.min(to, progress.step));
  }
  record.rules = [...acted];
}

export const logsOf = ({ ir, steps, times }: OpenPhase): PhaseLogs => ({
  id: ir.id,
  text: ir.text,
  steps,
  epochs: times.epochs,
});

/** A phase gone through without training: its rules fire at their steps, and the clock goes on as it would. */
export function rehearsedPhase(session: Session, phase: OpenPhase): Phase {
  const { progress, times, ir, steps } = phase;
  const { clock } = session;
  const step = (): Promise<void> => {
    progress.step++;
    progress.inEpoch++;
    clock.step++;
    clock.epoch = progress.epochBefore + progress.step / times.stepsPerEpoch;
    if (phase.snapshots.has(progress.step)) keepSnapshot(session, phaseName(ir.id, progress.step));
    return Promise.resolve();
  };
  return {
    ...livePhase(session, phase),
    async *epochs() {
      while (progress.step < steps) {
        clock.pass++;
        yield await Promise.resolve(progress.epoch);
        progress.epoch++;
        progress.inEpoch = 0;
      }
    },
    async *batches() {
      const count = Math.min(times.stepsPerEpoch, steps - progress.step);
      for (let i = 0; i < count; i++) yield await Promise.resolve(noBatch);
    },
    step,
    end() {
      session.optimizer = lastOptimizer(session, phase);
      session.phase = null;
      phase.teacher?.dispose();
      settleGates(session, phase.along.learned);
      session.journal.complete();
      return Promise.resolve();
    },
  };
}

const noBatch: Batch = { inputs: [], targets: [], size: 0 };

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

function announce(phase: OpenPhase, id: number, spec: WhenSpec): Rule {
  const { announced, windows, training, progress, times } = phase;
  announced.add(id);
  const when = whenTimes(whenIr(spec));
  windows.set(id, when.window);
  for (const sums of [spec.accumulate ?? []].flat()) training.announce(sums.id ?? id, sums);
  return {
    due() {
      if (progress.fired[id] === progress.step || !firesAt(when, times, progress.step)) return false;
      progress.fired[id] = progress.step;
      return true;
    },
  };
}

/**
 * The durable loops of a phase. They continue where a checkpoint stood; what the body did is complete when the next value is
 * asked for, so checkpoints are written then and only then.
 */
async function* epochsOf(session: Session, phase: OpenPhase): AsyncGenerator<number> {
  const { progress } = phase;
  // A checkpoint after the very last step has the end of its epoch still before it.
  while ((progress.step < phase.steps || progress.inEpoch > 0) && !progress.stopped) {
    await pause(session);
    if (progress.inEpoch === 0) await watch(session, "onEpochBegin", progress.epoch - 1, {});
    yield progress.epoch;
    await endEpoch(session, phase);
  }
}

async function* batchesOf(session: Session, phase: OpenPhase): AsyncGenerator<Batch> {
  const { progress, times } = phase;
  const count = Math.min(times.stepsPerEpoch, phase.steps - (progress.step - progress.inEpoch));
  // A pass begun by an earlier process goes on with its own shuffle.
  if (progress.inEpoch === 0) session.clock.pass++;
  if (progress.inEpoch >= count) return;
  const pass = { epoch: session.clock.pass, size: phase.batch, seed: session.options.seed };
  const { train } = requireData(session);
  for await (const batch of trainingBatches(train, pass, progress.inEpoch, count, phase.augmented)) {
    yield batch;
    await pause(session);
    if (!session.stopped) continue;
    phase.steps = progress.step;
    return;
  }
}

/** Closes an epoch after its rules have acted: history, the phase's `until`, the counters. */
async function endEpoch(session: Session, phase: OpenPhase): Promise<void> {
  const { progress, times, ir } = phase;
  const { loss, rows } = progress.sums;
  const trainLoss = rows > 0 ? loss / rows : null;
  const trainAccuracy = accuracyOf(progress.sums);
  const { data } = session;
  const test = data?.test ? await evaluateOn(session, "test") : null;
  const { top5Accuracy, metrics } = besides(test);
  const tested = {
    testLoss: test?.loss ?? null,
    testAccuracy: test?.accuracy ?? null,
    ...(top5Accuracy !== undefined && { testTop5Accuracy: top5Accuracy }),
    ...(metrics && { testMetrics: metrics }),
  };
  const rate = phase.rate(Math.max(0, progress.step - 1));
  const running = test ?? { accuracy: trainAccuracy, loss: trainLoss };
  session.record.history.push({
    ...sizeNow(session),
    trainLoss,
    trainAccuracy,
    ...tested,
    rate,
  });
  tell(session, {
    kind: "epoch",
    id: ir.id,
    epoch: progress.epoch,
    epochs: times.epochs,
    loss: trainLoss,
    accuracy: trainAccuracy,
    ...tested,
    seconds: session.stopwatch.seconds(),
  });
  if (ir.until !== undefined) {
    const measured = data?.validation ? undefined : running;
    const { holds, text } = await measureCondition(session, ir.until, measured);
    if (holds)
      logEvent(
        session,
        "until",
        ir.id,
        `ended the phase after epoch ${progress.epoch} of ${Math.ceil(times.epochs)}: ${text}`,
      );
    progress.stopped = holds;
  }
  if (ir.keeping !== undefined) {
    const { by } = ir.keeping;
    const told = by === "accuracy" || by === "loss";
    const measured = data?.validation || !told ? await evaluateOn(session, conditionSplit(session)) : running;
    const value = isQuality(by) ? qualityOf(measured, by) : metricOf(measured, metricIn(by) ?? by);
    if (keepBest(session, phase, value)) progress.stopped = true;
  }
  await watch(session, "onEpochEnd", progress.epoch - 1, {
    loss: trainLoss,
    accuracy: trainAccuracy,
    ...tested,
    rate,
  });
  progress.epoch++;
  progress.inEpoch = 0;
  progress.sums = noSums();
}
