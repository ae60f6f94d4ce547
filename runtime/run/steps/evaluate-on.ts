import { measure } from "../../../core/masks/measure.js";
import { orderedBatches } from "../phase/batches.js";
import { raise } from "../../../core/diagnostics/create.js";
import type { Measures } from "./measures.js";
import { requireData } from "../phase/require-data.js";
import type { Evaluated, Session } from "../host/session.js";

/** Loss (mean per example) and accuracy over a whole split, in inference mode. Kept until the network changes. */
export async function evaluateOn(session: Session, on: Evaluated["on"]): Promise<Evaluated> {
  if (session.evaluated?.on === on) return session.evaluated;
  const data = requireData(session);
  const split = on === "train" ? data.train : data.test;
  if (split === null || split === undefined)
    raise("P7006", `\`${data.describe().name}\` has no test split`, {
      help: "give the data a test split, or write `evaluate on train`",
    });
  let [loss, correct, rows] = [0, 0, 0];
  for await (const batch of orderedBatches(split, evaluationBatch(session), session.options.seed)) {
    const result = session.executor.evaluate(batch);
    loss += result.loss;
    correct += result.correct;
    rows += batch.size;
  }
  const evaluated: Evaluated = {
    on,
    loss: rows > 0 ? loss / rows : 0,
    accuracy: rows > 0 && Number.isFinite(correct) ? correct / rows : null,
  };
  session.evaluated = evaluated;
  return evaluated;
}

/** Examples per batch of an evaluation: many small ones waste time, large ones of large images memory. */
function evaluationBatch({ data, options }: Session): number {
  const inputs = data?.describe().inputs ?? [];
  const numbers = inputs.reduce((sum, shape) => sum + shape.reduce((product, n) => product * n, 1), 0);
  return Math.max(options.batch, Math.min(256, Math.floor(2 ** 20 / Math.max(1, numbers))));
}

/** What lives of the network as it stands: what budgets, requirements and the history count. */
export const measuresNow = ({ network, state }: Session): Measures => measure(network, state);
