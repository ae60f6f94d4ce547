import { version_core } from "@tensorflow/tfjs-core";
import { countsOf, structureName } from "../../../core/events/record.js";
import { milliseconds } from "../../../core/ir/sizes.js";
import { counted } from "../../../core/ir/words.js";
import { effectivelyDead } from "../../../core/masks/effective.js";
import { dead, newMaskState, type MaskState } from "../../../core/masks/state.js";
import { leftOfLayers } from "../../../core/masks/measure.js";
import { outputChannels } from "../../../core/units/slices.js";
import { spaceOf } from "../../../core/units/spaces.js";
import { compareLatency, createExecutor } from "../../executor/index.js";
import { anyWeights } from "../../latency/alone.js";
import type { ModelBytes } from "../../model/bytes.js";
import type { AmountRow, LatencyFacts, LayerRow, NetworkFacts, Report } from "../../report/types.js";
import { count, percent } from "../../report/numbers.js";
import type { Executor } from "../../types.js";
import { version } from "../../version.js";
import { pruningContext } from "../host/engine.js";
import type { Session } from "../host/session.js";
import type { RecordedAmount } from "./log.js";
import { besides, evaluateOn } from "./measures.js";
import { measuresNow } from "./sizes.js";
import { storedRows } from "./stored.js";
import { slower } from "./slower.js";
import { unforeseen } from "./unforeseen.js";

/**
 * Everything report.json holds. All but `timing` and the latencies follows from program, network, data, seed and backend. `failed`
 * says which requirement ended the run.
 */
export async function reportData(
  session: Session,
  bytes: ModelBytes,
  failed: string | null,
): Promise<Report> {
  const { options, data, loaded, backend, record, stopwatch, clock, startedAt } = session;
  const seconds = stopwatch.seconds();
  const timed = latencies(session);
  const after: NetworkFacts = { ...(await factsNow(session, bytes)), latency: timed.after };
  const before: NetworkFacts = { ...(record.before ?? after), latency: timed.before };
  const layers = layerRows(session);
  const latency = latencyFacts(session, timed);
  return {
    report: 1,
    espalier: version,
    source: {
      name: options.source,
      program: options.program,
      statements: options.statements,
      text: options.about.text ?? null,
      parameters: options.about.parameters ?? {},
    },
    network: loaded.name,
    data: data?.describe().name ?? "",
    seed: options.seed,
    backend: backend.name,
    aligned: session.aligned,
    failed,
    before,
    dense: record.dense,
    after,
    amounts: amountRows(session),
    layers,
    ...storedRows(session),
    history: record.history,
    events: record.events,
    notes: record.notes,
    ...(latency && { latency }),
    ...(record.searches.length > 0 && { searches: record.searches }),
    timing: {
      command: options.about.command ?? null,
      machine: { ...session.host.machine(), tfjs: version_core },
      startedAt,
      seconds,
      stepsPerSecond: clock.step > 0 && seconds > 0 ? clock.step / seconds : null,
      slower: [
        ...slower({
          before,
          after,
          layers,
          alignment: options.latency ? await session.host.knownAlignment(backend) : null,
        }),
        ...(latency ? unforeseen(latency, standsDead(session)) : []),
      ],
    },
  };
}

/** The network as it stands, in numbers, not timed. Dead units count as gone, though before a `slim` the file has them. */
export async function factsNow(session: Session, bytes: ModelBytes): Promise<NetworkFacts> {
  const sizes = measuresNow(session);
  const evaluated = session.data?.test ? await evaluateOn(session, "test") : null;
  return {
    params: sizes.params,
    macs: sizes.macs,
    nonzeroParams: sizes["nonzero params"],
    nonzeroMacs: sizes["nonzero macs"],
    bytes: bytes.raw,
    gzipped: bytes.gzipped,
    accuracy: evaluated?.accuracy ?? null,
    loss: evaluated?.loss ?? null,
    ...besides(evaluated),
    latency: null,
  };
}

