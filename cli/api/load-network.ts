import { openBackend } from "../../runtime/backend/index.js";
import { loadModel, type LiveModel, type LoadedModel, type LoadOptions } from "../../runtime/model/index.js";
import type { BackendOptions } from "../../runtime/backend/types.js";

/**
 * Reads a network with its weights: from a `model.json` or its folder, from a JavaScript module that exports one, or from a live
 * `tf.LayersModel`. With `backend` that backend is opened first; modules build their layers on the one that is open.
 * @throws DiagnosticError P50xx, P51xx of the network; P7301 of the backend
 */
export async function loadNetwork(
  source: string | LiveModel,
  options: LoadOptions & BackendOptions = {},
): Promise<LoadedModel> {
  if (options.backend !== undefined) await openBackend(options);
  return loadModel(source, options);
}
