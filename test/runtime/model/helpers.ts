import { mkdtemp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";
import { DiagnosticError } from "../../../core/diagnostics/diagnostic.js";
import { layers, type tf } from "../../../runtime/backend/index.js";
import { loadModel } from "../../../runtime/model/index.js";

const made: string[] = [];
afterAll(async () => {
  for (const folder of made) await rm(folder, { recursive: true, force: true });
});

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "espalier-model-"));
  made.push(folder);
  return folder;
}

/** A folder with these files; objects are written as JSON. */
export async function folderWith(
  files: Readonly<Record<string, string | Uint8Array | object>>,
): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    const raw = typeof content === "string" || content instanceof Uint8Array;
    await writeFile(path, raw ? content : JSON.stringify(content));
  }
  return folder;
}

/** What loading says: codes and messages of the error, or of the warnings. */
export async function complaints(
  source: string,
): Promise<{ codes: string[]; text: string; failed: boolean }> {
  try {
    const { diagnostics } = await loadModel(source);
    return { codes: diagnostics.map((d) => d.code), text: JSON.stringify(diagnostics), failed: false };
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return {
      codes: error.diagnostics.map((d) => d.code),
      text: JSON.stringify(error.diagnostics),
      failed: true,
    };
  }
}

/** Opens a saved folder with stock, by a handler that does no more than hand over the bytes. */
export async function loadStock(folder: string): Promise<layers.LayersModel> {
  const json: {
    modelTopology: object;
    weightsManifest: { paths: string[]; weights: tf.io.WeightsManifestEntry[] }[];
  } = JSON.parse(await readFile(join(folder, "model.json"), "utf8"));
  const parts: Buffer[] = [];
  for (const path of json.weightsManifest.flatMap((g) => g.paths))
    parts.push(await readFile(join(folder, path)));
  const bytes = Uint8Array.from(Buffer.concat(parts));
  return layers.loadLayersModel({
    load: () =>
      Promise.resolve({
        modelTopology: json.modelTopology,
        weightSpecs: json.weightsManifest.flatMap((g) => g.weights),
        weightData: bytes.buffer,
      }),
  });
}
