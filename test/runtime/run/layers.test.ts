import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { abs, openRun, sgd, sum, type OpenRun } from "../../../runtime/index.js";
import { options, residualNetwork } from "./fixtures.js";

async function train(run: OpenRun, id: number, each: () => void = () => undefined): Promise<void> {
  const optimizer = sgd({ rate: 0.05, momentum: 0.9, weightDecay: 0.01 });
  const phase = await run.train(id, { steps: 8, optimizer });
  for await (const epoch of phase.epochs()) {
    for await (const batch of phase.batches(epoch)) {
      await phase.step(batch);
      each();
    }
  }
  await phase.end();
}

function outputs(run: OpenRun): number[] {
  const data = Float32Array.from({ length: 5 * 64 }, (_, i) => Math.sin(i * i));
  return run.session.executor
    .predict([{ kind: "dense", data, shape: [5, 8, 8, 1] }])
    .flatMap(({ data: values }) => [...values]);
}

it("a layer that was pruned stays silent while the network trains on, and slims without a word about collapse", async () => {
  const run = await openRun(options({ network: residualNetwork() }));
  await train(run, 1);
  await run.prune(2, { structure: "layers", by: sum(abs("w")), scope: "global", drop: 0.5 });
  const gone = run.session.parameters.get("x1/kernel")?.data.every((w) => w === 0) ? "x" : "y";
  const shifts = [`${gone}2n/gamma`, `${gone}2n/beta`, `${gone}2n/moving_mean`, `${gone}2/bias`];
  await train(run, 3, () => {
    for (const key of shifts) {
      expect(run.session.parameters.get(key)?.data.every((w) => w === 0)).toBe(true);
      for (const slot of Object.values(run.session.slots.get(key) ?? {}))
        expect(slot.every((v) => v === 0)).toBe(true);
    }
  });
  const before = outputs(run);
  await run.slim(4);
  expect(run.session.network.layers.some(({ path }) => path === `${gone}1` || path === `${gone}2`)).toBe(
    false,
  );
  outputs(run).forEach((value, i) => expect(value).toBeCloseTo(before[i] ?? NaN, 5));
  await train(run, 5);
  run.session.executor.dispose();
});

it("what falls with an emptied branch is noted as dead, so that the masks of the run leave it out elsewhere too", async () => {
  const network = residualNetwork({ deep: true });
  const out = await mkdtemp(join(tmpdir(), "espalier-layers-"));
  const run = await openRun(options({ network, out }));
  const all = { structure: "filters", in: ["x1"], by: sum(abs("w")), scope: "local" } as const;
  await run.prune(1, { ...all, drop: 1, keeping: 0, collapse: true });
  await run.slim(2);
  const { network: slimmed, loaded, state } = run.session;
  const left = new Set(slimmed.units.map(({ root }) => root));
  const gone = loaded.units.filter(({ root }) => !left.has(root));
  expect(gone).toHaveLength(6 + 5);
  for (const { channels } of gone) for (const channel of channels) expect(state.channels[channel]).toBe(1);
  await run.finish();

  const other = await openRun(options({ network }));
  await other.load(1, "masks", out);
  for (const { root } of gone) expect(other.session.state.channels[root]).toBe(1);
  other.session.executor.dispose();
  await rm(out, { recursive: true, force: true });
});
