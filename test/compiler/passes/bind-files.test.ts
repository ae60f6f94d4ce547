import { expect, it } from "vitest";
import { front } from "../../../compiler/passes/index.js";

it("takes down the network and the data, and the name of the file without its folders", () => {
  const { ir } = front('network "nets/model.json"\ndata "mnist"\nslim', { file: "programs/mine.prune" });
  expect(ir).toMatchObject({ source: "mine.prune", network: "nets/model.json", data: "mnist" });
  expect(front("slim").ir).toMatchObject({ network: null, data: null });
});
