import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { randomStream } from "../../../core/random.js";
import { runStock } from "../../helpers/stock.js";
import { residualNetwork, smallNetwork } from "./fixtures.js";
import { killedAt } from "./killed.js";
import { runProgram, type Outcome } from "./program.js";

const root = mkdtempSync(join(tmpdir(), "espalier-compensate-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const network = smallNetwork();

/** How far the outputs of each re-fitted layer are off, and were, in percent. */
const refitted = ({ run }: Outcome): readonly { layer: string; is: number; was: number }[] =>
  run.session.record.notes.flatMap((note) => {
    const found = /`(.+)` re-fitted: its outputs are off by (.+) % \((.+) % before\)/.exec(note);
    return found === null ? [] : [{ layer: found[1] ?? "", is: Number(found[2]), was: Number(found[3]) }];
  });

const changed = (one: Outcome, other: Outcome): string[] =>
  [...one.run.session.parameters].flatMap(([key, { data }]) => {
    const beside = other.run.session.parameters.get(key)?.data;
    return data.some((value, i) => value !== beside?.[i]) ? [key] : [];
  });

/** What a run's network gives for noise, as stock TensorFlow.js computes it. */
async function outputs({ result }: Outcome): Promise<number[]> {
  const stream = randomStream(7, "images");
  const images = Float32Array.from({ length: 5 * 64 }, (_, i) => stream.normal(i));
  const { outputs: all } = await runStock(result.network, result.parameters, [images], 5);
  return [...(all[0] ?? [])];
}

describe("compensating", () => {
  it.each(["least-squares", "obs"])(
    "by %s re-fits what reads the units that went, and nothing else",
    async (by) => {
      const cut = "train 1 epoch\nprune filters by l1 50%";
      const plain = await runProgram(cut, network);
      const made = await runProgram(`${cut} compensating by ${by} over 6 batches`, network);
      expect(made.run.session.state).toEqual(plain.run.session.state);
      expect(refitted(made).map(({ layer }) => layer)).toEqual(["c2", "d1"]);
      for (const { is, was } of refitted(made)) expect(is).toBeLessThan(0.95 * was);
      expect(changed(made, plain)).toEqual(["c2/kernel", "c2/bias", "d1/kernel", "d1/bias"]);
    },
  );

  it("re-fits the layers that lost single weights, the dead ones stay zero", async () => {
    const cut = "prune weights in d1, head by magnitude local 60%";
    const plain = await runProgram(cut, network);
    const made = await runProgram(`${cut} compensating by least-squares over 6 batches`, network);
    expect(changed(made, plain)).toEqual(["d1/kernel", "d1/bias", "head/kernel", "head/bias"]);
    for (const { is, was } of refitted(made)) expect(is).toBeLessThan(0.9 * was);
    for (const [key, codes] of made.run.session.state.elements)
      codes.forEach((code, i) => code === 1 && expect(made.run.session.parameters.get(key)?.data[i]).toBe(0));
  });

  it("takes latent weights for the zeros that they are: next to nothing is made up for where next to nothing went", async () => {
    const latent = "prune weights in d1 by random 60% latently";
    const cut = "prune weights in d1 by magnitude 1";
    const plain = await runProgram(`${latent}\n${cut}\nharden masks`, network);
    const made = await runProgram(
      `${latent}\n${cut} compensating by least-squares over 6 batches\nharden masks`,
      network,
    );
    const [{ is, was } = { is: NaN, was: NaN }] = refitted(made);
    expect(was).toBeLessThan(1);
    expect(is).toBeLessThanOrEqual(was);
    const beside = plain.run.session.parameters.get("d1/kernel")?.data;
    made.run.session.parameters
      .get("d1/kernel")
      ?.data.forEach((value, i) => expect(value).toBeCloseTo(beside?.[i] ?? NaN, 2));
  });

  it("gives the outputs back where units that are left are the same as those that went, also once slimmed", async () => {
    const alike = smallNetwork({ dense: { kernel_initializer: { class_name: "Ones", config: {} } } });
    const before = await outputs(await runProgram("evaluate", alike));
    const cut = "prune neurons in d1 by random 7";
    const lost = await outputs(await runProgram(cut, alike));
    expect(Math.max(...lost.map((y, i) => Math.abs(y - (before[i] ?? 0))))).toBeGreaterThan(0.05);
    const made = `${cut} compensating by least-squares`;
    for (const program of [made, `${made}\nslim`])
      expect(await outputs(await runProgram(program, alike))).toEqual(
        before.map((y) => expect.closeTo(y, 4)),
      );
  });

  it("re-fits all that read a sum where units of several layers go together", async () => {
    const residual = residualNetwork();
    const cut = "train 1 epoch\nprune filters in stem, x2, y2 by l1 2";
    const made = await runProgram(`${cut} compensating by least-squares over 6 batches\nslim`, residual);
    expect(refitted(made).map(({ layer }) => layer)).toEqual(["x1", "y1", "head"]);
    for (const { is, was } of refitted(made)) expect(is).toBeLessThan(was);
  });

  it("a run that is killed between two events ends with the same weights when it is resumed", async () => {
    const program = `train 3 epochs batch 32 {
  prune filters in c1 by l1 1 every epoch compensating by least-squares over 2 batches
}
prune weights in d1 by magnitude 30% compensating by obs over 2 batches`;
    const whole = await runProgram(program, network);
    const { run } = await killedAt(2, program, network, {
      out: join(root, "out"),
      checkpointEvery: "2steps",
    });
    expect(run.session.parameters).toEqual(whole.run.session.parameters);
    expect(run.session.record.notes.filter((note) => note.includes("re-fitted"))).not.toEqual([]);
  });
});
