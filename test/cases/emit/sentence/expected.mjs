// source.prune, compiled by espalier 0.1.0
import { abs, criterion, openRun, random, runFromCommandLine, sum, w } from "espalier/runtime";

export const settings = {
  network: null, // LayersModel to prune; --network overrides
  data: null, // --data overrides
  epochs: 20, // length of the training; --epochs overrides
  batch: 32, // examples per step, where a phase says nothing; --batch overrides
  seed: 1, // --seed overrides
  program: "ecb38f7a36c6aa2b", // a checkpoint of another program is refused
  source: "source.prune",
  // what the numbers below stand for, in log and report
  statements: { 1: "prune filters by l1 global 50% every 2 epochs", 2: "regrow random", 3: "train" },
};

const l1 = criterion("l1", sum(abs(w)));
const randomScore = criterion("random", random);

export default async function loop(options = {}) {
  const run = await openRun({ ...settings, ...options });
  const epochs = options.epochs ?? settings.epochs;

  // train once, for the rules: nothing says how
  const phase = await run.train(3, { epochs, last: true });
  const prune1 = phase.rule(1, { every: 2, unit: "epochs" });
  for await (const epoch of phase.epochs()) {
    for await (const batch of phase.batches(epoch)) {
      await phase.step(batch); // forward, backward, penalties, update, masks
    }
    // prune filters by l1 global 50% every 2 epochs; regrow random
    if (prune1.due()) {
      await run.prune(1, {
        structure: "filters",
        by: l1,
        scope: "global",
        drop: 0.5,
        regrow: { id: 2, by: randomScore },
      });
    }
  }
  await phase.end();

  return run.finish();
}

// Runs when this file is the program, not when it is imported; a statement that fails is told by its place.
await runFromCommandLine(loop, import.meta.url, { 1: "source.prune:1:1", 3: "source.prune:1:1" });
