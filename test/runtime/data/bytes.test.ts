import { expect, test } from "vitest";
import { readNetwork } from "../../../core/network/read.js";
import { arraySource } from "../../../runtime/data/source.js";
import { classTargets } from "../../../runtime/data/examples.js";

/** What a network of these layers gets to read of the bytes 0, 51 and 255. */
async function readBy(...layers: readonly object[]): Promise<readonly number[]> {
  const { network, diagnostics } = readNetwork({ class_name: "Sequential", config: { name: "net", layers } });
  if (network === null) throw new Error(JSON.stringify(diagnostics));
  const train = {
    examples: 1,
    shape: [3],
    inputs: Uint8Array.of(0, 51, 255),
    targets: classTargets(Int32Array.of(0)),
  };
  const source = arraySource({ train, test: null }, network, "bytes");
  if (source.train.kind !== "indexed") throw new Error("examples in memory");
  const { inputs } = await source.train.gather(Int32Array.of(0));
  return [...(inputs[0]?.kind === "dense" ? inputs[0].data : [])];
}
const dense = { class_name: "Dense", config: { name: "d", units: 2 } };
const first = (class_name: string, config: object) => ({
  class_name,
  config: { name: "first", batch_input_shape: [null, 3], ...config },
});

test("bytes are brightnesses, and go in as shares of 255", async () => {
  const read = await readBy(first("Dense", { units: 2 }));
  expect(read).toEqual([0, Math.fround(0.2), 1]);
});

test.each([
  [
    "an embedding",
    [first("Embedding", { input_dim: 256, output_dim: 2 }), { class_name: "Flatten", config: { name: "f" } }],
  ],
  ["a layer that scales them itself", [first("Rescaling", { scale: 1 / 255, offset: 0 })]],
])("%s reads bytes as they are", async (_, layers) => {
  expect(await readBy(...layers, dense)).toEqual([0, 51, 255]);
});
