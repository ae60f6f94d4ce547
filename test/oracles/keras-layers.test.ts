import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DiagnosticError } from "../../core/diagnostics/diagnostic.js";
import { openBackend, type Backend } from "../../runtime/backend/index.js";
import { createExecutor } from "../../runtime/executor/index.js";
import { loadModel, saveModel, type LoadedModel } from "../../runtime/model/index.js";
import { runOurs } from "../helpers/ours.js";
import { distance } from "../helpers/stock.js";

/** Networks written by Keras (`keras_layers.py`) against Keras' own outputs: equal, or refused for a reason that is listed here. */

interface Recorded {
  readonly name: string;
  readonly model: object;
  /** Bytes and float32 arrays in base64. */
  readonly weights: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly shapes: readonly (readonly number[])[];
}

const EXAMPLES = 2;

/** What the message says, or its notes. */
const refused: Readonly<Record<string, RegExp>> = {
  "activation sparsemax": /unknown activation/,
  "activation glu": /unknown activation/,
  "up sampling2d bicubic": /interpolates by `bicubic`/,
  "resizing bicubic": /interpolates by `bicubic`/,
  "resizing cropped": /`crop_to_aspect_ratio`/,
  "einsum dense": /`EinsumDense`/,
  RandomCrop: /`RandomCrop`/,
};

let backend: Backend;
const folder = mkdtempSync(join(tmpdir(), "espalier-keras-"));
beforeAll(async () => {
  backend = await openBackend({ backend: "cpu" });
});
afterAll(() => rmSync(folder, { recursive: true }));

const bytes = (text: string): Buffer => Buffer.from(text, "base64");
const floats = (text: string): Float32Array => new Float32Array(Uint8Array.from(bytes(text)).buffer);

async function load({ model, weights }: Recorded) {
  writeFileSync(join(folder, "model.json"), JSON.stringify(model));
  writeFileSync(join(folder, "weights.bin"), bytes(weights));
  return loadModel(folder);
}

async function reasonOf(recorded: Recorded): Promise<string | null> {
  try {
    const { network, store } = await load(recorded);
    createExecutor(network, store, backend, { seed: 1 });
    return null;
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return error.diagnostics.map(({ message, notes }) => [message, ...(notes ?? [])].join("; ")).join("; ");
  }
}

/** Computes what Keras computed. */
async function expectRecorded({ network, store }: LoadedModel, recorded: Recorded): Promise<void> {
  const { outputs, shapes } = await runOurs(network, store, recorded.inputs.map(floats), EXAMPLES);
  expect(shapes).toEqual(recorded.shapes);
  expect(distance(outputs, recorded.outputs.map(floats))).toBeLessThan(1e-5);
}

describe.each(["keras2", "keras3"])("layers of %s", (version) => {
  const file = join(import.meta.dirname, "keras-layers", `${version}.json.gz`);
  const networks: readonly Recorded[] = JSON.parse(gunzipSync(readFileSync(file)).toString());

  test.each(networks.map((network) => [network.name, network] as const))("%s", async (name, recorded) => {
    const reason = refused[name];
    if (reason) return expect(await reasonOf(recorded)).toMatch(reason);
    const loaded = await load(recorded);
    // What computes as Keras does passes nothing over, but what acts at random while it trains.
    const passedOver = loaded.warnings
      .filter(({ code }) => code === "P5010")
      .map(({ notes }) => notes?.join());
    for (const note of passedOver) expect(note).toMatch(/images are not altered at random|seed of the run/);
    await expectRecorded(loaded, recorded);
    // Written and read again it is the same network.
    const { model } = await saveModel(loaded.network, loaded.store, folder);
    await expectRecorded(await loadModel(model), recorded);
  });
});
