import { lengthOf } from "../../../core/ir/defaults.js";
import { DiagnosticError } from "../../../core/diagnostics/diagnostic.js";
import { accuraciesOf } from "../../../core/ir/accuracy-readers.js";
import { accuracyNames, qualities } from "../../../core/ir/qualities.js";
import { momentOf, phaseSteps, phaseTimes, type PhaseTimes } from "../../../core/schedule/schedule.js";
import { evaluate } from "../../../core/expr/evaluate.js";
import type { ExprIr, TrainIr } from "../../../core/ir/types.js";
import type { Phase, TrainSpec } from "../../helpers.js";
import { trainIr } from "../../statements.js";
import { rateSchedule, timePoint, timeWindow } from "../../optimizers/rates.js";
import { clips, optimizers } from "../../../core/ir/optimizers.js";
import { optimizerNamed } from "../../optimizers/registry.js";
import { augmentationNames, isAugmentation } from "../../../core/ir/augmentations.js";
import { imagesOf } from "../../../core/network/images.js";
import { augmenter, type Augmenter } from "../../data/augment.js";
import { alongRules } from "./along-rules.js";
import { requireData, stepsPerPass } from "./batches.js";
import { chooseOptimizer } from "./optimizer.js";
import { diagnostic, raise } from "../../../core/diagnostics/create.js";
import { nothingTrainsIn } from "../../../core/ir/words.js";
import { defaultOptimizer } from "../../../core/schedule/default-optimizer.js";
import { logDiagnostic, logNote, tell } from "../report/log.js";
import { noteChoice } from "../report/measures.js";
import { openGates } from "../../along/gates.js";
import { pruningContext, rebuildExecutor } from "../host/engine.js";
import { defaultBatch, whole } from "../host/options.js";
import { lossNamed, noAccuracy } from "./losses.js";
import { noSums, type OpenPhase, type PhaseProgress } from "./open-phase.js";
import { finishedPhase, livePhase, logsOf, rehearsedPhase } from "./phase.js";
import { openTeacher } from "./teacher.js";
import { watch } from "../../watch/watch.js";
import type { Session } from "../host/session.js";
import { TrainingSums } from "../../scores/over-training.js";
import { refitFirst } from "../steps/rehearsal.js";
import { keepSnapshot, phaseName } from "../steps/snapshots.js";

/** Opens a phase: afresh, where a checkpoint stood in it, or as one that was done before. */
export async function train(session: Session, id: number, spec: TrainSpec): Promise<Phase> {
  const { number, done } = session.journal.begin();
  const ir = trainIr(id, spec, session.options);
  minimize(session, ir.loss ? [lossNamed(ir.loss, session.options.functions)] : null);
  if (done) return finishedPhase;
  const resumed = session.resumes?.number === number ? session.resumes : null;
  session.resumes = null;

  requireAccuracy(session, ir, spec);
  const batch =
    ir.batch === undefined ? usualBatch(session, ir) : whole(valueOf(session, ir.batch, "batch"), "batch", 1);
  const perEpoch = await stepsPerPass(requireData(session).train, batch, session.options.seed);
  const { unit, value } = lengthOf(ir);
  const length = { unit, value: amount(session, value, unit) };
  const times = phaseTimes(length, perEpoch);

  const teacher = await openTeacher(session, ir, resumed?.teacher ?? null);
  const progress = resumed ?? begin(session, ir, times, { number, teacher: teacher?.hash ?? null });
  const phase: OpenPhase = {
    ir,
    times,
    steps: phaseSteps(times),
    batch,
    optimizer: optimizerNamed(progress.chosen.optimizer.name),
    args: argumentsOf(session, progress),
    rate: rateFrom(progress),
    augmented: augmented(session, ir),
    along: alongRules(ir, times),
    teacher,
    training: new TrainingSums(resumed ? session.resumedSums : new Map(), session.options),
    snapshots: new Set(ir.snapshots.map((point) => momentOf(timePoint(point), times))),
    windows: new Map(ir.rules.map((rule) => [rule.id, timeWindow(rule.when?.during)])),
    announced: new Set(),
    followed: !(spec.last ?? false),
    progress,
  };
  if (session.rehearsal === null) noteIdle(session, phase);
  session.phase = phase;
  if (session.rehearsal !== null && phase.along.learned.length + phase.snapshots.size > 0) {
    await refitFirst(session);
    session.rehearsal.untouched = false;
  }
  if (resumed === null) openGates(pruningContext(session), phase.along.learned);
  if (phase.along.learned.length > 0) session.executor.upload();
  if (!session.phases.has(id)) session.phases.set(id, times);
  if (progress.step === 0 && phase.snapshots.has(0)) keepSnapshot(session, phaseName(id, 0));
  if (session.rehearsal !== null) return rehearsedPhase(session, phase);
  noteChoice(session, ir);
  tell(session, { kind: "phase", id, text: ir.text, steps: phase.steps, epochs: times.epochs });
  if (resumed === null) await watch(session, "onTrainBegin", logsOf(phase));
  return livePhase(session, phase);
}

