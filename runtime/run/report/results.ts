import { join } from "node:path";
import { diagnostic, raise } from "../../../core/diagnostics/create.js";
import { neverActsOf } from "../../../core/ir/words.js";
import { whyNotSavedAt } from "../../../core/ir/save-place.js";
import { maskedView } from "../../../core/masks/masked.js";
import type { Network } from "../../../core/network/types.js";
import type { ParameterStore } from "../../../core/parameters.js";
import { sweepTemporary, writeAtomically } from "../../checkpoint/files.js";
import { encodeMasks, masksFile } from "../../checkpoint/masks.js";
import { modelBytes, saveModel, toLayersModel } from "../../model/index.js";
import { reasonOf } from "../../reason.js";
import { reportHtml } from "../../report/html.js";
import type { Report } from "../../report/types.js";
import type { Options } from "../host/options.js";
import type { Session } from "../host/session.js";
import { logDiagnostic, logEvent, tell } from "./log.js";
import { reportData } from "./report-data.js";

export interface RunResult {
  /** The network as it ended, masks applied. */
  readonly network: Network;
  readonly parameters: ParameterStore;
  readonly report: Report;
  /** On the test split, those in JavaScript by their names; null where it has none or accuracy no meaning. */
  readonly metrics: {
    readonly accuracy: number | null;
    readonly loss: number | null;
    readonly [name: string]: number | null;
  };
  /** Directory the results are in; null when none was asked for. */
  readonly out: string | null;
  /** The network as a stock LayersModel of TensorFlow.js; dispose it after use. */
  toLayersModel(): ReturnType<typeof toLayersModel>;
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
      : await writeResults(session, options.out, failed);
  await store?.clear();
  lock?.release();
  session.executor.dispose();
  await data?.close?.();
  tell(session, { kind: "done", out: options.out });
  return {
    network,
    parameters,
    report,
    metrics: { ...report.after.metrics, accuracy: report.after.accuracy, loss: report.after.loss },
    out: options.out,
    toLayersModel: () => toLayersModel(network, parameters),
  };
}

/** Writes network, masks and report into a directory inside the output folder; the report holds the event. */
export async function save(session: Session, id: number, path: string): Promise<null> {
  const place = savePlace(session.options, path);
  logEvent(session, "save", id, `written to \`${path}\``);
  await writeResults(session, place);
  return null;
}

/**
 * The directory that `save "path"` writes into: a folder of the output folder, or of the working directory where a run has none.
 * The compiler has looked at the places of programs; this looks at those of loops written by hand.
 * @throws DiagnosticError P7005 for any other place
 */
function savePlace({ out }: Pick<Options, "out">, path: string): string {
  const why = whyNotSavedAt(path);
  if (why !== null)
    raise("P7005", `\`${path}\` ${why}`, {
      help: 'name a folder inside it, as in `save "early"`, and choose where it lies by `--out`',
    });
  return join(out ?? process.cwd(), path);
}

/** Where checkpoints lie in an output folder. */
export const checkpointFolder = "checkpoint";

/**
 * Writes `model.json` with its weights, `masks.safetensors`, `report.json` and `report.html` into a directory, each file whole
 * or not at all.
 */
async function writeResults(
  session: Session,
  directory: string,
  failed: string | null = null,
): Promise<Report> {
  const saved = await saveModel(session.network, maskedView(session), directory);
  const report = await reportData(session, saved.bytes, failed);
  const masks = encodeMasks(session.network, session.loaded, session.state);
  const text = (value: string): Uint8Array[] => [new TextEncoder().encode(value)];
  try {
    await writeAtomically(join(directory, masksFile), masks);
    await writeAtomically(join(directory, "report.json"), text(`${JSON.stringify(report, null, 2)}\n`));
    await writeAtomically(join(directory, "report.html"), text(await reportHtml(report)));
    await sweepTemporary(directory);
  } catch (cause) {
    raise("P7005", `the results cannot be written to \`${directory}\``, {
      notes: [reasonOf(cause)],
    });
  }
  return report;
}
