import {
  criterion,
  abs,
  adamw,
  add,
  move,
  mul,
  openRun,
  pow,
  sgd,
  sum,
  type RunOptions,
} from "../../../runtime/index.js";

const l1 = sum(abs("w"));
const taylor = criterion("taylor", abs(sum(mul("w", "g"))), { over: "training" });
const l2 = sum(pow("w", 2));

/** A program with something of everything that a checkpoint must carry, as the compiler would write it. */
export async function resumable(options: RunOptions): Promise<unknown> {
  const run = await openRun(options);

  const phase = await run.train(1, {
    epochs: 3,
    optimizer: sgd({ rate: move(0.05, 0.01, "cosine"), momentum: 0.9, weightDecay: 1e-3 }),
    penalties: [{ id: 10, structure: "filters", by: l2, strength: 1e-4 }],
    frozen: [
      { id: 11, structure: "neurons", in: "head", unit: "steps", during: [{ steps: 0 }, { steps: 4 }] },
    ],
    snapshots: [{ epochs: 1 }],
  });
  const prune2 = phase.rule(2, {
    every: 2,
    unit: "steps",
    during: [{ epochs: 1 }, { epochs: 2 }],
    lands: true,
  });
  const prune3 = phase.rule(3, { at: [0, 8], unit: "steps" });
  const slim4 = phase.rule(4, { at: [2], unit: "epochs" });
  const prune7 = phase.rule(7, {
    at: [9, 16],
    unit: "steps",
    accumulate: { structure: "neurons", by: taylor },
  });
  const mark5 = phase.rule(5, { at: [13], unit: "steps" });
  await phase.start();
  if (prune3.due()) await run.prune(3, { structure: "weights", by: "random", drop: 0.1 });
  for await (const epoch of phase.epochs()) {
    for await (const batch of phase.batches(epoch)) {
      await phase.step(batch);
      if (prune2.due())
        await run.prune(2, {
          structure: "weights",
          by: l1,
          scope: "global",
          to: move(0, 0.4, "cubic"),
          in: ["c2", "d1"],
        });
      if (prune3.due())
        await run.prune(3, { structure: "filters", by: l1, drop: 0.2, regrow: { id: 6, by: "random" } });
      if (slim4.due()) await run.slim(4);
      if (prune7.due()) await run.prune(7, { structure: "neurons", by: taylor, drop: 0.1 });
      if (mark5.due()) await run.mark(5, "here");
    }
  }
  await phase.end();

  for await (const pass of run.repeat(20, 3)) {
    await run.prune(21, {
      structure: "units",
      by: add(l1, mul(0.1, l2)),
      scope: "global",
      to: 0.2 + 0.1 * pass,
    });
    await run.rewind(22, { what: ["weights", "optimizer"], to: { phase: 1, point: { epochs: 1 } } });
    const again = await run.train(23, { steps: 7, finetune: true, optimizer: adamw({ rate: 0.003 }) });
    for await (const epoch of again.epochs()) {
      for await (const batch of again.batches(epoch)) await again.step(batch);
    }
    await again.end();
    if (await run.until(20, [">=", "accuracy", 0.999])) break;
  }
  await run.rewind(30, { what: ["weights", "rate"], to: { mark: "here" } });
  await run.slim(31);
  const last = await run.train(32, { epochs: 1.5, last: true });
  for await (const epoch of last.epochs()) {
    for await (const batch of last.batches(epoch)) await last.step(batch);
  }
  await last.end();
  await run.evaluate(33, "test");
  return run.finish();
}
