import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import type * as executors from "../../../runtime/executor/executor.js";
import type { Batch } from "../../../runtime/types.js";
import { openRun } from "../../../runtime/index.js";
import { options, quarters, smallNetwork } from "../run/fixtures.js";
import { killedEvery } from "../run/killed.js";
import { runProgram } from "../run/program.js";

const network = smallNetwork();
const root = await mkdtemp(join(tmpdir(), "espalier-augment-"));
afterAll(() => rm(root, { recursive: true, force: true }));

const ways = "augment flip, shift 13%, rotate 10, cutout 25%";

const rowsOf = ({ inputs, size }: Batch): string[] =>
  Array.from({ length: size }, (_, row) => String(inputs[0]?.data.slice(64 * row, 64 * row + 64)));

/** Images of all batches that executors are given to train on, to measure on and to score on. */
const seen = { trainStep: [] as string[], evaluate: [] as string[], gradients: [] as string[] };
vi.mock("../../../runtime/executor/executor.js", async (importOriginal) => {
  const original = await importOriginal<typeof executors>();
  return {
    ...original,
    createExecutor(...given: Parameters<typeof original.createExecutor>) {
      const executor = original.createExecutor(...given);
      for (const method of ["trainStep", "evaluate", "gradients"] as const) {
        const own = executor[method].bind(executor) as (batch: Batch, ...rest: unknown[]) => never;
        const spied = (batch: Batch, ...rest: unknown[]) => {
          seen[method].push(...rowsOf(batch));
          return own(batch, ...rest);
        };
        Object.assign(executor, { [method]: spied });
      }
      return executor;
    },
  };
});
beforeEach(() => Object.values(seen).forEach((rows) => rows.splice(0)));

async function given(which: "train" | "test"): Promise<Set<string>> {
  const split = quarters()[which];
  if (split?.kind !== "indexed") throw new Error("the data have indices");
  return new Set(rowsOf(await split.gather(Int32Array.from({ length: split.examples }, (_, i) => i))));
}

describe("train … augment", () => {
  it("alters the batches of training and none that is measured or scored on", async () => {
    const { run } = await runProgram(
      `train 2 epochs ${ways} {
        prune filters by taylor 20% at epoch 1
      }
      evaluate on train`,
      network,
    );
    const { trainStep: trained, evaluate: measured, gradients: scored } = seen;
    const [train, test] = [await given("train"), await given("test")];
    expect(trained.length).toBeGreaterThan(96);
    expect(trained.slice(0, 96).filter((row) => train.has(row)).length).toBeLessThan(20);
    expect(measured.length).toBeGreaterThan(96);
    expect(scored.length).toBeGreaterThan(0);
    expect([...measured, ...scored].filter((row) => !train.has(row) && !test.has(row))).toEqual([]);
    expect(run.session.record.history).toHaveLength(2);
  });

  it("trains a phase that does not say it on the examples as they are", async () => {
    await runProgram(`train 1 epoch ${ways}\nfinetune 1 epoch`, network);
    const train = await given("train");
    expect(seen.trainStep.slice(96).every((row) => train.has(row))).toBe(true);
  });

  it("goes for every phase of a method that is called with it", async () => {
    await runProgram(`method m() { train 1 epoch; finetune 1 epoch }\nm() ${ways}`, network);
    const train = await given("train");
    expect(seen.trainStep.slice(96).filter((row) => train.has(row)).length).toBeLessThan(20);
  });

  it("ends in the same bytes where a process was killed in it, with a slim between", async () => {
    const program = `train 3 epochs ${ways} { prune filters by l1 20% at epoch 1; slim at epoch 2 }`;
    const whole = await runProgram(program, network);
    const { run, kills } = await killedEvery(5, program, network, {
      out: join(root, "killed"),
      checkpointEvery: "1steps",
    });
    expect(kills).toBeGreaterThan(1);
    expect(run.session.parameters).toEqual(whole.run.session.parameters);
    expect(run.session.record.history).toEqual(whole.run.session.record.history);
  });

  it("refuses from a loop what no program can say", async () => {
    const run = await openRun(options({ network }));
    await expect(run.train(1, { epochs: 1, augment: { swirl: 1 } })).rejects.toThrow(/P7010/);
  });
});
