import { together } from "../../scores/gather.js";
import { clipNorm, clipValue } from "../../optimizers/clip.js";
import { constrain } from "../../../core/network/constraint.js";
import type { Network } from "../../../core/network/types.js";
import { once } from "../../../core/tables.js";
import type { Slots } from "../../../core/parameters.js";
import type { Batch, StepResult } from "../../types.js";
import { raise } from "../../../core/diagnostics/create.js";
import { partShared, spreadGradients, sumGradients } from "../../../core/quantize/shared.js";
import { heldPlaces } from "../../../core/masks/hold.js";
import { gateStep, type GateStep } from "../../along/gate-step.js";
import { momentOf, pruningContext } from "../host/engine.js";
import { tell } from "../report/log.js";
import type { BatchLogs } from "../../watch/types.js";
import { accuracyOf, type OpenPhase } from "./open-phase.js";
import type { Session } from "../host/session.js";

/**
 * One training step: what the teacher says, forward and backward, through the gates, penalties, what masks hold, one gradient for weights that share
 * their value, clipping, the optimizer, masks, constraints, upload. Weight decay is the optimizer's and acts on all trainable parameters, as in Keras and PyTorch, but not on gates, nor on what penalties train.
 * @throws DiagnosticError P7001 when loss or gradients are not finite; the weights are then those before the step
 */
export function trainStep(session: Session, phase: OpenPhase, batch: Batch): BatchLogs {
  const { executor, parameters, clock } = session;
  const { progress } = phase;
  const rate = phase.rate(progress.step);
  const pulls = phase.along.pulls(session, progress.step);
  const shown = [
    ...phase.along.watch(session, progress.step),
    ...(phase.training.empty ? [] : phase.training.watch(pruningContext(session))),
  ];
  const gates = gatesNow(session, phase, batch.size);
  const lesson = phase.teacher?.lesson(batch);
  const result = executor.trainStep(batch, clock.step, pulls, together(shown), gates?.drawn, lesson);
  const gradients = new Map(result.gradients);
  if (!Number.isFinite(result.loss)) diverged(session, phase, "the loss", result.loss, rate);
  for (const [key, gradient] of gradients)
    if (!allFinite(gradient)) diverged(session, phase, `the gradient of \`${key}\``, NaN, rate);

  if (!phase.training.empty) phase.training.add(pruningContext(session), gradients);
  const learned = gates?.back(gradients, result.ofDraws);
  const before = phase.along.beforeUpdate(
    session,
    gradients,
    progress.step,
    () => executor.gradients(batch, "loss", { statistics: "batch" }).gradients,
    learned?.of ?? new Map<string, never>(),
    pulls.length > 0 || lesson !== undefined,
  );
  const rests = new Set([...before.rests, ...(learned?.rests ?? [])]);
  const penalty = before.penalty + (learned?.term ?? 0);
  const ofGates = [
    ...(learned?.of ?? []),
    ...before.trained.map(({ key, data, gradient }) => [key, { data, gradient }] as const),
  ];
  const arrays = [...gradients.values(), ...ofGates.map(([, { gradient }]) => gradient)];
  sumGradients(session.state, gradients);
  const bound = phase.args.get("clip-value");
  if (bound !== undefined) clipValue(arrays, bound);
  const norm = phase.args.get("clip-norm");
  if (norm !== undefined) {
    if (!session.keepsMomentum) dropDeadGradients(session, gradients);
    clipNorm(arrays, norm);
  }

  spreadGradients(session.state, gradients);
  const hyper = { rate, step: phase.progress.updatesBefore + progress.step + 1, args: phase.args };
  for (const [key, gradient] of gradients) {
    const parameter = parameters.get(key);
    if (parameter === undefined || !parameter.trainable || rests.has(key)) continue;
    const slots = slotsOf(session.slots, key, phase, parameter.data.length);
    phase.optimizer.update(parameter.data, gradient, slots, hyper);
  }
  if (ofGates.length > 0) {
    // Left out it would be the optimizer's own, which AdamW has one of.
    const args = new Map([...phase.args, ["weight-decay", 0]] as const);
    for (const [key, { data, gradient }] of ofGates)
      phase.optimizer.update(data, gradient, slotsOf(session.slots, key, phase, data.length), {
        ...hyper,
        args,
      });
  }
  learned?.done();
  const held = phase.along.afterUpdate(session, progress.step);
  for (const { key, shape, constraint } of constrained(session.network)) {
    const parameter = gradients.has(key) && !rests.has(key) ? parameters.get(key) : undefined;
    if (parameter !== undefined) constrain(parameter.data, shape, constraint);
  }
  phase.along.endStep(session, progress.step);
  partShared(session);
  executor.upload(new Set([...gradients.keys(), ...held]));

  progress.step++;
  progress.inEpoch++;
  clock.step++;
  clock.epoch = progress.epochBefore + progress.step / phase.times.stepsPerEpoch;
  session.evaluated = [];
  count(phase, { ...result, loss: result.loss + penalty }, batch.size);
  const logs = { loss: result.loss + penalty, accuracy: accuracyOf(phase.progress.sums), rate };
  report(session, phase, logs);
  return logs;
}

