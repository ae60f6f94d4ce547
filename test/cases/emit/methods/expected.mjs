// source.prune, compiled by espalier 0.1.0
import { abs, criterion, ge, openRun, runFromCommandLine, w } from "espalier/runtime";

export const settings = {
  network: null, // LayersModel to prune; --network overrides
  data: null, // --data overrides
  batch: 32, // examples per step, where a phase says nothing; --batch overrides
  seed: 1, // --seed overrides
  program: "29d1cf700249a187", // a checkpoint of another program is refused
  source: "source.prune",
  // what the numbers below stand for, in log and report
  statements: {
    1: "train epochs",
    2: "repeat rounds times as i",
    3: "prune weights by magnitude local to sparsity * i / rounds",
    4: "finetune retrain",
    5: "evaluate",
    6: "require accuracy >= 97%",
    7: "save \"out\"",
  },
};

const magnitude = criterion("magnitude", abs(w));

export default async function loop(options = {}) {
  const run = await openRun({ ...settings, ...options });

  // han(sparsity: sparsity):
  // train epochs
  const phase = await run.train(1, { epochs: 10, accuracy: true });
  for await (const epoch of phase.epochs()) {
    for await (const batch of phase.batches(epoch)) {
      await phase.step(batch); // forward, backward, penalties, update, masks
    }
  }
  await phase.end();

  // repeat rounds times as i
  for await (const i of run.repeat(2, 5)) {
    // prune weights by magnitude local to sparsity * i / rounds
    await run.prune(3, { structure: "weights", by: magnitude, to: (0.9 * i) / 5 });

    // finetune retrain
    const phase2 = await run.train(4, { epochs: 10, finetune: true });
    for await (const epoch of phase2.epochs()) {
      for await (const batch of phase2.batches(epoch)) {
        await phase2.step(batch); // forward, backward, penalties, update, masks
      }
    }
    await phase2.end();
  }

  // evaluate
  await run.evaluate(5);

  // require accuracy >= 97%
  await run.require(6, ge("accuracy", 0.97));

  // save "out"
  await run.save(7, "out");

  return run.finish();
}

// Runs when this file is the program, not when it is imported; a statement that fails is told by its place.
await runFromCommandLine(loop, import.meta.url, {
  1: "std/han.prune:8:3",
  2: "std/han.prune:9:3",
  3: "std/han.prune:10:5",
  4: "std/han.prune:11:5",
  5: "source.prune:7:1",
  6: "source.prune:8:1",
  7: "source.prune:9:1",
});
