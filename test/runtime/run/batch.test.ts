import { expect, it } from "vitest";
import { openRun, type TrainSpec } from "../../../runtime/index.js";
import { options, quarters } from "./fixtures.js";

it("a finetune keeps the batch of the phase before where it names none, a train goes back to the host's", async () => {
  const run = await openRun(options({ data: quarters(96), batch: 16 }));
  const sizes = async (id: number, spec: TrainSpec): Promise<readonly number[]> => {
    const phase = await run.train(id, spec);
    const found: number[] = [];
    for await (const epoch of phase.epochs())
      for await (const batch of phase.batches(epoch)) {
        found.push(batch.size);
        await phase.step(batch);
      }
    await phase.end();
    return found;
  };
  expect(await sizes(1, { epochs: 1, finetune: true })).toEqual([16, 16, 16, 16, 16, 16]);
  expect(await sizes(2, { epochs: 1, batch: 48 })).toEqual([48, 48]);
  expect(await sizes(3, { epochs: 1, finetune: true })).toEqual([48, 48]);
  expect(await sizes(4, { epochs: 1, finetune: true, batch: 32 })).toEqual([32, 32, 32]);
  expect(await sizes(5, { epochs: 1, finetune: true })).toEqual([32, 32, 32]);
  expect(await sizes(6, { epochs: 1 })).toHaveLength(6);
});
