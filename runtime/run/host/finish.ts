import { maskedView } from "../../../core/masks/masked.js";
import type { Network } from "../../../core/network/types.js";
import { modelBytes, toLayersModel } from "../../model/index.js";
import type { Report } from "../../report/types.js";
import type { ParameterStore } from "../../../core/parameters.js";
import { tell } from "../report/events.js";
import { reportData } from "../report/report-data.js";
import { writeResults } from "../report/results.js";
import type { Session } from "./session.js";

export interface RunResult {
  /** The network as it ended, masks applied. */
  readonly network: Network;
  readonly parameters: ParameterStore;
  readonly report: Report;
  /** On the test split; null where it has none or accuracy no meaning. */
  readonly metrics: { readonly accuracy: number | null; readonly loss: number | null };
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
  const { network } = session;
  const parameters = maskedView(session);
  const { options, lock, store, data } = session;
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
    metrics: { accuracy: report.after.accuracy, loss: report.after.loss },
    out: options.out,
    toLayersModel: () => toLayersModel(network, parameters),
  };
}
