import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { smallNetwork } from "../run/fixtures.js";
import { runProgram } from "../run/program.js";

/** A Python that has TensorBoard: without one there is nothing to compare with. `.ci/run` brings one. */
const python = process.env["ESPALIER_PYTHON"] ?? "python3";
const known = spawnSync(python, ["-c", "import tensorboard"], { timeout: 60_000 }).status === 0;
const root = mkdtempSync(join(tmpdir(), "espalier-tensorboard-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Part {
  readonly scalars: Readonly<Record<string, readonly (readonly [number, number])[]>>;
  readonly histograms: Readonly<
    Record<string, readonly (readonly [number, number, number, readonly number[]])[]>
  >;
}

it.skipIf(!known)(
  "TensorBoard's own reader finds what a run wrote, once, when it was killed and resumed",
  async () => {
    const options = { tensorboard: join(root, "board"), out: join(root, "out"), checkpointEvery: "2steps" };
    const program = "train 3 epochs batch 32 { prune filters in c2 by l1 50% at epoch 2 }\nslim";
    const network = smallNetwork();
    const onBatchEnd = (_: number, __: unknown, { step }: { readonly step: number }): void => {
      if (step === 5) throw new Error("killed");
    };
    const killed = runProgram(program, network, { ...options, callbacks: { onBatchEnd } });
    await expect(killed).rejects.toThrow(/killed/);
    const { run } = await runProgram(program, network, { ...options, resume: true });
    const script = fileURLToPath(new URL("../../oracles/read_tensorboard.py", import.meta.url));
    const read = JSON.parse(execFileSync(python, [script, options.tensorboard], { encoding: "utf8" })) as {
      readonly train: Part;
      readonly test: Part;
    };
    const { history } = run.session.record;
    const epochs = history.filter(({ testLoss }) => testLoss !== null);
    const steps = (values: readonly (readonly [number, ...unknown[]])[] | undefined) =>
      values?.map(([step]) => step);
    expect(steps(read.train.scalars["batch_loss"])).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(read.test.scalars["epoch_loss"]).toEqual(
      epochs.map(({ step, testLoss }) => [step, Math.fround(testLoss ?? NaN)]),
    );
    expect(read.train.scalars["size/params"]?.at(-1)).toEqual([9, history.at(-1)?.params]);
    const masks = read.train.histograms["masks/c2/kernel"];
    const [, num = 0, sum = 0, buckets = []] = masks?.[1] ?? [];
    expect([sum, buckets[0], buckets.at(-1)]).toEqual([num / 2, num / 2, num / 2]);
  },
  60_000,
);
