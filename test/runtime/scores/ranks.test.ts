import { describe, expect, it } from "vitest";
import { randomStream } from "../../../core/random.js";
import { rankOf } from "../../../runtime/scores/ranks.js";
import { smallNetwork } from "../run/fixtures.js";
import { runProgram } from "../run/program.js";

/** A matrix of this rank: a product of two random ones, as 32-bit numbers have it. */
function ofRank(rank: number, rows: number, columns: number, seed: number): Float64Array {
  const random = randomStream(seed, "rank");
  const [left, right] = [rows, columns].map((extent, side) =>
    Float64Array.from({ length: extent * rank }, (_, i) => random.normal(side * 10_000 + i)),
  );
  return Float64Array.from({ length: rows * columns }, (_, at) => {
    const [i, j] = [Math.floor(at / columns), at % columns];
    let sum = 0;
    for (let k = 0; k < rank; k++) sum += (left?.[i * rank + k] ?? 0) * (right?.[j * rank + k] ?? 0);
    return Math.fround(sum);
  });
}

describe("rank", () => {
  it.each([
    [8, 8],
    [5, 9],
    [12, 7],
  ])("of products of matrices, %i × %i", (rows, columns) => {
    for (let rank = 0; rank <= Math.min(rows, columns); rank++)
      for (let seed = 0; seed < 8; seed++) {
        const matrix = ofRank(rank, rows, columns, seed);
        expect(rankOf(matrix.slice(), rows, columns)).toBe(rank);
        expect(
          rankOf(
            matrix.map((value) => value * 1e-6),
            rows,
            columns,
          ),
        ).toBe(rank);
      }
  });

  it("is the mean over the examples of all batches: never more than the sides of a map", async () => {
    const deadBelow = async (limit: number) => {
      const program = `prune units by rank over 2 batches below ${limit}`;
      const { result } = await runProgram(program, smallNetwork(), { backend: "cpu" });
      return result.report.amounts[0]?.achieved ?? 0;
    };
    const all = await deadBelow(1000);
    expect(all).toBeGreaterThan(0);
    expect(await deadBelow(8.5)).toBe(all);
  });

  it("scores filters and neurons, and is worth nothing where it is not made", async () => {
    const network = smallNetwork();
    const { run } = await runProgram("prune units by rank over 2 batches 25%\nslim", network, {
      backend: "cpu",
    });
    expect(run.session.network.units.length).toBeGreaterThan(0);
    await expect(runProgram("prune channels by rank over 2 batches 25%", network)).rejects.toThrow(/rank/);
    await expect(runProgram("prune weights by rank over 2 batches 25%", network)).rejects.toThrow(/rank/);
    await expect(
      runProgram("train 1 epoch { penalize units by rank strength 1e-3 }", network),
    ).rejects.toThrow();
  });
});

describe("batches(E) over training", () => {
  const network = smallNetwork();
  const codes = async (score: string) => {
    const program = `train 2 epochs { prune weights by ${score} over training to 40% every 2 epochs }`;
    const { run } = await runProgram(program, network, { backend: "cpu" });
    return new Map([...run.session.state.elements].map(([key, one]) => [key, [...one]]));
  };
  it("is what the whole score is, where nothing stands around it", async () => {
    expect(await codes("batches(abs(w * g))")).toEqual(await codes("abs(w * g)"));
    expect(await codes("3 * batches(abs(w * g))")).toEqual(await codes("abs(w * g)"));
  });
  it("takes what stands around it as it is at the event", async () => {
    // What did not change by then has moved in between, so that only a score of the event finds it.
    expect(await codes("batches(g^2) * 0 + abs(w)")).toEqual(await codes("batches(0 * abs(g)) + abs(w)"));
    const program = "train 2 epochs { prune weights by abs(w) to 40% every 2 epochs }";
    const { run } = await runProgram(program, network, { backend: "cpu" });
    const byWeights = new Map([...run.session.state.elements].map(([key, one]) => [key, [...one]]));
    expect(await codes("abs(w) + 0 * batches(g^2)")).toEqual(byWeights);
  });
});
