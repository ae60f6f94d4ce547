import { raise } from "../../../core/diagnostics/create.js";
import { maskedView } from "../../../core/masks/masked.js";
import { measure, type Measure } from "../../../core/masks/measure.js";
import type { LayerInfo } from "../../../core/network/types.js";
import type { ParameterStore } from "../../../core/parameters.js";
import type { HistoryPoint } from "../../report/types.js";
import type { Evaluated, Measured, Session } from "../host/session.js";
import { orderedBatches, requireData } from "../phase/batches.js";

/** Loss (mean per example) and accuracy over a whole split, in inference mode. Kept until the network changes. */
export async function evaluateOn(session: Session, on: Evaluated["on"]): Promise<Evaluated> {
  if (session.evaluated?.on === on) return session.evaluated;
  const data = requireData(session);
  const split = on === "train" ? data.train : data.test;
  if (split === null || split === undefined)
    raise("P7006", `\`${data.describe().name}\` has no test split`, {
      help: "give the data a test split, or write `evaluate on train`",
    });
  let [loss, correct, counted, rows] = [0, 0, 0, 0];
  for await (const batch of orderedBatches(split, evaluationBatch(session), session.options.seed)) {
    const result = session.executor.evaluate(batch);
    loss += result.loss;
    correct += result.correct;
    counted += result.counted;
    rows += batch.size;
  }
  const evaluated: Evaluated = {
    on,
    loss: rows > 0 ? loss / rows : 0,
    accuracy: counted !== 0 && Number.isFinite(correct) ? correct / counted : null,
  };
  session.evaluated = evaluated;
  if (on === conditionSplit(session)) noteBest(session.baselines, evaluated);
  return evaluated;
}

/** The part of the data on which conditions measure: what is held out, where anything is. */
export const conditionSplit = ({ data }: Session): Evaluated["on"] => (data?.test ? "test" : "train");

/** Remembers the highest accuracy and the lowest loss. */
function noteBest(baselines: Session["baselines"], { accuracy, loss }: Evaluated): void {
  const { best } = baselines;
  baselines.best = {
    accuracy: accuracy === null ? best.accuracy : Math.max(accuracy, best.accuracy ?? 0),
    loss: Math.min(loss, best.loss ?? Infinity),
  };
}

/**
 * Measures the network for conditions that compare with how it stands now. Null without held-out data, unless some condition asks:
 * a pass over the training data is dear.
 */
export async function measureBaseline(session: Session, of: "start" | "dense"): Promise<Measured | null> {
  const { data, options } = session;
  if (data === null || !(data.test || options.compares.includes(of))) return null;
  const { accuracy, loss } = await evaluateOn(session, conditionSplit(session));
  return { accuracy, loss };
}

/** Examples per batch of an evaluation: many small ones waste time, large ones of large images memory. */
function evaluationBatch({ data, options }: Session): number {
  const inputs = data?.describe().inputs ?? [];
  const numbers = inputs.reduce((sum, shape) => sum + shape.reduce((product, n) => product * n, 1), 0);
  return Math.max(options.batch, Math.min(256, Math.floor(2 ** 20 / Math.max(1, numbers))));
}

/** What lives of the network as it stands: what budgets, requirements and the history count. */
export const measuresNow = ({ network, state }: Session): Measure => measure(network, state);

/** Names a condition may use, with their values now; `accuracy` and `loss` cost an evaluation and come later. */
export function measureNames(session: Session): Map<string, number> {
  const [now, start] = [measuresNow(session), session.start.measures];
  return new Map([
    ["params", now.params],
    ["macs", now.macs],
    ["bytes", now.bytes],
    ["start.params", start.params],
    ["start.macs", start.macs],
    ["start.bytes", start.bytes],
  ]);
}

/** Share of the kernel weights of the network as loaded that are there and not zero. */
function density(session: Session): number {
  const { loaded, network } = session;
  const parameters = maskedView(session);
  let [all, left] = [0, 0];
  for (const layer of loaded.layers)
    for (const weight of layer.weights)
      if (weight.isKernel) all += weight.shape.reduce((product, n) => product * n, 1);
  for (const layer of network.layers) {
    const { nonzero } = kernelDensity(layer, parameters);
    left += nonzero;
  }
  return all === 0 ? 1 : left / all;
}

/** Where the run stands and how large the network is there. */
export function sizeNow(
  session: Session,
): Pick<HistoryPoint, "step" | "epoch" | "sparsity" | "params" | "macs"> {
  const { step, epoch } = session.clock;
  const { params, macs } = measuresNow(session);
  return { step, epoch, sparsity: 1 - density(session), params, macs };
}

/** Kernel weights of a layer: how many, and how many of them are not zero. */
export function kernelDensity(
  layer: LayerInfo,
  parameters: ParameterStore,
): { readonly all: number; readonly nonzero: number } {
  let [all, nonzero] = [0, 0];
  for (const weight of layer.weights) {
    const data = weight.isKernel ? parameters.get(weight.key)?.data : undefined;
    if (data === undefined) continue;
    all += data.length;
    for (let i = 0; i < data.length; i++) if (data[i] !== 0) nonzero++;
  }
  return { all, nonzero };
}
