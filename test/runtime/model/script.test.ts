import { join } from "node:path";
import { expect, test } from "vitest";
import { tf } from "../../../runtime/backend/index.js";
import { loadModel } from "../../../runtime/model/index.js";
import { folderWith } from "./helpers.js";

test("a module makes its model before any backend was opened", async () => {
  expect(tf.engine().backendNames()).toEqual([]);
  const source =
    "export default ({ layers: tfl }) => tfl.sequential({ layers: [tfl.layers.dense({ units: 2, inputShape: [3] })] });";
  const folder = await folderWith({ "m.js": source, "package.json": { type: "module" } });
  const { store } = await loadModel(join(folder, "m.js"));
  expect([...store.values()].map((p) => p.data.length)).toEqual([6, 2]);
});

test.for([
  "({ tf }) => tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] })",
  "({ layers: { dense, input }, tf: { model, relu, ones } }) => { relu(ones([1])).dispose(); const x = input({ shape: [3] }); return model({ inputs: x, outputs: dense({ units: 2 }).apply(x) }); }",
  "({ layers }) => layers.sequential({ layers: [layers.layers.dense({ units: 2, inputShape: [3] })] })",
])("its function is given TensorFlow.js as people know it: %s", async (made) => {
  const folder = await folderWith({ "m.mjs": `export default ${made};` });
  const { store } = await loadModel(join(folder, "m.mjs"));
  expect([...store.values()].map((p) => p.data.length)).toEqual([6, 2]);
});
