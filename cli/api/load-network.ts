import { openBackend } from "../../runtime/backend/index.js";
import { tf } from "../../runtime/backend/tf.js";
import { loadModel, type LiveModel, type LoadedModel, type LoadOptions } from "../../runtime/model/index.js";

/**
 * Reads a network with its weights: from a `model.json` or its folder, from a JavaScript module that exports one, or from a live
 * `tf.LayersModel`. Opens a backend when none is open, for modules build their layers on it.
 * @throws DiagnosticError P50xx, P51xx
 */
export async function loadNetwork(
  source: string | LiveModel,
  options: LoadOptions = {},
): Promise<LoadedModel> {
  if (!tf.engine().backendName) await openBackend();
  return loadModel(source, options);
}
