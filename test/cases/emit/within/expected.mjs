// source.prune, compiled by espalier 0.1.0 for net: 14 units, 1,204 parameters, 69,152 MACs
import { abs, and, criterion, ge, le, mul, openRun, runFromCommandLine, sub, sum, w } from "espalier/runtime";

export const settings = {
  network: null, // LayersModel to prune; --network overrides
  data: null, // --data overrides
  batch: 32, // examples per step, where a phase says nothing; --batch overrides
  seed: 1, // --seed overrides
  program: "1d0bd197b2a59bf3", // a checkpoint of another program is refused
  layers: "4cc42191e1a1a15b", // a network of other layers is refused
  compares: ["start", "dense"],
  source: "source.prune",
  // what the numbers below stand for, in log and report
  statements: {
    1: "train 20 epochs",
    2: "repeat up to 10 times as i while accuracy >= dense.accuracy - 1% and loss <= 2 * dense.loss",
    3: "prune filters by l1 global amount 5% * i",
    4: "repeat up to 3 times while params >= 50%",
    5: "finetune 1 epoch",
    6: "slim",
  },
};

const l1 = criterion("l1", sum(abs(w)));

export default async function loop(options = {}) {
  const run = await openRun({ ...settings, ...options });

  // train 20 epochs
  const phase = await run.train(1, { epochs: 20, accuracy: true });
  for await (const epoch of phase.epochs()) {
    for await (const batch of phase.batches(epoch)) {
      await phase.step(batch); // forward, backward, penalties, update, masks
    }
  }
  await phase.end();

  // repeat up to 10 times as i while accuracy >= dense.accuracy - 1% and loss <= 2 * dense.loss
  for await (const i of run.repeat(2, 10, {
    while: and(ge("accuracy", sub("dense.accuracy", 0.01)), le("loss", mul(2, "dense.loss"))),
  })) {
    // prune filters by l1 global amount 5% * i
    await run.prune(3, {
      structure: "filters",
      layers: ["conv2d_1", "conv2d_2", "conv2d_3"],
      by: l1,
      scope: "global",
      drop: 0.05 * i,
    });

    // repeat up to 3 times while params >= 50%
    for await (const pass of run.repeat(4, 3, { while: ge("params", mul(0.5, "start.params")) })) {
      // finetune 1 epoch
      const phase2 = await run.train(5, { epochs: 1, finetune: true });
      for await (const epoch of phase2.epochs()) {
        for await (const batch of phase2.batches(epoch)) {
          await phase2.step(batch); // forward, backward, penalties, update, masks
        }
      }
      await phase2.end();

      if (await run.until(4, ge("accuracy", "start.accuracy"))) break;
    }
  }

  // slim
  await run.slim(6);

  return run.finish();
}

// Runs when this file is the program, not when it is imported; a statement that fails is told by its place.
await runFromCommandLine(loop, import.meta.url, {
  1: "source.prune:2:1",
  2: "source.prune:3:1",
  3: "source.prune:4:3",
  4: "source.prune:5:3",
  5: "source.prune:5:46",
  6: "source.prune:7:1",
});
