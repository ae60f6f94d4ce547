import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { readNetwork } from "../core/network/read.js";
import type { RunOptions } from "../runtime/index.js";
import { saveModel } from "../runtime/model/index.js";
import { randomStore, seeded } from "../test/helpers/stock.js";
import { resnet20 } from "./models.js";

/** Networks whose speed is measured, by name; `tidyUp` removes the files of those that were made. */

const folder = mkdtempSync(join(tmpdir(), "espalier-bench-"));
const SIZE = 96;

/** A family of keras.applications as Keras writes it, for images of 96×96, with weights that mean nothing. */
async function application(family: string): Promise<RunOptions["network"]> {
  const file = `test/oracles/keras-applications/keras2/${family}.json.gz`;
  const recorded: { readonly topology: unknown } = JSON.parse(gunzipSync(readFileSync(file)).toString());
  const text = JSON.stringify(recorded.topology).replace(
    /"batch_(input_)?shape":\[null,[^\]]*,3\]/g,
    (_, input: string | undefined) => `"batch_${input ?? ""}shape":[null,${SIZE},${SIZE},3]`,
  );
  const { network } = readNetwork(JSON.parse(text));
  if (network === null) throw new Error(`${family} is not read`);
  return (await saveModel(network, randomStore(network, seeded(3)), join(folder, family))).model;
}

export type Made = RunOptions["network"];
export const networks: Readonly<Record<string, () => Made | Promise<Made>>> = {
  "ResNet-20, 32×32": () => resnet20(),
  "MobileNetV2, 96×96": () => application("MobileNetV2"),
  "EfficientNetB0, 96×96": () => application("EfficientNetB0"),
};

export const tidyUp = (): void => rmSync(folder, { recursive: true });
