import type { Moment } from "../../../core/events/context.js";
import { gated } from "../../../core/gates/values.js";
import type { ValueIr } from "../../../core/ir/types.js";
import { latentPlaces } from "../../../core/masks/masked.js";
import {
  curveValue,
  progress,
  repeatProgress,
  type CurveKind,
  type TimeWindow,
} from "../../../core/schedule/schedule.js";
import { createExecutor } from "../../executor/index.js";
import { ownAtWork } from "../../own/at-work.js";
import { numberOf, timeWindow } from "../../optimizers/rates.js";
import type { ScoringContext } from "../../scores/gather.js";
import type { Executor } from "../../types.js";
import { calibrationBatches, requireData } from "../phase/batches.js";
import { selectLayers } from "../steps/select-layers.js";
import type { Session } from "./session.js";

/** The session as the pruning engine sees it. */
export function pruningContext(session: Session): ScoringContext {
  const { loaded, network, parameters, slots, state, executor, options, times } = session;
  return {
    original: loaded,
    network,
    parameters,
    slots,
    state,
    seed: options.seed,
    times,
    executor,
    layersOf: (selection, structure) => selectLayers(loaded, selection, structure),
    batches: (count, moment) =>
      calibrationBatches(requireData(session), {
        count,
        size: session.phase?.batch ?? options.batch,
        seed: options.seed,
        epoch: Math.max(1, Math.ceil(session.clock.epoch)),
        key: moment.key,
      }),
    own: ownAtWork(options.functions),
    accumulated: session.phase?.training.sums() ?? new Map(),
  };
}

/** The moment at which a statement acts now: inside a phase at its step, else between steps of the program. */
export function momentOf(session: Session, id: number): Moment {
  const { phase } = session;
  const t = (over: TimeWindow | undefined): number => {
    if (phase === null) return repeatShare(session);
    return progress(phase.progress.step, over, phase.times);
  };
  return {
    key: momentKey(session),
    trainingFollows: phase === null || phase.followed || phase.progress.step < phase.steps,
    value(value: ValueIr, kind: CurveKind) {
      if (typeof value !== "object" || !("moving" in value)) return numberOf(value);
      const { from, to, curve, over } = value.moving;
      const window = timeWindow(over) ?? phase?.windows.get(id);
      return curveValue(curve, t(window), numberOf(from), numberOf(to), kind);
    },
  };
}

/** Differs between any two events of a statement: steps of the program and updates both count. */
function momentKey({ clock, journal }: Session): number {
  return clock.step * 4096 + (journal.results.length % 4096);
}

function repeatShare({ repeats }: Session): number {
  const innermost = repeats.at(-1);
  return innermost ? repeatProgress(innermost.pass, innermost.times) : 1;
}

/** What an executor is made of; the masks are those it holds whenever weights go up. */
export type ExecutorParts = Pick<
  Session,
  "network" | "parameters" | "state" | "backend" | "losses" | "ownLosses" | "metrics" | "options"
>;

export function makeExecutor(parts: ExecutorParts): Executor {
  const { network, parameters, backend, losses, ownLosses, metrics, options } = parts;
  const executor = createExecutor(network, parameters, backend, {
    seed: options.seed,
    latent: () => latentPlaces(parts),
    gated: (key, data) => gated(parts.network, parts.state.gates, key, data),
    ...(losses === null ? {} : { losses }),
    ownLosses,
    metrics,
  });
  executor.upload();
  return executor;
}

/** After a change of network or loss. A pass that trains nothing may never need it. */
export function rebuildExecutor(session: Session): void {
  if (session.rehearsal !== null) return rebuildWhenNeeded(session);
  session.executor.dispose();
  session.executor = makeExecutor(session);
}

/** The same, put off until something is computed with it: what is set and undone again before costs nothing. */
export function rebuildWhenNeeded(session: Session): void {
  session.executor.dispose();
  session.executor = executorWhenNeeded(() => makeExecutor(session));
}

/** Made with the weights as they then stand: there is nothing to upload before. */
function executorWhenNeeded(make: () => Executor): Executor {
  let made: Executor | null = null;
  const needed = (): Executor => (made ??= make());
  return {
    get network() {
      return needed().network;
    },
    upload: (keys) => made?.upload(keys),
    predict: (inputs) => needed().predict(inputs),
    logits: (inputs) => needed().logits(inputs),
    trainStep: (...args) => needed().trainStep(...args),
    gradients: (...args) => needed().gradients(...args),
    batchStatistics: (batch) => needed().batchStatistics(batch),
    evaluate: (...args) => needed().evaluate(...args),
    dispose: () => made?.dispose(),
  };
}