/** A row for each layer as loaded that has kernels, then one for each that a `slim` put in front of some of them. */
function layerRows(session: Session): readonly LayerRow[] {
  const { loaded, network, state } = session;
  const before = leftOfLayers(loaded, newMaskState(loaded.channels.count));
  const left = leftOfLayers(network, state);
  const after = new Map(network.layers.map(({ path }, index) => [path, left[index]]));
  const empty = new Set(session.record.idle);
  const where = (channels: readonly number[], holds: (channel: number) => boolean): string =>
    ranges(channels.flatMap((channel, i) => (holds(channel) ? [i] : [])));
  const known = new Set(loaded.layers.map(({ path }) => path));
  const shifts = network.layers.filter(({ path, ordinal }) => ordinal === 0 && !known.has(path));
  const added = shifts.map((layer): LayerRow => {
    const { params = 0, macs = 0, channels = 0 } = after.get(layer.path) ?? {};
    return {
      layer: layer.path,
      className: layer.className,
      channels: [0, channels],
      params: [0, params],
      macs: [0, macs],
      density: 1,
      gone: "",
      empty: "",
    };
  });
  const rows = loaded.layers.flatMap((layer, index) => {
    if (layer.ordinal === 0) return [];
    const [was, now] = [before[index], after.get(layer.path)];
    const both = (of: "channels" | "params" | "macs") => [was?.[of] ?? 0, now?.[of] ?? 0] as const;
    const row: LayerRow = {
      layer: layer.path,
      className: layer.className,
      channels: both("channels"),
      params: both("params"),
      macs: both("macs"),
      density: now === undefined || now.kernels === 0 ? 0 : now.living / now.kernels,
      gone: where(outputChannels(layer), (channel) => state.channels[channel] === dead),
      empty: where(outputChannels(layer), (channel) => empty.has(loaded.channels.find(channel))),
    };
    return [row];
  });
  return [...rows, ...added];
}

/** Ascending numbers as they are read: "0-3,7". */
function ranges(numbers: readonly number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < numbers.length; i++) {
    const from = i;
    while (numbers[i + 1] === (numbers[i] ?? 0) + 1) i++;
    parts.push(i === from ? `${numbers[i]}` : `${numbers[from]}-${numbers[i]}`);
  }
  return parts.join();
}

/**
 * Nominal, achieved, effective and physical amounts as the run ends, one row for each structure and set of layers that was pruned.
 * Achieved is what is dead, effective what is dead once consequences are followed, physical what `slim` took out.
 */
export function amountRows(session: Session): readonly AmountRow[] {
  const { amounts } = session.record;
  const followed = withConsequences(session);
  const asked = amounts.map((amount): AmountRow => {
    const space = spaceIn(session, amount, session.state);
    const { total, dead: achieved } = countsOf(space);
    const { dead: effective } = countsOf(spaceIn(session, amount, followed));
    const name = structureName(space);
    const { layers } = amount;
    const shared = amounts.some((other) => other !== amount && nameOf(session, other) === name);
    const where = layers.length === 1 ? (layers[0] ?? "") : counted(layers.length, "layers");
    return {
      structure: shared ? `${name} of ${where}` : name,
      total,
      nominal: amount.nominal,
      ...(amount.budget && { budget: amount.budget.map((one) => kept(session, one)) }),
      achieved,
      effective,
      physical: total - space.units,
    };
  });
  return [...asked, ...idleRow(session, followed)];
}

/** What was dead in the file by itself, whoever took it out since. */
function idleRow({ record, loaded, network, state }: Session, followed: MaskState): readonly AmountRow[] {
  const { idle } = record;
  if (idle.length === 0) return [];
  const there = new Set(network.units.map(({ root }) => root));
  const deadIn = ({ channels }: MaskState): number => idle.filter((root) => channels[root] === dead).length;
  return [
    {
      structure: "units empty in the file",
      total: loaded.units.length,
      nominal: null,
      achieved: deadIn(state),
      effective: deadIn(followed),
      physical: idle.filter((root) => !there.has(root)).length,
    },
  ];
}

