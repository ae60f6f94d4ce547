import { costs, liveChannels } from "../../../core/network/costs.js";
import { maskedView } from "../../../core/masks/masked.js";
import type { ModelBytes } from "../../model/index.js";
import type { LayerRow, NetworkFacts, Report } from "../../report/types.js";
import { version } from "../../version.js";
import { evaluateOn } from "../steps/evaluate-on.js";
import { amountRows } from "./amount-rows.js";
import { kernelDensity } from "./kernel-density.js";
import { latencies } from "./latency.js";
import type { Session } from "../host/session.js";

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
  return {
    report: 1,
    espalier: version,
    source: { name: options.source, program: options.program, statements: options.statements },
    network: loaded.name,
    data: data?.describe().name ?? "",
    seed: options.seed,
    backend: backend.name,
    failed,
    before,
    after,
    amounts: amountRows(session),
    layers: layerRows(session),
    history: record.history,
    events: record.events,
    notes: record.notes,
    timing: {
      startedAt,
      seconds,
      stepsPerSecond: clock.step > 0 && seconds > 0 ? clock.step / seconds : null,
    },
  };
}

/** The network as it stands, in numbers, not timed. Parameters and MACs are physical: those of the file. */
export async function factsNow(session: Session, bytes: ModelBytes): Promise<NetworkFacts> {
  const { params, macs } = costs(session.network);
  const evaluated = session.data?.test ? await evaluateOn(session, "test") : null;
  return {
    params,
    macs,
    bytes: bytes.raw,
    gzipped: bytes.gzipped,
    accuracy: evaluated?.accuracy ?? null,
    loss: evaluated?.loss ?? null,
    latency: null,
  };
}

function layerRows(session: Session): readonly LayerRow[] {
  const { loaded, network } = session;
  const parameters = maskedView(session);
  const before = costs(loaded).perLayer;
  const after = new Map(costs(network).perLayer.map((row) => [network.layers[row.layer]?.path, row]));
  return loaded.layers.flatMap((layer, index) => {
    if (layer.ordinal === 0) return [];
    const now = network.layers.find(({ path }) => path === layer.path);
    const cost = after.get(layer.path);
    const { all, nonzero } = now ? kernelDensity(now, parameters) : { all: 0, nonzero: 0 };
    const row: LayerRow = {
      layer: layer.path,
      className: layer.className,
      channels: [liveChannels(layer)?.all ?? 0, now ? (liveChannels(now)?.all ?? 0) : 0],
      params: [before[index]?.params ?? 0, cost?.params ?? 0],
      macs: [before[index]?.macs ?? 0, cost?.macs ?? 0],
      density: all === 0 ? 0 : nonzero / all,
    };
    return [row];
  });
}
