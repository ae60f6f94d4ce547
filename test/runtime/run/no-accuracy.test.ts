import { expect, it } from "vitest";
import { openRun } from "../../../runtime/index.js";
import type { DataSource } from "../../../runtime/data/types.js";
import { options, quarters } from "./fixtures.js";

/** The classes of the quarters as numbers to come close to. */
function numbers(): DataSource {
  const source = quarters();
  return {
    ...source,
    test: null,
    describe: () => ({ ...source.describe(), targets: [{ kind: "dense", shape: [4] }] }),
  };
}

it("a phase below which an accuracy is compared is refused before it trains where there is none", async () => {
  const run = await openRun(options({ data: numbers() }));
  const loss = "mean-squared-error";
  await expect(run.train(1, { epochs: 1, loss, accuracy: true })).rejects.toThrow(/P7013.*no accuracy/);
  await expect(run.train(1, { epochs: 1, loss, until: [">=", "accuracy", 0.5] })).rejects.toThrow(/P7013/);
  expect(run.session.clock.step).toBe(0);
});

it("a phase below which a top-5 accuracy is compared is refused where there are too few classes", async () => {
  const run = await openRun(options());
  await expect(run.train(1, { epochs: 1, top5Accuracy: true })).rejects.toThrow(/P7013.*no top-5 accuracy/);
  expect(run.session.clock.step).toBe(0);
});

it("and trains where the loss or the targets tell classes apart", async () => {
  const dense = await openRun(options({ data: numbers() }));
  await expect(dense.train(1, { epochs: 1, accuracy: true })).resolves.toBeDefined();
  const classes = await openRun(options());
  const spec = { epochs: 1, loss: "mean-squared-error", accuracy: true };
  await expect(classes.train(1, spec)).resolves.toBeDefined();
});
