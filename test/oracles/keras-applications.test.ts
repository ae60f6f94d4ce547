import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { compile } from "../../compiler/index.js";
import { costs } from "../../core/network/costs.js";
import { readNetwork } from "../../core/network/read.js";
import * as runtime from "../../runtime/index.js";
import { saveModel } from "../../runtime/model/index.js";
import { loopOf } from "../helpers/run-text.js";
import { runOurs } from "../helpers/ours.js";
import { runs } from "../helpers/runs.js";
import { distance, randomInputs, randomStore, seeded } from "../helpers/stock.js";

/**
 * The families of keras.applications as Keras 2 and 3 write them (`keras_applications.py`): they have Keras' own number of parameters,
 * lose 30 % of their filters (of what makes channels, where those are dense) and compute slimmed what they compute masked.
 */

interface Recorded {
  readonly params: number;
  readonly topology: unknown;
}

/** Parameters up to which a network of Keras 3 is computed too, and in longer runs one of Keras 2; `ESPALIER_RUNS=1e8` computes all. */
const SHORT = 3e6;
const LARGEST = runs(SHORT, 9e6);
/** All its convolutions stand before a layer normalization or inside a residual stream; the neurons between are free. */
const ofNeurons = new Set(["ConvNeXtTiny"]);

const folder = mkdtempSync(join(tmpdir(), "espalier-applications-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(["keras2", "keras3"])("%s", (version) => {
  const from = join(import.meta.dirname, "keras-applications", version);
  const families = readdirSync(from).map((file) => file.replace(".json.gz", ""));
  test("has the thirteen families", () => expect(families).toHaveLength(14));

  test.each(families)("%s", async (family) => {
    const recorded: Recorded = JSON.parse(
      gunzipSync(readFileSync(join(from, `${family}.json.gz`))).toString(),
    );
    const { network, diagnostics } = readNetwork(recorded.topology);
    if (!network) throw new Error(diagnostics.map(({ message }) => message).join());
    expect(costs(network).params).toBe(recorded.params);
    if (recorded.params > LARGEST || (version === "keras2" && LARGEST === SHORT)) return;

    const random = seeded(3);
    const inputs = randomInputs(network, 1, random);
    const { model } = await saveModel(network, randomStore(network, random), folder);
    const structure = ofNeurons.has(family) ? "neurons" : "filters";
    const prune = `prune ${structure} by l1 local 30%`;
    const after = async (program: string) => {
      const { code, diagnostics: mistakes } = compile(program, { network });
      if (code === null) throw new Error(mistakes.map(({ message }) => message).join());
      const result = await loopOf(code, runtime)({ network: model, backend: "cpu" });
      const { outputs } = await runOurs(result.network, result.parameters, inputs, 1);
      return { params: costs(result.network).params, outputs };
    };
    const masked = await after(prune);
    const slimmed = await after(`${prune}\nslim`);
    expect(slimmed.params).toBeLessThan(0.8 * recorded.params);
    expect(distance(slimmed.outputs, masked.outputs)).toBeLessThan(1e-5);
  });
});
