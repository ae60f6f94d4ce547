import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { raise } from "../../core/diagnostics/create.js";
import { quotePath } from "../../core/diagnostics/quote.js";
import { openBackend } from "../backend/index.js";
import { tf } from "../backend/tf.js";
import { toolkit } from "../toolkit.js";
import { isLiveModel, type LiveModel } from "./live.js";
import { reasonOf } from "../reason.js";
import { moduleUrl } from "../module-url.js";
import { settled } from "../settled.js";
import { thrownByModule } from "../module-error.js";
import { withSeededRandom } from "./seeded.js";
import { missing } from "./topology-file.js";

/**
 * The model of a JavaScript module: its default export, or what that returns (or promises) when called with
 * `{ tf, layers, seed }`, see `toolkit`. Meanwhile `Math.random` draws from the seed, so that initializers without a seed of their own
 * give the same weights each time.
 */
export async function importModel(path: string, seed: number): Promise<LiveModel> {
  const file = resolve(path);
  await stat(file).catch((error: unknown) => missing(path, reasonOf(error)));
  // Layers draw their weights when they are built, which takes a backend; any will do.
  if (tf.engine().backendNames().length === 0) await openBackend({ backend: "cpu" });
  let model: unknown;
  try {
    model = await withSeededRandom(seed, async () => {
      const module: unknown = await settled(import(await moduleUrl(file)));
      const made =
        typeof module === "object" && module !== null && "default" in module ? module.default : undefined;
      return settled(Promise.resolve(typeof made === "function" ? made({ ...toolkit, seed }) : made));
    });
  } catch (error) {
    const { reason, frames, ...more } = thrownByModule(error, path);
    return raise("P5114", `the module ${quotePath(path)} failed`, { notes: [reason, ...frames], ...more });
  }
  if (isLiveModel(model)) return model;
  return raise("P5114", `the module ${quotePath(path)} gives no model`, {
    help: "export a tf.LayersModel, or a function that returns one, as `default`",
  });
}
