import { expect, it } from "vitest";
import { abs, openRun, sum } from "../../../runtime/index.js";
import { options, residualNetwork } from "./fixtures.js";

it("events count in words that fit", async () => {
  const run = await openRun(options({ network: residualNetwork() }));
  await run.prune(1, { structure: "filters", by: sum(abs("w")), count: 1, in: "x1" });
  await run.prune(2, { structure: "2:4", by: sum(abs("w")), in: "y1" });
  await run.reinitialize(3);
  await run.reinitialize(4, { in: "x1" });
  await run.slim(5);
  const texts = run.session.record.events.map(({ text }) => text);
  expect(texts[0]).toBe("dropped 1 filter: 1 of 6 dead");
  expect(texts[1]).toBe("dropped 108 weights by 2:4: 108 of 216 dead");
  // The stem, two convolutions in each block and the head; not their batch norms.
  expect(texts[2]).toBe("weights of 6 layers drawn anew");
  expect(texts[3]).toBe("weights of 1 layer drawn anew");
  expect(texts[4]).toMatch(/^1 channel taken out/);
  run.session.executor.dispose();
});

it("a statement without candidates says so", async () => {
  const run = await openRun(
    options({ network: residualNetwork(), statements: { 1: "prune layers in stem" } }),
  );
  await run.prune(1, { structure: "layers", by: sum(abs("w")), drop: 1, in: "stem" });
  expect(run.session.record.notes).toContain("`prune layers in stem` found no layers that it may take");
  run.session.executor.dispose();
});
