import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { openBackend } from "../../../runtime/backend/index.js";
import { loadModel } from "../../../runtime/model/index.js";

const network = `export default ({ layers: tfl }) => {
  const { layers } = tfl;
  const input = tfl.input({ shape: [6, 6, 2] });
  const a = layers.conv2d({ filters: 3, kernelSize: 3, padding: "same" }).apply(input);
  const named = layers.conv2d({ filters: 3, kernelSize: 3, padding: "same", name: "conv2d_2" }).apply(a);
  const b = layers.conv2d({ filters: 3, kernelSize: 3, padding: "same" }).apply(named);
  const sum = layers.add().apply([a, b]);
  return tfl.model({ inputs: input, outputs: layers.dense({ units: 2 }).apply(layers.flatten().apply(sum)) });
};`;

describe("networks made by a module", () => {
  beforeAll(() => openBackend({ backend: "cpu" }));
  const load = async (seed: number) => {
    const path = join(await mkdtemp(join(tmpdir(), "espalier-module-")), "network.mjs");
    await writeFile(path, network);
    return loadModel(path, { seed });
  };

  it("have the same names and weights each time, given names kept", async () => {
    const first = await load(1);
    const second = await load(1);
    const names = first.network.layers.map((layer) => layer.name);
    expect(names).toEqual(["input_1", "conv2d_1", "conv2d_2", "conv2d_3", "add_1", "flatten_1", "dense_1"]);
    expect(second.network.layers.map((layer) => layer.name)).toEqual(names);
    expect([...second.store]).toEqual([...first.store]);
    expect([...(await load(2)).store]).not.toEqual([...first.store]);
  });
});