/** The gates of this step; null where the network has none. */
function gatesNow(
  session: Session,
  { along, progress, batch, times }: OpenPhase,
  rows: number,
): GateStep | null {
  const train = session.data?.train;
  return gateStep(pruningContext(session), along.learned, {
    step: progress.step,
    clock: session.clock.step,
    rows,
    examples: train?.kind === "indexed" ? train.examples : batch * times.stepsPerEpoch,
    of: (id) => momentOf(session, id),
  });
}

/** Weights that are held to something after each update. Worked out once: a network never changes. */
const constrained = once((network: Network) =>
  network.layers.flatMap(({ weights }) =>
    weights.flatMap(({ key, shape, constraint }) => (constraint ? [{ key, shape, constraint }] : [])),
  ),
);

/** Takes the gradients of dead elements away, so that they do not count in a global norm. Dead channels have none. */
function dropDeadGradients(session: Session, gradients: ReadonlyMap<string, Float32Array>): void {
  for (const [key, places] of heldPlaces(session).elements) {
    const gradient = gradients.get(key);
    if (gradient === undefined) continue;
    for (let n = 0; n < places.length; n++) gradient[places[n] ?? 0] = 0;
  }
}

/** State arrays of a weight, made at its first update. */
function slotsOf(slots: Slots, key: string, phase: OpenPhase, length: number): Record<string, Float32Array> {
  const own = slots.get(key) ?? {};
  for (const name of phase.optimizer.slots(phase.args)) own[name] ??= new Float32Array(length);
  slots.set(key, own);
  return own;
}

function allFinite(values: Float32Array): boolean {
  // 0·x is 0 for finite x and not a number otherwise: one sum tells of all.
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += 0 * (values[i] ?? 0);
  return sum === 0;
}

function diverged(
  { lastCheckpoint }: Session,
  { progress, steps }: OpenPhase,
  what: string,
  value: number,
  rate: number,
): never {
  const found = Number.isNaN(value) ? "is not a number" : "is infinite";
  const kept = lastCheckpoint.seconds > 0 ? ["the last checkpoint holds the state before it went wrong"] : [];
  raise("P7001", `${what} ${found} at step ${progress.step + 1} of ${steps}`, {
    notes: [`the learning rate was ${rate}`, ...kept],
    help: "try a lower `rate:`, or `clip-norm: 1`",
  });
}

function count(
  phase: OpenPhase,
  { loss, correct, counted }: Omit<StepResult, "gradients">,
  rows: number,
): void {
  const { sums } = phase.progress;
  sums.loss += loss * rows;
  sums.rows += rows;
  sums.counted += counted;
  sums.correct = sums.correct === null || Number.isNaN(correct) ? null : sums.correct + correct;
}

function report(session: Session, phase: OpenPhase, logs: BatchLogs): void {
  const { progress, times, steps, ir } = phase;
  tell(session, {
    kind: "step",
    id: ir.id,
    step: progress.step,
    steps,
    epoch: progress.epoch,
    epochs: times.epochs,
    ...logs,
    seconds: session.stopwatch.seconds(),
  });
}
