// source.prune, compiled by espalier 0.1.0 for net: 14 units, 1,204 parameters, 69,152 MACs
import { abs, criterion, le, move, mul, openRun, runFromCommandLine, sgd, sum, w } from "espalier/runtime";

export const settings = {
  network: "plain.json", // LayersModel to prune; --network overrides
  data: "mnist", // --data overrides
  batch: 32, // examples per step, where a phase says nothing; --batch overrides
  seed: 1, // --seed overrides
  program: "bcefe46a6818e74c", // a checkpoint of another program is refused
  layers: "4cc42191e1a1a15b", // a network of other layers is refused
  source: "source.prune",
  // what the numbers below stand for, in log and report
  statements: {
    1: "penalize filters by l1 strength 1e-4",
    2: "prune filters by l1 normalized by mean per layer global from 0% to 50% cubic every epoch during epochs 2..8",
    3: "evaluate every 5 epochs",
    4: "train 10 epochs batch 64 with sgd(rate: 0.1 -> 0 cosine, momentum: 0.9, nesterov: 1)",
    5: "slim",
    6: "finetune 2 epochs batch 64",
    7: "require macs <= 60%",
  },
};

const l1 = criterion("l1", sum(abs(w)));

export default async function loop(options = {}) {
  const run = await openRun({ ...settings, ...options });

  // train 10 epochs batch 64 with sgd(rate: 0.1 -> 0 cosine, momentum: 0.9, nesterov: 1)
  const phase = await run.train(4, {
    epochs: 10,
    batch: 64,
    optimizer: sgd({ rate: move(0.1, 0, "cosine"), momentum: 0.9, nesterov: true }),
    penalties: [
      {
        // penalize filters by l1 strength 1e-4
        id: 1,
        structure: "filters",
        layers: ["conv2d_1", "conv2d_2", "conv2d_3"],
        by: l1,
        strength: 0.0001,
      },
    ],
  });
  // ends of epochs 2, 3, 4 … 8; 3 of 14 dead after the first, 7 after the last
  const prune2 = phase.rule(2, {
    every: 1,
    unit: "epochs",
    during: [{ epochs: 2 }, { epochs: 8 }],
    lands: true,
  });
  // ends of epochs 5, 10
  const evaluate3 = phase.rule(3, { every: 5, unit: "epochs" });
  for await (const epoch of phase.epochs()) {
    for await (const batch of phase.batches(epoch)) {
      await phase.step(batch); // forward, backward, penalties, update, masks
    }
    // prune filters by l1 normalized by mean per layer global from 0% to 50% cubic every epoch during epochs
    //   2..8
    if (prune2.due()) {
      await run.prune(2, {
        structure: "filters",
        layers: ["conv2d_1", "conv2d_2", "conv2d_3"],
        by: l1,
        normalized: "mean",
        scope: "global",
        to: move(0, 0.5, "cubic"),
      });
    }
    // evaluate every 5 epochs
    if (evaluate3.due()) await run.evaluate(3);
  }
  await phase.end();

  // slim
  await run.slim(5);

  // finetune 2 epochs batch 64
  const phase2 = await run.train(6, { epochs: 2, finetune: true, batch: 64 });
  for await (const epoch of phase2.epochs()) {
    for await (const batch of phase2.batches(epoch)) {
      await phase2.step(batch); // forward, backward, penalties, update, masks
    }
  }
  await phase2.end();

  // require macs <= 60%
  await run.require(7, le("macs", mul(0.6, "start.macs")));

  return run.finish();
}

// Runs when this file is the program, not when it is imported; a statement that fails is told by its place.
await runFromCommandLine(loop, import.meta.url, {
  1: "source.prune:5:3",
  2: "source.prune:6:3",
  3: "source.prune:7:3",
  4: "source.prune:4:1",
  5: "source.prune:9:1",
  6: "source.prune:10:1",
  7: "source.prune:11:1",
});
