import { describe, expect, it } from "vitest";
import { quarters, smallNetwork } from "./fixtures.js";
import { runProgram } from "./program.js";

const network = smallNetwork();

/** A program that requires what cannot be, so that the failure tells what was compared. */
const compared = async (program: string, data = quarters()): Promise<string> => {
  const failed = await runProgram(program, network, { data }).catch((cause: unknown) => cause);
  return String(
    (failed as { diagnostics?: { notes?: string[] }[] }).diagnostics?.[0]?.notes?.join() ?? failed,
  );
};

describe("dense", () => {
  it("is the network just before the first event that cuts", async () => {
    const { run } = await runProgram(
      `train 1 epoch
      prune filters by l1 to 0%
      train 3 epochs
      evaluate
      prune filters by l1 global 40%
      train 1 epoch
      prune filters by l1 global 40%
      require accuracy >= dense.accuracy - 100% and loss >= dense.loss - 100`,
      network,
    );
    const { dense, events, history } = run.session.record;
    expect(dense).toMatchObject({ step: 24, epoch: 4 });
    const before = history.find(({ step, testLoss }) => step === 24 && testLoss !== null);
    expect([dense?.loss, dense?.accuracy]).toEqual([before?.testLoss, before?.testAccuracy]);
    expect(run.session.baselines.dense).toEqual({ loss: dense?.loss, accuracy: dense?.accuracy });
    expect(events.find(({ kind }) => kind === "require")?.text).toMatch(
      /^holds: accuracy is [\d.]+%; loss is [\d.]+; dense\.accuracy is [\d.]+%; dense\.loss is [\d.]+$/,
    );
  });

  it("is what stands, as long as nothing was cut", async () => {
    expect(await compared("train 1 epoch\nrequire accuracy > dense.accuracy")).toMatch(
      /^accuracy is ([\d.]+%); dense\.accuracy is \1$/,
    );
    const { result } = await runProgram("train 1 epoch", network);
    expect(result.report.dense).toBeNull();
  });

  it("is measured on the training data where nothing is held out", async () => {
    const whole = quarters();
    const data = { ...whole, test: null, describe: () => ({ ...whole.describe(), test: null }) };
    const { run } = await runProgram(
      "prune filters by l1 50%\nrequire loss >= dense.loss - 100 and loss >= start.loss - 100",
      network,
      { data },
    );
    const { start, dense } = run.session.baselines;
    expect(dense?.loss).toBeGreaterThan(0);
    expect(start).toEqual(dense);
    expect(run.session.record.dense).toMatchObject({ accuracy: null, loss: null });
  });
});

it("start is the network as loaded, best the best of all that was measured on held-out data", async () => {
  const { run } = await runProgram(
    `train 4 epochs
    prune filters by l1 50%
    require best.accuracy >= accuracy and best.loss <= loss and start.accuracy >= 0%`,
    network,
  );
  const { before, history } = run.session.record;
  const { start, best } = run.session.baselines;
  expect(start).toEqual({ accuracy: before?.accuracy, loss: before?.loss });
  const measured = (of: "testAccuracy" | "testLoss"): number[] => history.flatMap((point) => point[of] ?? []);
  expect(best.accuracy).toBe(Math.max(before?.accuracy ?? 0, ...measured("testAccuracy")));
  expect(best.loss).toBe(Math.min(before?.loss ?? 0, ...measured("testLoss")));
});

describe("until says what it ended, and by what", () => {
  it.each([
    [
      "repeat 4 times { prune filters by l1 20% } until macs <= 70%",
      /^ended the loop after pass [23] of 4: macs is [\d,]+, [\d.]+% of [\d,]+$/,
    ],
    ["train 5 epochs until loss < 100", /^ended the phase after epoch 1 of 5: loss is [\d.]+$/],
  ])("%s", async (program, text) => {
    const { run } = await runProgram(program, network);
    const told = run.session.record.events.filter(({ kind }) => kind === "until");
    expect(told.map((one) => one.text)).toEqual([expect.stringMatching(text)]);
  });
});
