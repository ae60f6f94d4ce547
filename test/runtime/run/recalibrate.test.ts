import { describe, expect, it } from "vitest";
import { quarters, smallNetwork } from "./fixtures.js";
import { runProgram } from "./program.js";

const network = smallNetwork();

/** Mean and biased variance of each of 6 channels that a 3×3 convolution with zeros around makes of all 8×8 images. */
async function momentsOf(kernel: Float32Array): Promise<{ means: number[]; variances: number[] }> {
  const { train } = quarters();
  if (train.kind !== "indexed") throw new Error("the data have indices");
  const { inputs } = await train.gather(Int32Array.from({ length: train.examples }, (_, i) => i));
  const pixels = inputs[0]?.data ?? new Float32Array(0);
  const at = (n: number, y: number, x: number): number =>
    y < 0 || x < 0 || y > 7 || x > 7 ? 0 : (pixels[64 * n + 8 * y + x] ?? 0);
  const outputs = (channel: number): number[] =>
    Array.from({ length: 64 * train.examples }, (_, place) => {
      const [n, y, x] = [Math.floor(place / 64), Math.floor(place / 8) % 8, place % 8];
      let sum = 0;
      for (let i = 0; i < 9; i++)
        sum += (kernel[6 * i + channel] ?? 0) * at(n, y + Math.floor(i / 3) - 1, x + (i % 3) - 1);
      return sum;
    });
  const moments = [0, 1, 2, 3, 4, 5].map((channel) => {
    const values = outputs(channel);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
  });
  return { means: moments.map(({ mean }) => mean), variances: moments.map(({ variance }) => variance) };
}

const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 4));

describe("recalibrate batch-norm", () => {
  it.each([
    ["all examples at once", 96, 1],
    ["batches that go through all examples once", 32, 20],
  ])("measures what the masked network has, on %s", async (_, batch, over) => {
    const { run } = await runProgram(
      `prune filters in c1 by l1 2\nrecalibrate batch-norm over ${over} batches`,
      network,
      { batch },
    );
    const { parameters, record } = run.session;
    const values = (key: string): number[] => [...(parameters.get(key)?.data ?? [])];
    const { means, variances } = await momentsOf(parameters.get("c1/kernel")?.data ?? new Float32Array(0));
    expect(means.filter((mean) => mean === 0)).toHaveLength(2);
    expect(values("b1/moving_mean")).toEqual(near(means));
    // Within batches it varies less than over all.
    const within = values("b1/moving_variance");
    if (over === 1) expect(within).toEqual(near(variances));
    else variances.forEach((variance, i) => expect(within[i]).toBeLessThanOrEqual(variance + 1e-6));
    expect(record.events.at(-1)?.text).toBe(
      `statistics of 1 batch norm over ${over === 1 ? "1 batch" : "3 batches"}`,
    );
  });

  it("changes no weight", async () => {
    const plain = await runProgram("train 1 epoch", network);
    const { run } = await runProgram("train 1 epoch\nrecalibrate batch-norm", network);
    for (const [key, { data }] of run.session.parameters)
      if (!key.includes("moving")) expect(data).toEqual(plain.run.session.parameters.get(key)?.data);
  });
});
