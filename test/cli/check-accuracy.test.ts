import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { compileProgram } from "../../api/compile-program.js";
import type { DataSource } from "../../runtime/data/types.js";
import { quarters, smallNetwork } from "../runtime/run/fixtures.js";

const numbers = join(mkdtempSync(join(tmpdir(), "espalier-accuracy-")), "model.json");
const dense = (name: string, units: number, activation: string) => ({
  class_name: "Dense",
  config: { name, units, activation, batch_input_shape: [null, 4] },
});
const layers = [dense("a", 8, "relu"), dense("out", 1, "linear")];
const modelTopology = { class_name: "Sequential", config: { name: "numbers", layers } };
writeFileSync(numbers, JSON.stringify({ format: "layers-model", modelTopology, weightsManifest: [] }));

const amounts: DataSource = {
  train: {
    kind: "indexed",
    examples: 64,
    gather: () => ({
      inputs: [{ kind: "dense", data: new Float32Array(4), shape: [1, 4] }],
      targets: [{ kind: "dense", data: new Float32Array(1), shape: [1, 1] }],
      size: 1,
    }),
  },
  describe: () => ({
    name: "amounts",
    inputs: [[4]],
    targets: [{ kind: "dense", shape: [1] }],
    train: 64,
    test: null,
  }),
};

const said = async (program: string, classes = false): Promise<readonly string[]> => {
  const bound = classes ? { network: smallNetwork(), data: quarters() } : { network: numbers, data: amounts };
  const { diagnostics } = await compileProgram(program, bound);
  return diagnostics.map(({ code, span }) => `${code} ${program.slice(span?.start, span?.end)}`);
};

it("conditions on an accuracy that no run will have are told with network and data", async () => {
  expect(await said("train 1 epoch\nrequire accuracy >= 50%")).toEqual(["P7013 accuracy >= 50%"]);
  expect(await said("train 1 epoch until accuracy >= 50%")).toEqual(["P7013 accuracy >= 50%"]);
  expect(await said("repeat 3 times { train 1 epoch } until loss < 1 and accuracy >= 50%")).toEqual([
    "P7013 loss < 1 and accuracy >= 50%",
  ]);
  expect(await said("train 1 epoch\nrequire loss <= 1")).toEqual([]);
  expect(await said("train 1 epoch minimizing binary-cross-entropy\nrequire accuracy >= 50%")).toEqual([]);
  expect(await said("train 1 epoch\nrequire accuracy >= 50%", true)).toEqual([]);
  expect(await said("train 1 epoch\nrequire top5-accuracy >= 50%", true)).toEqual([
    "P7013 top5-accuracy >= 50%",
  ]);
  expect(await said("train 1 epoch minimizing mean-squared-error\nrequire accuracy >= 50%", true)).toEqual(
    [],
  );
});
