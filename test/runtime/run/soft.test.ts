import { expect, test } from "vitest";
import { abs, openRun, sgd, sum, type OpenRun } from "../../../runtime/index.js";
import { options, residualNetwork, smallNetwork } from "./fixtures.js";

async function train(run: OpenRun, id: number, steps: number): Promise<void> {
  const phase = await run.train(id, { steps, optimizer: sgd({ rate: 0.2 }) });
  for await (const epoch of phase.epochs())
    for await (const batch of phase.batches(epoch)) await phase.step(batch);
  await phase.end();
}

const values = (run: OpenRun, key: string): Float32Array =>
  run.session.parameters.get(key)?.data.slice() ?? new Float32Array(0);
const norm = (kernel: Float32Array, filter: number): number =>
  kernel.reduce((total, value, i) => total + (i % 6 === filter ? Math.abs(value) : 0), 0);

test("filters that died softly keep scale and shift, through which they grow back without momentum", async () => {
  const run = await openRun(options({ network: smallNetwork() }));
  await train(run, 1, 12);
  const [gamma, beta] = [values(run, "b1/gamma"), values(run, "b1/beta")];
  const spec = { structure: "filters", in: ["c1"], by: sum(abs("w")), drop: 0.5, manner: "softly" } as const;
  await run.prune(2, { ...spec, scope: "local" });
  expect(values(run, "b1/gamma")).toEqual(gamma);
  expect(values(run, "b1/beta")).toEqual(beta);
  const zeroed = [0, 1, 2, 3, 4, 5].filter((filter) => norm(values(run, "c1/kernel"), filter) === 0);
  expect(zeroed).toHaveLength(3);
  await train(run, 3, 3);
  // Under a rectifier only what a positive shift leaves switched on gets a gradient.
  const lit = zeroed.filter((filter) => (beta[filter] ?? 0) > 0);
  expect(lit.length).toBeGreaterThan(0);
  for (const filter of lit) expect(norm(values(run, "c1/kernel"), filter)).toBeGreaterThan(0);
});

test("slim says how many units it held, however many channels they tie together", async () => {
  const run = await openRun(options({ network: residualNetwork() }));
  const spec = { structure: "units", in: ["stem", "x2", "y2"], by: sum(abs("w")), manner: "softly" } as const;
  await run.prune(1, { ...spec, count: 1, scope: "global" });
  await run.prune(2, { structure: "weights", in: ["head"], by: sum(abs("w")), count: 3, manner: "latently" });
  await run.slim(3);
  expect(run.session.record.notes).toContainEqual(
    expect.stringMatching(
      /^slim held 1 unit and 3 weights free to grow back, which moved the output by at most /,
    ),
  );
});
