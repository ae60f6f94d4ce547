// source.prune, compiled by espalier 0.1.0
import { abs, criterion, g, move, openRun, random, runFromCommandLine, w } from "espalier/runtime";

export const settings = {
  network: null, // LayersModel to prune; --network overrides
  data: null, // --data overrides
  batch: 32, // examples per step, where a phase says nothing; --batch overrides
  seed: 1, // --seed overrides
  program: "647a1b4b2f7e6e6f", // a checkpoint of another program is refused
  source: "source.prune",
  // what the numbers below stand for, in log and report
  statements: {
    1: "prune weights by random erk to sparsity",
    2: "prune weights by magnitude local amount share -> 0% cosine every interval during 0%..end",
    3: "regrow by abs(g) with batch statistics including dropped",
    4: "train epochs",
  },
};

const randomScore = criterion("random", random);
const magnitude = criterion("magnitude", abs(w));
const score = criterion("abs(g)", abs(g), { statistics: "batch" });

export default async function loop(options = {}) {
  const run = await openRun({ ...settings, ...options });

  // rigl(sparsity: 80%):
  // prune weights by random erk to sparsity
  await run.prune(1, { structure: "weights", by: randomScore, scope: "erk", to: 0.8 });

  // train epochs
  const phase = await run.train(4, { epochs: 100, last: true });
  const prune2 = phase.rule(2, { every: 100, unit: "steps", during: [{ share: 0 }, { share: 0.75 }] });
  for await (const epoch of phase.epochs()) {
    for await (const batch of phase.batches(epoch)) {
      await phase.step(batch); // forward, backward, penalties, update, masks
      // prune weights by magnitude local amount share -> 0% cosine every interval during 0%..end; regrow by
      //   abs(g) with batch statistics including dropped
      if (prune2.due()) {
        await run.prune(2, {
          structure: "weights",
          by: magnitude,
          drop: move(0.3, 0, "cosine"),
          regrow: { id: 3, by: score, includingDropped: true },
        });
      }
    }
  }
  await phase.end();

  return run.finish();
}

// Runs when this file is the program, not when it is imported; a statement that fails is told by its place.
await runFromCommandLine(loop, import.meta.url, {
  1: "std/rigl.prune:8:3",
  2: "std/rigl.prune:10:5",
  4: "std/rigl.prune:9:3",
});
