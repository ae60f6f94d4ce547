import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { holdOutValidation } from "../../../runtime/data/validation.js";
import type { Session } from "../../../runtime/run/host/session.js";
import { quarters, smallNetwork } from "./fixtures.js";
import { killedEvery } from "./killed.js";
import { runProgram } from "./program.js";

const network = smallNetwork();
const root = await mkdtemp(join(tmpdir(), "espalier-keeping-"));
afterAll(() => rm(root, { recursive: true, force: true }));

/** A rate at which the loss on held-out examples soon goes up again. */
const hard = "with adam(rate: 0.1)";

const standing = ({ parameters, slots, state, optimizer }: Session) => ({
  parameters,
  slots,
  state,
  updates: optimizer.updates,
});
const losses = ({ record }: Session): number[] => record.history.flatMap(({ testLoss }) => testLoss ?? []);
const told = ({ record }: Session): string[] =>
  record.events.filter(({ kind }) => kind === "keeping").map(({ text }) => text);

describe("keeping best", () => {
  it("leaves what the best epoch left, and ends after so many epochs without a better one", async () => {
    const whole = await runProgram(`train 12 epochs ${hard}`, network);
    const seen = losses(whole.run.session);
    // The first that none of the three behind it betters.
    const best = 1 + seen.findIndex((loss, i) => seen.slice(0, i + 4).every((other) => other >= loss));
    expect(best).toBeGreaterThan(1);
    expect(best).toBeLessThan(9);
    const { run } = await runProgram(`train 12 epochs ${hard} keeping best by loss patience 3`, network);
    const cut = await runProgram(`train ${best} epochs ${hard}`, network);
    expect(standing(run.session)).toEqual(standing(cut.run.session));
    expect(run.session.clock.epoch).toBe(best + 3);
    expect(told(run.session)).toEqual([
      expect.stringMatching(
        new RegExp(`^went back from epoch \\d+ to the best: epoch ${best} of 12, with a loss of [\\d.]+$`),
      ),
    ]);
    expect(run.session.snapshots.size).toBe(0);
    expect(run.session.record.notes.join()).toMatch(/P6012/);
  });

  it("looks only at the epochs since the masks last changed", async () => {
    const { run, result } = await runProgram(
      `train 8 epochs ${hard} keeping best by loss {
        prune weights by magnitude local to 80% at epoch 6
      }`,
      network,
    );
    expect(Number(/epoch (\d+) of 8/.exec(told(run.session)[0] ?? "")?.[1])).toBeGreaterThanOrEqual(6);
    expect(result.report.amounts[0]?.achieved).toBe(result.report.amounts[0]?.nominal);
  });

  it("goes on as if nothing had been where a process was killed in it", async () => {
    const program = `train 9 epochs ${hard} keeping best by loss patience 3\nprune weights by l1 30%\nfinetune 1 epoch`;
    const whole = await runProgram(program, network, { validation: 0.25 });
    const { run } = await killedEvery(9, program, network, {
      validation: 0.25,
      out: join(root, "killed"),
      checkpointEvery: "2steps",
    });
    expect(standing(run.session)).toEqual(standing(whole.run.session));
    expect(run.session.record.events).toEqual(whole.run.session.record.events);
  });
});

describe("validation", () => {
  it("is a part of the training examples, the same every time, and the rest is trained on", async () => {
    const data = quarters();
    const [one, other] = [holdOutValidation(data, 0.25), holdOutValidation(data, 0.25)];
    const { train, validation } = one;
    if (train.kind !== "indexed" || validation?.kind !== "indexed" || data.train.kind !== "indexed")
      throw new Error("no indexed splits");
    expect([train.examples, validation.examples]).toEqual([72, 24]);
    expect(one.describe()).toMatchObject({ train: 72, test: 48, validation: 24 });
    const rows = async (split: typeof train): Promise<string[]> => {
      const { inputs, size } = await split.gather(Int32Array.from({ length: split.examples }, (_, i) => i));
      return Array.from({ length: size }, (_, i) => String(inputs[0]?.data.slice(64 * i, 64 * i + 64)));
    };
    const [all, left, held] = [await rows(data.train), await rows(train), await rows(validation)];
    expect([...left, ...held].sort()).toEqual(all.sort());
    if (other.validation?.kind === "indexed") expect(await rows(other.validation)).toEqual(held);
    expect(holdOutValidation(one, 0.5)).toBe(one);
  });

  it("is what conditions and choices measure by; the report measures on the test split", async () => {
    const { run, result } = await runProgram(
      "train 2 epochs keeping best by accuracy\nevaluate on validation\nprune filters by l1 20%\nrequire accuracy >= dense.accuracy - 100%",
      network,
      { validation: 0.25 },
    );
    const { baselines, record } = run.session;
    expect(record.events.find(({ kind }) => kind === "evaluate")?.text).toContain("validation: loss");
    expect(baselines.dense?.loss).not.toBe(record.dense?.loss);
    expect(result.report.dense?.loss).toBeGreaterThan(0);
    expect(record.notes.join()).not.toMatch(/P6012/);
    expect(run.session.clock.step).toBe(2 * Math.ceil(72 / 16));
  });

  it.each([
    [0.001, /P7006/],
    [1.5, /P7010/],
    ["0.2", /P7010/],
  ])("of a share of %j is refused", async (validation, code) => {
    const given = { validation: validation as number };
    await expect(runProgram("train 1 epoch", network, given)).rejects.toThrow(code);
  });
});
