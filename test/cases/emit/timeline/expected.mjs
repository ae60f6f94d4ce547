// source.prune, compiled by espalier 0.1.0
import { a, abs, criterion, ga, lt, mul, openRun, runFromCommandLine, sum, w } from "espalier/runtime";

export const settings = {
  network: null, // LayersModel to prune; --network overrides
  data: null, // --data overrides
  batch: 32, // examples per step, where a phase says nothing; --batch overrides
  seed: 1, // --seed overrides
  program: "9540d6bc6506ac64", // a checkpoint of another program is refused
  source: "source.prune",
  // what the numbers below stand for, in log and report
  statements: {
    1: "mark begin",
    2: "train 500 steps",
    3: "repeat 3 times as i",
    4: "prune weights by magnitude global to 30% * i",
    5: "rewind weights to begin",
    6: "train 500 steps",
    7: "for each layer as L in conv*",
    8: "prune filters in L by saliency over 4 batches 10%",
    9: "reinitialize",
    10: "shuffle masks",
    11: "slim",
  },
};

const magnitude = criterion("magnitude", abs(w));
const saliency = criterion("saliency", abs(sum(mul(a, ga))), { over: 4 });

export default async function loop(options = {}) {
  const run = await openRun({ ...settings, ...options });

  // mark begin
  await run.mark(1, "begin");

  // train 500 steps
  const phase = await run.train(2, { steps: 500, accuracy: true });
  for await (const epoch of phase.epochs()) {
    for await (const batch of phase.batches(epoch)) {
      await phase.step(batch); // forward, backward, penalties, update, masks
    }
  }
  await phase.end();

  // repeat 3 times as i
  for await (const i of run.repeat(3, 3)) {
    // prune weights by magnitude global to 30% * i
    await run.prune(4, { structure: "weights", by: magnitude, scope: "global", to: 0.3 * i });

    // rewind weights to begin
    await run.rewind(5, { what: ["weights"], to: { mark: "begin" } });

    // train 500 steps
    const phase2 = await run.train(6, { steps: 500 });
    for await (const epoch of phase2.epochs()) {
      for await (const batch of phase2.batches(epoch)) {
        await phase2.step(batch); // forward, backward, penalties, update, masks
      }
    }
    await phase2.end();

    if (await run.until(3, lt("accuracy", 0.5))) break;
  }

  // for each layer as L in conv*
  for await (const L of run.layers(7, { in: "conv*" })) {
    // prune filters in L by saliency over 4 batches 10%
    await run.prune(8, { structure: "filters", in: { layer: L }, by: saliency, drop: 0.1 });
  }

  // reinitialize
  await run.reinitialize(9);

  // shuffle masks
  await run.shuffle(10);

  // slim
  await run.slim(11);

  return run.finish();
}

// Runs when this file is the program, not when it is imported; a statement that fails is told by its place.
await runFromCommandLine(loop, import.meta.url, {
  1: "source.prune:3:1",
  2: "source.prune:4:1",
  3: "source.prune:5:1",
  4: "source.prune:6:3",
  5: "source.prune:7:3",
  6: "source.prune:8:3",
  7: "source.prune:10:1",
  8: "source.prune:11:3",
  9: "source.prune:13:1",
  10: "source.prune:14:1",
  11: "source.prune:15:1",
});
