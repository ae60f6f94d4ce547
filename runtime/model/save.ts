import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { open, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { raise } from "../../core/diagnostics/create.js";
import { quotePath } from "../../core/diagnostics/quote.js";
import type { Network } from "../../core/network/types.js";
import { makeFolder } from "../checkpoint/files.js";
import type { ParameterStore } from "../../core/parameters.js";
import { bytesOf, modelJson, savedWeights, type SavedWeight } from "./artifacts.js";
import { sizes, type ModelBytes } from "./bytes.js";
import { reasonOf } from "../reason.js";

export interface SavedModel {
  /** Paths of the files written. */
  readonly model: string;
  readonly weights: string | null;
  readonly bytes: ModelBytes;
}

const OWN_WEIGHTS = /^weights-[0-9a-f]{12}\.bin$/;

/**
 * Writes a LayersModel that stock `tf.loadLayersModel` reads: `model.json` and one weight file named by its
 * content. The same network gives the same bytes. model.json is renamed into place last, so whatever happens meanwhile the
 * folder holds either the old model or the new one, whole.
 */
export async function saveModel(
  network: Network,
  store: ParameterStore,
  folder: string,
): Promise<SavedModel> {
  const weights = savedWeights(network, store);
  const name = weightFileName(weights);
  const json = modelJson(network, weights, name);
  const temporary = `.${randomUUID()}.tmp`;
  const [weightPart, jsonPart] = [join(folder, `${temporary}.bin`), join(folder, `${temporary}.json`)];
  let fresh = false;
  try {
    await makeFolder(folder);
    if (weights.length > 0) await writeWeights(weightPart, weights);
    await writeFile(jsonPart, json);
    fresh = weights.length > 0 && !existsSync(join(folder, name));
    if (weights.length > 0) await rename(weightPart, join(folder, name));
    await rename(jsonPart, join(folder, "model.json"));
    await removeStale(folder, weights.length > 0 ? name : null);
  } catch (error) {
    const parts = [weightPart, jsonPart, ...(fresh ? [join(folder, name)] : [])];
    await Promise.allSettled(parts.map((part) => rm(part, { force: true })));
    return raise("P5117", `the model cannot be written to ${quotePath(folder)}`, {
      notes: [reasonOf(error)],
    });
  }
  return {
    model: join(folder, "model.json"),
    weights: weights.length > 0 ? join(folder, name) : null,
    bytes: await sizes(weights),
  };
}

function weightFileName(weights: readonly SavedWeight[]): string {
  const hash = createHash("sha256");
  for (const { parameter } of weights) hash.update(bytesOf(parameter));
  return `weights-${hash.digest("hex").slice(0, 12)}.bin`;
}

async function writeWeights(path: string, weights: readonly SavedWeight[]): Promise<void> {
  const handle = await open(path, "w");
  try {
    for (const { parameter } of weights) {
      const bytes = bytesOf(parameter);
      for (let done = 0; done < bytes.length;) {
        done += (await handle.write(bytes, done, Math.min(bytes.length - done, 2 ** 30))).bytesWritten;
      }
    }
  } finally {
    await handle.close();
  }
}

/** Weight files of earlier saves that nothing refers to any more. */
async function removeStale(folder: string, keep: string | null): Promise<void> {
  for (const file of await readdir(folder)) {
    if (OWN_WEIGHTS.test(file) && file !== keep) await rm(join(folder, file), { force: true });
  }
}
