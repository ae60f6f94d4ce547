import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { reportHtml } from "../../../runtime/report/html.js";
import { smallNetwork } from "./fixtures.js";
import { killedAt } from "./killed.js";
import { runProgram, type Outcome } from "./program.js";

const root = await mkdtemp(join(tmpdir(), "espalier-trained-"));
afterAll(() => rm(root, { recursive: true, force: true }));
const network = smallNetwork();
const penalty = "penalize weights by (exp(zeta) * w^2 - zeta) / alive with trained zeta = 0 strength 1";
const zeta = ({ run }: Outcome): number | undefined =>
  run.session.slots.get("penalty 1|zeta")?.["value"]?.[0];

it("what a penalty trains moves with the weights, goes on in a finetune and begins anew in a train", async () => {
  const after = async (more: string) =>
    zeta(
      await runProgram(`${penalty}\ntrain 3 steps with adam(rate: 0.1, weight-decay: 0.1)\n${more}`, network),
    );
  // Less than the price is paid at first: it grows by the rate a step.
  expect(await after("")).toBeCloseTo(0.3, 2);
  expect(await after("finetune 3 steps")).toBeGreaterThan(0.5);
  expect(await after("train 1 step with adam(rate: 0.1)")).toBeCloseTo(0.1, 2);
});

it("log and report say where it has come to at the end of every phase", async () => {
  const outcome = await runProgram(
    `${penalty}\ntrain 3 steps with adam(rate: 0.1)\nfinetune 3 steps`,
    network,
  );
  const { events } = outcome.result.report;
  const told = events.filter(({ kind }) => kind === "penalize");
  expect(told.map(({ id, step }) => [id, step])).toEqual([
    [1, 3],
    [1, 6],
  ]);
  expect(told[1]?.text).toBe(`trained to zeta = ${Number((zeta(outcome) ?? NaN).toPrecision(4))}`);
  expect(told[0]?.text).toMatch(/^trained to zeta = 0\.(29|3)/);
  expect(outcome.told.join("\n")).toContain(told[1]?.text);
  expect(await reportHtml(outcome.result.report)).toContain(told[0]?.text);
});

it("is kept by a slim, and resumed bit for bit", async () => {
  const program = `${penalty}
    train 2 epochs with adam(rate: 0.01) { prune neurons in d1 by l1 20% at step 3; slim at step 4 }
    finetune 1 epoch`;
  const whole = await runProgram(program, network);
  expect(zeta(whole)).toBeGreaterThan(0.1);
  for (const last of [3, 8]) {
    const out = join(root, `killed-${last}`);
    const resumed = await killedAt(last, program, network, { out, checkpointEvery: "1steps" });
    expect(resumed.result.parameters).toEqual(whole.result.parameters);
    expect(zeta(resumed)).toBe(zeta(whole));
  }
});
