import { openBackend } from "../runtime/backend/index.js";
import { openRun, sgd } from "../runtime/index.js";
import { abs, sum } from "../runtime/expressions.js";
import { hold } from "../core/masks/hold.js";
import type { DataSource } from "../runtime/data/types.js";
import { madeUp, resnet20 } from "./models.js";
import { median, writeResult } from "./result.js";

/**
 * What masks cost in a training step of ResNet-20 at batch 32 with 90 % of the weights and a third of the filters dead: the median time
 * of holding them at zero against the median time of a whole step, in one process.
 */

const SIZE = 32;
const source: DataSource = {
  train: {
    kind: "indexed",
    examples: SIZE * 40,
    gather: (indices) => madeUp(indices.length, [32, 32, 3]),
  },
  test: null,
  describe: () => ({
    name: "made up",
    inputs: [[32, 32, 3]],
    targets: [{ kind: "labels", classes: 10 }],
    train: SIZE * 40,
    test: null,
  }),
};

for (const backend of ["node", "wasm"] as const) {
  const opened = await openBackend({ backend }).catch(() => null);
  if (opened === null) {
    console.log(`backend ${backend} does not open here`);
    continue;
  }
  const run = await openRun({ network: resnet20(), data: source, batch: SIZE, backend });
  await run.prune(1, { structure: "weights", by: abs("w"), scope: "global", to: 0.9 });
  await run.prune(2, { structure: "filters", by: sum(abs("w")), scope: "local", to: 1 / 3 });
  const phase = await run.train(3, { steps: 16, optimizer: sgd({ rate: 0.01, momentum: 0.9 }) });
  const steps: number[] = [];
  const holds: number[] = [];
  for await (const epoch of phase.epochs()) {
    for await (const batch of phase.batches(epoch)) {
      const started = performance.now();
      await phase.step(batch);
      const stepped = performance.now();
      hold(run.session);
      steps.push(stepped - started);
      holds.push(performance.now() - stepped);
    }
  }
  await phase.end();
  const [step, held] = [median(steps.slice(3)), median(holds.slice(3))];
  writeResult(`rules-${backend}`, {
    network: "ResNet-20",
    batch: SIZE,
    milliseconds: { step, masks: held },
    share: held / step,
    limit: 0.03,
  });
}
