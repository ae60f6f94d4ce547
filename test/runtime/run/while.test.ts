import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { costs } from "../../../core/network/costs.js";
import type { Session } from "../../../runtime/run/host/session.js";
import { measuresNow } from "../../../runtime/run/report/sizes.js";
import { residualNetwork, smallNetwork } from "./fixtures.js";
import { killedEvery } from "./killed.js";
import { runProgram } from "./program.js";

const network = smallNetwork();
const root = await mkdtemp(join(tmpdir(), "espalier-while-"));
afterAll(() => rm(root, { recursive: true, force: true }));

/** All that a run goes on from, clocks and logs aside. */
const standing = ({ parameters, slots, state, optimizer, snapshots, network, ...session }: Session) => ({
  parameters,
  slots,
  state,
  optimizer,
  snapshots,
  topology: network.topology,
  slims: session.slims,
  collapses: session.collapses,
  dense: session.record.dense,
  amounts: session.record.amounts,
});

const told = (session: Session): string[] =>
  session.record.events.filter(({ kind }) => kind === "while").map(({ text }) => text);

/** One pass of everything that a pass can change. */
const pass = `{
  prune filters by l1 global 20% allowing collapse
  prune weights in head by magnitude 20%
  mark here
  finetune 1 epoch with sgd(rate: 0.05, momentum: 0.9)
  slim
  train 2 steps with adam(rate: 0.01) minimizing mean-squared-error
  rewind weights, optimizer to start
}`;

describe("the pass that breaks `while`", () => {
  it.each([
    ["small", network],
    ["residual", residualNetwork()],
  ])("is undone whole: what stands is what two passes leave, on the %s network", async (_, path) => {
    const before = "train 1 epoch with sgd(rate: 0.05, momentum: 0.9)\nprune weights by l1 10%\nmark here";
    const two = await runProgram(`${before}\nrepeat 2 times ${pass}`, path);
    const { macs } = measuresNow(two.run.session);
    const three = await runProgram(`${before}\nrepeat up to 5 times while macs >= ${macs} ${pass}`, path);
    expect(standing(three.run.session)).toEqual(standing(two.run.session));
    expect(three.result.parameters).toEqual(two.result.parameters);
    expect(three.result.metrics.accuracy).toBe(two.result.metrics.accuracy);
    expect(told(three.run.session)).toEqual([
      expect.stringMatching(/^pass 1 of 5 holds: macs is [\d,]+$/),
      expect.stringMatching(/^pass 2 of 5 holds: macs is [\d,]+$/),
      expect.stringMatching(
        /^pass 3 of 5 does not hold and is undone, back to what pass 2 left: macs is [\d,]+$/,
      ),
    ]);
    expect(three.result.report.history.at(-1)?.macs).toBe(macs);
  });

  it("is the first of them: what stood before the loop stands again, uncut", async () => {
    const plain = await runProgram("train 1 epoch", network);
    const undone = await runProgram(
      `train 1 epoch\nrepeat up to 5 times while params >= 100% ${pass}`,
      network,
    );
    expect(standing(undone.run.session)).toEqual(standing(plain.run.session));
    expect(undone.result.report.dense).toBeNull();
    expect(told(undone.run.session)).toEqual([
      expect.stringMatching(/^pass 1 of 5 does not hold and is undone, back to what stood before the loop: /),
    ]);
  });

  it("does not come where the condition fails before it", async () => {
    const { run } = await runProgram(`repeat up to 5 times while macs <= 10% ${pass}`, network);
    expect(told(run.session)).toEqual([
      expect.stringMatching(/^does not hold before the first pass, so there is none: /),
    ]);
    expect(run.session.record.events).toHaveLength(1);
  });

  it("may be an inner one, and the outer goes on", async () => {
    const { run } = await runProgram(
      `repeat up to 3 times while params >= 30% {
        prune filters by l1 global 10%
        repeat up to 9 times while macs >= 60% { prune units by random global 10%; slim }
      }`,
      network,
    );
    const { session } = run;
    expect(told(session).filter((text) => text.includes("undone")).length).toBeGreaterThan(0);
    expect(session.lastGood.size).toBe(0);
    expect(session.repeats).toEqual([]);
    const whole = costs(session.loaded);
    expect(costs(session.network).macs / whole.macs).toBeGreaterThanOrEqual(0.6);
  });

  it("is not ended by an `until` that would hold", async () => {
    const { run } = await runProgram(
      "repeat up to 9 times while macs >= 70% { prune filters by l1 global 30%; slim } until macs <= 70%",
      network,
    );
    expect(run.session.record.events.filter(({ kind }) => kind === "until")).toEqual([]);
    expect(told(run.session).at(-1)).toMatch(/undone/);
  });
});

it("accuracies are compared with the dense network, at every pass", async () => {
  const { run } = await runProgram(
    `train 4 epochs with sgd(rate: 0.05, momentum: 0.9)
    repeat up to 8 times while accuracy >= dense.accuracy - 10% {
      prune units by l1 global 30%
      slim
    }`,
    network,
  );
  const { record, evaluated, baselines } = run.session;
  expect(told(run.session).at(-1)).toMatch(/accuracy is [\d.]+%; dense\.accuracy is [\d.]+%$/);
  const accuracy = evaluated[0]?.accuracy;
  expect(accuracy).toBeGreaterThanOrEqual((baselines.dense?.accuracy ?? 1) - 0.1);
  expect(record.events.filter(({ kind }) => kind === "slim").length).toBeGreaterThan(1);
});

describe("a run that is killed in such a loop and resumed", () => {
  const program = `train 1 epoch with sgd(rate: 0.05, momentum: 0.9) minimizing mean-squared-error
    prune weights by l1 10%
    mark here
    repeat up to 2 times {
      repeat up to 5 times while macs >= 65% and loss <= dense.loss + 5 ${pass}
      finetune 3 steps
    }
    rewind weights to here
    finetune 1 epoch`;

  it("ends as if it had not been, wherever it was killed", async () => {
    const whole = await runProgram(program, network);
    expect(told(whole.run.session).filter((text) => text.includes("undone")).length).toBeGreaterThan(0);
    const killed = await killedEvery(3, program, network, {
      out: join(root, "killed"),
      checkpointEvery: "1steps",
    });
    expect(standing(killed.run.session)).toEqual(standing(whole.run.session));
    expect(killed.run.session.record.events).toEqual(whole.run.session.record.events);
    expect(killed.run.session.record.history).toEqual(whole.run.session.record.history);
    expect(killed.written).toBeGreaterThan(20);
  });
});
