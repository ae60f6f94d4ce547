import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { saveModel } from "../../../runtime/model/index.js";
import { smallNetwork } from "./fixtures.js";
import { runProgram, type Outcome } from "./program.js";

const root = await mkdtemp(join(tmpdir(), "espalier-distillation-"));
afterAll(() => rm(root, { recursive: true, force: true }));
const network = smallNetwork();

const weightsOf = ({ run }: Outcome): readonly Float32Array[] =>
  [...run.session.parameters.values()].map(({ data }) => data);

describe("a phase that learns from a teacher", () => {
  it("learns from the network as loaded once it is smaller, and from a mark as it stood there", async () => {
    const program = (from: string) => `train 1 epoch
mark dense
prune filters by l1 50%
slim
finetune 2 epochs with adam(rate: 0.01) minimizing ${from}`;
    const start = await runProgram(program("distillation(from: start)"), network);
    const mark = await runProgram(program("distillation(from: dense)"), network);
    const plain = await runProgram(program("cross-entropy"), network);
    expect(start.code).toContain('distillation: { from: "start", weight: 1, beside: 0 }');
    expect(mark.code).toContain('await run.mark(2, "dense", { teaches: true });');
    for (const { run } of [start, mark]) {
      expect(run.session.network.layers.find(({ path }) => path === "c1")?.weights[0]?.shape).toEqual([
        3, 3, 1, 3,
      ]);
      const losses = run.session.record.history.flatMap(({ trainLoss }) => trainLoss ?? []);
      expect(losses[2]).toBeLessThan(losses[1] ?? NaN);
    }
    expect(weightsOf(start)).not.toEqual(weightsOf(mark));
    expect(weightsOf(start)).not.toEqual(weightsOf(plain));
  });

  it("measures by the loss alone, and by that of the network where none is named beside the teacher", async () => {
    const alone = await runProgram(
      "train 1 epoch\nfinetune 1 epoch minimizing distillation(from: start)",
      network,
    );
    const beside = await runProgram(
      "train 1 epoch\nfinetune 1 epoch minimizing 1e-9 * loss + distillation(from: start)",
      network,
    );
    const [a, b] = [alone, beside].map(({ run }) => run.session.record.history[1]);
    expect(a?.testLoss).toBeCloseTo(b?.testLoss ?? NaN, 4);
    expect(a?.testLoss).toBeGreaterThan(0.5);
    expect(a?.trainLoss).not.toBeCloseTo(a?.testLoss ?? NaN, 2);
  });

  it("learns from a saved network as from the mark where it was saved", async () => {
    const trained = await runProgram("train 1 epoch", network);
    const folder = join(root, "teacher");
    await saveModel(trained.run.session.network, trained.run.session.parameters, folder);
    const program = (from: string) =>
      `train 1 epoch\nmark dense\nfinetune 1 epoch minimizing cross-entropy + distillation(from: ${from}, temperature: 2)`;
    const file = await runProgram(program(`"${folder}"`), network);
    const mark = await runProgram(program("dense"), network);
    expect(weightsOf(file)).toEqual(weightsOf(mark));
  });

  it("ends as if nothing had been where a process was killed in it, behind a slim", async () => {
    const program = `train 1 epoch
mark dense
prune filters by l1 50%
slim
finetune 1 epoch minimizing 30% * cross-entropy + 70% * distillation(from: dense, temperature: 3)
finetune 1 epoch minimizing distillation(from: start)`;
    const whole = await runProgram(program, network);
    for (const killedAt of [8, 14]) {
      const options = { out: join(root, `killed ${killedAt}`), checkpointEvery: "1steps" };
      let steps = 0;
      const onBatchEnd = (): void => {
        if (++steps === killedAt) throw new Error("killed");
      };
      const killed = runProgram(program, network, { ...options, callbacks: { onBatchEnd } });
      await expect(killed).rejects.toThrow();
      const resumed = await runProgram(program, network, { ...options, resume: true });
      expect(weightsOf(resumed)).toEqual(weightsOf(whole));
    }
  });

  it("is refused a teacher that changed since the checkpoint", async () => {
    const folder = join(root, "changing");
    const { session } = (await runProgram("train 1 epoch", network)).run;
    await saveModel(session.network, session.parameters, folder);
    const program = `train 1 epoch minimizing distillation(from: "${folder}")`;
    const options = { out: join(root, "changed"), checkpointEvery: "1steps" };
    let steps = 0;
    const onBatchEnd = (): void => {
      if (++steps === 3) throw new Error("killed");
    };
    await expect(runProgram(program, network, { ...options, callbacks: { onBatchEnd } })).rejects.toThrow();
    for (const { data } of session.parameters.values()) data[0] = 0.25;
    await saveModel(session.network, session.parameters, folder);
    await expect(runProgram(program, network, { ...options, resume: true })).rejects.toThrow(
      /teacher changed/,
    );
  });
});
