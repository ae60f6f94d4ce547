import type { BackendOptions } from "../runtime/backend/types.js";
import type { LiveModel, LoadedModel, LoadOptions } from "../runtime/model/index.js";

/**
 * Reads a network with its weights: from a `model.json` or its folder, from a JavaScript module that exports one, or from a live
 * `tf.LayersModel`. With `backend` that backend is opened first; modules build their layers on the one that is open.
 * TensorFlow.js is loaded when this is first called.
 * @throws DiagnosticError P50xx, P51xx of the network; P7301 of the backend
 */
export async function loadNetwork(
  source: string | LiveModel,
  options: LoadOptions & BackendOptions = {},
): Promise<LoadedModel> {
  const { loadModel } = await import("../runtime/model/index.js");
  if (options.backend !== undefined) {
    const { openBackend } = await import("../runtime/backend/index.js");
    await openBackend(options);
  }
  return loadModel(source, options);
}