/** A limit as it was asked for, and what lives of it now. */
function kept(
  session: Session,
  { measure, relative, value }: NonNullable<RecordedAmount["budget"]>[number],
): string {
  const now = measuresNow(session)[measure];
  const write = (of: number): string =>
    relative ? percent(of) : measure === "latency" ? milliseconds(of) : count(of);
  return `${measure} ≤ ${write(value)}: ${write(relative ? now / session.start.measures[measure] : now)}`;
}

const nameOf = (session: Session, amount: RecordedAmount): string =>
  structureName(spaceIn(session, amount, session.state));

function spaceIn(session: Session, amount: RecordedAmount, state: MaskState) {
  const { structure, joins, layers, named } = amount;
  const context = { ...pruningContext(session), state, layersOf: () => layers };
  return spaceOf(context, structure, named ? { in: "*" } : {}, joins);
}

/** The masks, with every channel dead that varies no more or that nothing needs. */
function withConsequences({ network, state }: Session): MaskState {
  const isDead = effectivelyDead(network, state);
  const channels = state.channels.slice();
  for (const unit of network.units)
    if (isDead(unit.root)) for (const channel of unit.channels) channels[channel] = dead;
  return { ...state, channels };
}

type Latencies = NetworkFacts["latency"];

/** Examples of the larger batch that is timed. */
const LARGE = 32;

/** Of both networks; `of` those of the batch that the program's `latency` is of, null where it asks for none. */
interface TimedBoth {
  readonly before: Latencies;
  readonly after: Latencies;
  readonly of: { readonly before: number; readonly after: number } | null;
}

/**
 * Median milliseconds of inference with the network as loaded and as it is now, timed in turns, for one example and for a batch
 * of 32. The values of weights do not matter for dense kernels: the network as loaded is timed with any.
 */
function latencies(session: Session): TimedBoth {
  const { loaded, network, parameters, executor, backend, options, times } = session;
  if (!options.latency) return { before: null, after: null, of: null };
  const both = (executors: readonly [Executor, ...Executor[]]): TimedBoth => {
    const single = compareLatency(executors, { batch: 1 });
    const batch = compareLatency(executors, { batch: LARGE, runs: 12 });
    const size = times?.table.batch ?? 1;
    const own = size === 1 ? single : size === LARGE ? batch : compareLatency(executors, { batch: size });
    const at = (i: number): Latencies => ({
      single: single[i]?.median ?? NaN,
      batch: batch[i]?.median ?? NaN,
      spread: { single: single[i]?.quartiles ?? [NaN, NaN], batch: batch[i]?.quartiles ?? [NaN, NaN] },
    });
    const last = executors.length - 1;
    return {
      before: at(0),
      after: at(last),
      of: times && { before: own[0]?.median ?? NaN, after: own[last]?.median ?? NaN },
    };
  };
  if (loaded === network) return both([executor]);
  const original = createExecutor(loaded, anyWeights(loaded, parameters), backend, { seed: options.seed });
  try {
    original.upload();
    return both([original, executor]);
  } finally {
    original.dispose();
  }
}

/** What the latency was foreseen to be, and what it is; null where the program does not ask. */
function latencyFacts(session: Session, { of }: TimedBoth): LatencyFacts | null {
  const { times, start } = session;
  if (times === null) return null;
  return {
    table: times.table,
    predicted: { before: start.measures.latency, after: measuresNow(session).latency },
    measured: of,
  };
}

/** Whether the network holds dead units that a `slim` would take out. */
const standsDead = ({ network, state }: Session): boolean =>
  network.units.some(({ root }) => state.channels[root] === dead);
