import { diagnostic, raise } from "../../../core/diagnostics/create.js";
import { whyNotSavedAt } from "../../../core/ir/save-place.js";
import { neverActsOf } from "../../../core/ir/words.js";
import { maskedView } from "../../../core/masks/masked.js";
import type { Network } from "../../../core/network/types.js";
import type { ParameterStore } from "../../../core/parameters.js";
import { modelBytes } from "../../model/bytes.js";
import { modelArtifacts, toLayersModel, type ModelArtifacts } from "../../model/to-layers-model.js";
import type { Report } from "../../report/types.js";
import type { Session } from "../host/session.js";
import { logDiagnostic, logEvent, tell } from "./log.js";
import { reportData } from "./report-data.js";

export interface RunResult {
  /** The network as it ended, masks applied. */
  readonly network: Network;
  readonly parameters: ParameterStore;
  readonly report: Report;
  /**
   * On the test split, those in JavaScript by their names; null where it has none or accuracy no meaning. `top5Accuracy` is among them where
   * there are more than five classes.
   */
  readonly metrics: {
    readonly accuracy: number | null;
    readonly loss: number | null;
    readonly [name: string]: number | null;
  };
  /** Directory the results are in; null when none was asked for. */
  readonly out: string | null;
  /** The network as plain objects and one buffer: for `tf.io` handlers, and to be posted from a worker. */
  artifacts(): ModelArtifacts;
  /** The network as a stock LayersModel of TensorFlow.js; dispose it after use. */
  toLayersModel(): ReturnType<typeof toLayersModel>;
}

export function metricsOf({ after }: Report): RunResult["metrics"] {
  const { accuracy, top5Accuracy, loss, metrics } = after;
  return { ...metrics, accuracy, ...(top5Accuracy !== undefined && { top5Accuracy }), loss };
}

/**
 * Writes the results, drops the checkpoints, lets go of backend memory and data. `failed` is the requirement that did not hold, when
 * one ended the run: the results are those so far.
 */
export async function finish(session: Session, failed: string | null = null): Promise<RunResult> {
  const { network, options, lock, store, data, record } = session;
  const parameters = maskedView(session);
  for (const [id, acted] of failed === null ? record.rules : [])
    if (!acted) logDiagnostic(session, diagnostic("P3051", neverActsOf(options.statements[id] ?? "")));
  const report =
    options.out === null
      ? await reportData(session, await modelBytes(network, parameters), failed)
      : await session.host.writeResults(session, null, failed);
  await store?.clear();
  lock?.release();
  session.executor.dispose();
  await data?.close?.();
  tell(session, { kind: "done", out: options.out });
  return {
    network,
    parameters,
    report,
    metrics: metricsOf(report),
    out: options.out,
    artifacts: () => modelArtifacts(network, parameters),
    toLayersModel: () => toLayersModel(network, parameters),
  };
}

/** Writes network, masks and report into a directory inside the output folder; the report holds the event. */
export async function save(session: Session, id: number, path: string): Promise<null> {
  checkPlace(path);
  logEvent(session, "save", id, `written to \`${path}\``);
  await session.host.writeResults(session, path, null);
  return null;
}

/**
 * The compiler has looked at the places of programs; this looks at those of loops written by hand.
 * @throws DiagnosticError P7005 for what is no folder of the output
 */
function checkPlace(path: string): void {
  const why = whyNotSavedAt(path);
  if (why !== null)
    raise("P7005", `\`${path}\` ${why}`, {
      help: 'name a folder inside it, as in `save "early"`, and choose where it lies by `--out`',
    });
}
