import { expect, it } from "vitest";
import { abs, move, openRun, sgd, sum } from "../../../runtime/index.js";
import { options } from "./fixtures.js";

it("trains, prunes, slims and goes on", async () => {
  const lines: string[] = [];
  const run = await openRun(
    options({ onProgress: (e) => e.kind !== "step" && lines.push(JSON.stringify(e)) }),
  );
  const phase = await run.train(1, {
    epochs: 4,
    optimizer: sgd({ rate: 0.05, momentum: 0.9, weightDecay: 1e-4 }),
  });
  const rule = phase.rule(2, { every: 2, unit: "epochs", lands: true });
  for await (const epoch of phase.epochs()) {
    for await (const batch of phase.batches(epoch)) await phase.step(batch);
    if (rule.due())
      await run.prune(2, {
        structure: "units",
        by: sum(abs("w")),
        scope: "global",
        to: move(0, 0.5, "linear"),
      });
  }
  await phase.end();
  await run.slim(3);
  const more = await run.train(4, { epochs: 4, finetune: true });
  for await (const epoch of more.epochs())
    for await (const batch of more.batches(epoch)) await more.step(batch);
  await more.end();
  await run.evaluate(5);
  const result = await run.finish();
  if (process.env["SHOW"]) console.log(lines.join("\n"), JSON.stringify(result.report, null, 1));
  expect(result.report.after.params).toBeLessThan(result.report.before.params);
  expect(result.metrics.accuracy).toBeGreaterThan(0.9);
});
