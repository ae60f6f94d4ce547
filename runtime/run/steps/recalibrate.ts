import { settle } from "../../../core/masks/hold.js";
import { latentPlaces } from "../../../core/masks/masked.js";
import { entryOf } from "../../../core/tables.js";
import { keepLatent } from "../../executor/variables.js";
import type { RecalibrateSpec } from "../../helpers.js";
import { numberOf } from "../../optimizers/rates.js";
import { momentOf } from "../host/engine.js";
import { whole } from "../host/options.js";
import { calibrationBatches, requireData } from "../phase/batches.js";
import type { Session } from "../host/session.js";
import { counted } from "../report/log.js";
import type { Told } from "./step.js";

/**
 * The moving mean and variance of every batch norm that trains become the means, over the examples of so many training batches, of what
 * these batches have where the network as masked now is normalised by their own statistics, without dropout. Variances are the biased
 * ones within a batch, as those that training folds in. Batches are drawn as for scores.
 */
export async function recalibrate(session: Session, id: number, { over }: RecalibrateSpec): Promise<Told> {
  const count = whole(numberOf(over), "over", 1);
  const seen = new Map<string, { readonly sums: Float64Array; rows: number }>();
  const norms = new Set<string>();
  let batches = 0;
  const add = (key: string, values: Float32Array, rows: number): void => {
    const entry = entryOf(seen, key, () => ({ sums: new Float64Array(values.length), rows: 0 }));
    values.forEach((value, i) => (entry.sums[i] = (entry.sums[i] ?? 0) + value * rows));
    entry.rows += rows;
  };
  const { batch: size, seed } = session.options;
  const epoch = Math.max(1, Math.ceil(session.clock.epoch));
  const { key } = momentOf(session, id);
  for await (const batch of calibrationBatches(requireData(session), { count, size, seed, epoch, key })) {
    batches++;
    for (const { meanKey, varianceKey, mean, variance } of session.executor.batchStatistics(batch)) {
      norms.add(meanKey);
      add(meanKey, mean, batch.size);
      add(varianceKey, variance, batch.size);
    }
  }
  const latent = latentPlaces(session);
  for (const [key, { sums, rows }] of seen) {
    const data = session.parameters.get(key)?.data;
    if (data) keepLatent(data, latent.get(key), () => data.set(sums.map((sum) => sum / rows)));
  }
  settle(session);
  return `statistics of ${counted(norms.size, "batch norms")} over ${counted(batches, "batches")}`;
}
