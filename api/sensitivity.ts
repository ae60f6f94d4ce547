import type { BackendOptions } from "../runtime/backend/types.js";
import type { DataGiven } from "../runtime/data/types.js";
import type { LiveModel } from "../runtime/model/index.js";
import { givenOf } from "../runtime/run/host/options.js";
import {
  measureSensitivity,
  sensitivityPrune,
  type Sensitivity,
  type SensitivityQuestion,
} from "./measure-sensitivity.js";

export interface SensitivityOptions extends BackendOptions, SensitivityQuestion {
  /** Path of a model.json, its folder or a module, or a tf.LayersModel. */
  readonly network: string | LiveModel;
  /** Path or name of data, or what a data module exports. It is measured on the test split, where there is one. */
  readonly data: string | DataGiven;
  readonly seed?: number | undefined;
}

/**
 * Prunes each group of tied layers by itself, by one share after another, and measures the network each time. Nothing trains, and the
 * network given stays as it is.
 * @throws DiagnosticError of the network, the data, the criterion or the structure
 */
export async function sensitivity(options: SensitivityOptions): Promise<Sensitivity> {
  const { network, data, seed, backend, threads, ...question } = options;
  sensitivityPrune(question);
  const { openRun } = await import("../runtime/index.js");
  const run = await openRun(givenOf({ network, data, seed, backend, threads, latency: false }));
  return measureSensitivity(run, () => run.rewind(3, { what: ["weights", "masks"], to: "start" }), question);
}
