import type { Backend } from "../../backend/types.js";
import { networkPieces } from "../../checkpoint/identity.js";
import { restoreCheckpoint } from "../../checkpoint/restore.js";
import { givenSource } from "../../data/given.js";
import type { DataSource } from "../../data/types.js";
import { holdOutValidation } from "../../data/validation.js";
import { modelBytes } from "../../model/bytes.js";
import type { LoadedModel } from "../../model/from-parts.js";
import { idleIn } from "../../../core/surgery/idle.js";
import { measure } from "../../../core/masks/measure.js";
import { newMaskState, rememberStart } from "../../../core/masks/state.js";
import { raise } from "../../../core/diagnostics/create.js";
import { layersHash } from "../../../core/ir/hash.js";
import type { Diagnostic } from "../../../core/diagnostics/diagnostic.js";
import type { Network } from "../../../core/network/types.js";
import { logDiagnostic, logNote, newRecord, tell } from "../report/log.js";
import type { Host, Output } from "./host.js";
import { makeExecutor, type ExecutorParts } from "./engine.js";
import { isToBeLeft, Journal, leave, newClock, Stopwatch } from "./journal.js";
import { noOptimizer } from "../phase/optimizer.js";
import { readOptions, type Options, type RunOptions } from "./options.js";
import { measureBaseline } from "../report/measures.js";
import { factsNow } from "../report/report-data.js";
import { timeLayers } from "../report/latency.js";
import { holdMasksBeside } from "../steps/load.js";
import type { Metric } from "../../types.js";
import { makeRun, type OpenRun } from "./run.js";
import type { Session } from "./session.js";

/**
 * Opens network, data and backend, and gives the run that an emitted loop drives. With `resume` it stands where the newest
 * checkpoint in `out` stood.
 * @throws DiagnosticError P4xxx, P5xxx, P6xxx of what is opened; P7002, P7003 of the checkpoint; P7005 of
 * the output folder, which another run may be writing to; P7014, P7015 of what lies there; P7010 of the options
 */
export async function beginRun(host: Host, given: RunOptions): Promise<OpenRun> {
  const options = readOptions(given, host);
  const stopwatch = new Stopwatch();
  const backend = await host.openBackend(options.backend);
  const model = await host.loadModel(options.network, { seed: options.seed });
  checkLayers(model.network, options);
  const opened = await openSource(host, options, model.network);
  // Whatever cannot be opened leaves no trace of itself in the place of the results.
  const output = await host.openOutput(options);
  try {
    return await begin(options, { host, stopwatch, backend, model, opened, output });
  } catch (cause) {
    output?.lock.release();
    throw cause;
  }
}

interface Opened {
  readonly host: Host;
  readonly stopwatch: Stopwatch;
  readonly backend: Backend;
  readonly model: LoadedModel;
  readonly opened: Awaited<ReturnType<typeof openSource>>;
  readonly output: Output | null;
}

async function begin(
  options: Options,
  { host, stopwatch, backend, model, opened, output }: Opened,
): Promise<OpenRun> {
  const { network, store: parameters, ownLosses = [], ownMetrics = [] } = model;
  const metrics = metricsOf(options.functions, ownMetrics);
  const start = {
    measures: measure(network, newMaskState(network.channels.count)),
    hash: await host.digest(networkPieces(network, parameters)),
  };
  const state = newMaskState(network.channels.count, { keepsLast: true });
  rememberStart(state, parameters.values());
  const parts: ExecutorParts = {
    network,
    parameters,
    state,
    backend,
    losses: null,
    ownLosses,
    metrics,
    options,
  };
  // The same object: the executor masks by the state that the session has whenever weights go up.
  const session: Session = Object.assign(parts, {
    data: opened.data,
    loaded: network,
    start,
    times: null,
    host,
    lock: output?.lock ?? null,
    store: output?.store ?? null,
    slots: new Map(),
    executor: makeExecutor(parts),
    optimizer: noOptimizer,
    snapshots: new Map(),
    slims: [],
    collapses: false,
    keepsMomentum: false,
    aligned: null,
    clock: newClock(),
    journal: new Journal(),
    record: newRecord(),
    watchers: [],
    stopwatch,
    startedAt: new Date().toISOString(),
    phase: null,
    phases: new Map(),
    resumes: null,
    resumedSums: new Map(),
    repeats: [],
    lastGood: new Map(),
    searches: new Map(),
    rehearsal: null,
    baselines: { start: null, dense: null, best: { accuracy: null, loss: null } },
    evaluated: [],
    interrupted: false,
    stopped: false,
    lastCheckpoint: { seconds: 0, step: 0 },
    checkpointWanted: false,
  });
  const notes = [...model.diagnostics, ...opened.diagnostics];
  const resumed = await resume(session);
  if (options.timesLayers || options.latencyTable !== null) await timeLayers(session);
  session.watchers = [...(await host.watchers(session, resumed)), ...options.callbacks];
  for (const text of backend.notes) logNote(session, text);
  for (const one of notes) logDiagnostic(session, one);
  if (!resumed) {
    session.record.before = await factsNow(session, await modelBytes(network, parameters));
    session.baselines.start = await measureBaseline(session, "start");
    await holdMasksBeside(session);
    session.record.idle = [...idleIn(network, parameters, state.channels)];
  }
  return makeRun(session);
}

/** Those of the program and its host, and those known before that have other names. */
export function metricsOf(functions: Options["functions"], known: readonly Metric[]): readonly Metric[] {
  const own = functions.flatMap((one): Metric[] =>
    one.kind === "metric" ? [{ name: one.name, own: one }] : [],
  );
  return [...own, ...known.filter(({ name }) => !own.some((one) => one.name === name))];
}

async function openSource(
  host: Host,
  { data, validation }: Options,
  network: Network,
): Promise<{ readonly data: DataSource | null; readonly diagnostics: readonly Diagnostic[] }> {
  if (data === null) return { data, diagnostics: [] };
  const { source, diagnostics } =
    typeof data === "string"
      ? await host.openData(data, network)
      : { source: await givenSource(data, network), diagnostics: [] };
  return { data: holdOutValidation(source, validation), diagnostics };
}

/** Goes to where the newest checkpoint stands. A run that begins anew drops the checkpoints of the one before. */
async function resume(session: Session): Promise<boolean> {
  const { store, options } = session;
  if (store === null) return false;
  if (!options.resume) {
    await store.clear();
    return false;
  }
  const { checkpoint, diagnostics } = await store.read();
  if (checkpoint === null) {
    tell(session, { kind: "note", text: "there is no checkpoint to resume from: the run starts anew" });
    return false;
  }
  const changed = restoreCheckpoint(session, checkpoint);
  for (const one of [...diagnostics, ...changed]) logDiagnostic(session, one);
  tell(session, { kind: "resumed", step: session.clock.step, epoch: session.clock.epoch });
  if (isToBeLeft(session)) leave(session);
  return true;
}

/**
 * A loop that was compiled for one network names its layers, and must not train for hours on another before it finds none of them.
 * @throws DiagnosticError P7010
 */
function checkLayers(network: Network, { layers, source }: Pick<Options, "layers" | "source">): void {
  if (layers === null || layers === layersHash(network)) return;
  const program = source === "" ? "the program" : `\`${source}\``;
  raise("P7010", `this loop was compiled for a network of other layers than \`${network.name}\` has`, {
    help: `compile ${program} for this network, or run on the one it was compiled for`,
  });
}
