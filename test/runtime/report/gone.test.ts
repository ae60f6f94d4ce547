import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { compileProgram } from "../../../api/compile-program.js";
import { denseModel } from "../../helpers/mistakes/bases.js";
import { smallNetwork } from "../run/fixtures.js";
import { runProgram } from "../run/program.js";

const root = mkdtempSync(join(tmpdir(), "espalier-gone-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Neurons of which the last two hold nothing: an identity of four rows and six columns. */
function halfEmpty(): string {
  const [h, head] = denseModel.modelTopology.config.layers;
  const identity = {
    ...h,
    config: { ...h?.config, kernel_initializer: { class_name: "Identity", config: {} } },
  };
  const config = { ...denseModel.modelTopology.config, layers: [identity, head] };
  const modelTopology = { ...denseModel.modelTopology, config };
  const path = join(root, "model.json");
  writeFileSync(path, JSON.stringify({ ...denseModel, modelTopology, weightsManifest: [] }));
  return path;
}

const batch = {
  inputs: { data: new Float32Array(12).fill(0.5), shape: [3, 4] },
  targets: { labels: Int32Array.of(0, 1, 2) },
};
const data = { train: () => [batch], test: () => [batch] };

it("the report says which units went, and which of them were empty in the file; so does check", async () => {
  const path = halfEmpty();
  const program = "prune neurons in h by l1 20%\nslim";
  const { result } = await runProgram(program, path, { data });
  const { layers, amounts } = result.report;
  expect(layers.map(({ layer, empty }) => [layer, empty])).toEqual([
    ["h", "4-5"],
    ["head", ""],
  ]);
  expect(layers[0]?.gone).toMatch(/^(4-5|[0-3],4-5)$/);
  expect(amounts.at(-1)).toMatchObject({
    structure: "units empty in the file",
    total: 6,
    nominal: null,
    achieved: 2,
    effective: 2,
    physical: 2,
  });
  const { diagnostics } = await compileProgram(program, { network: path });
  expect(diagnostics.filter(({ code }) => code === "P4023").map(({ message }) => message)).toEqual([
    "2 units of the file hold nothing but zeros",
  ]);
});

it("nothing of the kind is said of a network that is whole", async () => {
  const { result } = await runProgram("prune filters in c1 by l1 50%\nslim", smallNetwork());
  const { layers, amounts } = result.report;
  expect(layers.map(({ empty }) => empty).join("")).toBe("");
  expect(amounts).toHaveLength(1);
  const [c1] = layers;
  expect(c1?.gone.match(/\d+/g)?.length).toBeGreaterThan(0);
  const numbers = (c1?.gone ?? "").split(",").flatMap((part) => {
    const [from = NaN, to = from] = part.split("-").map(Number);
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
  expect(numbers).toHaveLength((c1?.channels[0] ?? 0) - (c1?.channels[1] ?? 0));
});