/** What the host asked for and the program says itself, and a network of which nothing trains. */
function noteIdle(session: Session, { ir, times, batch }: OpenPhase): void {
  const { options, parameters } = session;
  const { epochs } = options;
  if (epochs !== null && (ir.epochs === undefined || times.epochs !== epochs))
    logNote(session, `\`--epochs ${epochs}\` does nothing at \`${ir.text}\`, which says its length itself`);
  if (options.batch !== defaultBatch && ir.batch !== undefined && batch !== options.batch)
    logNote(
      session,
      `\`--batch ${options.batch}\` does nothing at \`${ir.text}\`, which says its batch itself`,
    );
  if (![...parameters.values()].some(({ trainable }) => trainable))
    logDiagnostic(session, diagnostic("P3029", nothingTrainsIn(ir)));
}

/** From here on the network is measured, and scored, by these losses. */
export function minimize(session: Session, losses: Session["losses"]): void {
  if (JSON.stringify(losses) === JSON.stringify(session.losses)) return;
  session.losses = losses;
  session.evaluated = [];
  rebuildExecutor(session);
}

/** What is compared below a phase, or by itself, has to be there. @throws DiagnosticError P7013 */
function requireAccuracy(session: Session, ir: TrainIr, spec: TrainSpec): void {
  const below = accuracyNames.filter((name) => spec[qualities[name]]);
  const asked = [...below, ...accuraciesOf(ir)];
  if (asked.length === 0) return;
  const missing = noAccuracy(session.loaded, ir.loss, requireData(session).describe().targets, asked);
  if (missing !== null) throw new DiagnosticError([missing]);
}

/** Examples per step where a phase does not say: a `finetune` keeps those of the phase before, as it keeps its rate. */
function usualBatch({ options, optimizer }: Session, { finetune }: TrainIr): number {
  return (finetune ? optimizer.batch : null) ?? options.batch;
}

/** @throws DiagnosticError P4012, P7010 for a way to alter images that does not exist */
function augmented({ loaded, options: { seed } }: Session, { augment }: TrainIr): Augmenter | undefined {
  if (augment === undefined) return undefined;
  const ways = Object.keys(augment);
  const unknown = ways.find((way) => !isAugmentation(way));
  if (unknown !== undefined)
    raise("P7010", `there is no augmentation \`${unknown}\``, {
      help: `known are ${augmentationNames.join(", ")}`,
    });
  const images = imagesOf(loaded, ways);
  if ("why" in images)
    raise("P4012", "there are no images that could be altered", { notes: [images.why], help: images.help });
  return augmenter(augment, images.input, seed);
}

function begin(
  session: Session,
  ir: TrainIr,
  times: PhaseTimes,
  { number, teacher }: Pick<PhaseProgress, "number" | "teacher">,
): PhaseProgress {
  const fallback = defaultOptimizer(session.loaded.trainingConfig);
  const chosen = chooseOptimizer(
    { finetune: ir.finetune, optimizer: ir.optimizer, times },
    session.optimizer,
    fallback,
  );
  if (!chosen.keepsState) session.slots = new Map();
  return {
    number,
    teacher,
    chosen,
    epochBefore: session.clock.epoch,
    updatesBefore: chosen.keepsState ? session.optimizer.updates : 0,
    step: 0,
    epoch: 1,
    inEpoch: 0,
    best: null,
    stopped: false,
    fired: {},
    sums: noSums(),
  };
}

function rateFrom({ chosen: { rate } }: PhaseProgress): (step: number) => number {
  const schedule = rateSchedule(rate.rate, rate.phase);
  return (step) => schedule(rate.step + step);
}

function argumentsOf(session: Session, { chosen }: PhaseProgress): ReadonlyMap<string, number> {
  const { name, args } = chosen.optimizer;
  const known: readonly string[] = [...Object.keys(optimizers[name].args), ...clips];
  const values = new Map<string, number>();
  for (const [argument, expr] of Object.entries(args)) {
    if (!known.includes(argument))
      raise("P7010", `\`${name}\` takes no argument \`${argument}\``, {
        help: `it takes rate, ${known.join(", ")}`,
      });
    values.set(argument, valueOf(session, expr, argument));
  }
  return values;
}

function valueOf(session: Session, expr: ExprIr, what: string): number {
  const { epochs, batch } = session.options;
  const names = new Map([["batch", batch]]);
  if (epochs !== null) names.set("epochs", epochs);
  const value = evaluate(expr, names);
  if (value !== undefined && Number.isFinite(value)) return value;
  if (expr === "epochs")
    raise("P7010", "the program does not say how long to train", {
      help: "give the length by `--epochs`",
    });
  raise("P7010", `\`${what}\` is no number: ${JSON.stringify(expr)}`);
}

function amount(session: Session, expr: ExprIr, what: string): number {
  const value = valueOf(session, expr, what);
  if (value >= 0) return value;
  raise("P7010", `a phase cannot last ${value} ${what}`);
}
