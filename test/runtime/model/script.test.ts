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
