import { expect, it } from "vitest";
import { compile } from "../../../compiler/compile.js";
import * as runtime from "../../../runtime/index.js";
import { abs, openRun, sum } from "../../../runtime/index.js";
import { amountRows } from "../../../runtime/run/report/report-data.js";
import { loopOf } from "../../helpers/run-text.js";
import { options, residualNetwork } from "./fixtures.js";

/** What the events of a phase of four steps say: half of the weights go at steps 1, 2 and 4, random ones come back. */
async function events(last: boolean): Promise<string[]> {
  const run = await openRun(options());
  const phase = await run.train(1, { steps: 4, last });
  const rule = phase.rule(2, { at: [1, 2, 4], unit: "steps" });
  for await (const epoch of phase.epochs()) {
    for await (const batch of phase.batches(epoch)) {
      await phase.step(batch);
      if (!rule.due()) continue;
      const regrow = { id: 3, by: "random" };
      await run.prune(2, {
        structure: "weights",
        by: sum(abs("w")),
        scope: "global",
        drop: 0.5,
        in: "d1",
        regrow,
      });
    }
  }
  await phase.end();
  // The history is of after the whole event, and zeros that live are not dead.
  const { loaded, record } = run.session;
  const kernels = loaded.layers.flatMap(({ weights }) => weights).filter(({ isKernel }) => isKernel);
  const all = kernels.reduce((count, { shape }) => count + shape.reduce((a, b) => a * b, 1), 0);
  expect(record.history.filter(({ sparsity }) => sparsity !== 0).length).toBeGreaterThan(2);
  for (const { sparsity } of record.history) expect([0, 360]).toContain(Math.round(sparsity * all));
  return record.events.map(({ text }) => text);
}

it("an event that no training follows revives nothing and ends at the same count", async () => {
  expect(await events(false)).toEqual([
    "dropped 360 weights: 360 of 720 dead",
    "dropped 180 weights, regrew 180: 360 of 720 dead",
    "dropped 180 weights, regrew 180: 360 of 720 dead",
  ]);
  const [first, second, third] = await events(true);
  expect(first).toBe("dropped 360 weights: 360 of 720 dead");
  expect(second).toBe("dropped 180 weights, regrew 180: 360 of 720 dead");
  expect(third).toMatch(/^dropped 0 .*: 360 of 720 dead$/);
});

it("an event whose growth goes to other layers than its losses ends at the count it had", async () => {
  const run = await openRun(options({ network: residualNetwork() }));
  const ends: number[] = [];
  const phase = await run.train(1, { steps: 6, last: true });
  const rule = phase.rule(2, { at: [2, 6], unit: "steps" });
  for await (const epoch of phase.epochs()) {
    for await (const batch of phase.batches(epoch)) {
      await phase.step(batch);
      if (!rule.due()) continue;
      const regrow = { id: 3, by: "random", allocated: "evenly" } as const;
      await run.prune(2, { structure: "weights", by: sum(abs("w")), drop: 0.2, regrow });
      ends.push(amountRows(run.session)[0]?.achieved ?? NaN);
    }
  }
  await phase.end();
  expect(ends[0]).toBeGreaterThan(0);
  expect(ends).toEqual([ends[0], ends[0]]);
  expect(run.session.record.events.at(-1)?.text).toMatch(/^dropped 0 /);
  run.session.executor.dispose();
});

it("in nested repeats only the last pass of the last pass has no training behind it", async () => {
  const { code } = compile(
    "repeat 2 times { repeat 2 times { train 2 steps { prune weights by magnitude 30% at step 2; regrow random } } }",
  );
  const texts: string[] = [];
  const onProgress: runtime.OnProgress = (event) => event.kind === "event" && texts.push(event.text);
  await loopOf(code ?? "", runtime)(options({ onProgress }));
  const [first, second, third, last] = texts;
  expect(texts.length).toBe(4);
  // Nothing was dead that could have come back.
  expect(first).toMatch(/^dropped \d+ weights: /);
  expect(second).toMatch(/regrew \d+: /);
  expect(third).toMatch(/regrew \d+: /);
  expect(last).toMatch(/^dropped 0 /);
});
