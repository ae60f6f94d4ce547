import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classesTold, rightRows } from "../../../runtime/executor/accuracy.js";
import type { Dense, Labels } from "../../../runtime/types.js";
import { firstSeed, runs } from "../../helpers/runs.js";
import { chain, network } from "./helpers.js";

/** Few values, so that many outputs are equal, and now and then one that is no number. */
const value = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: -2, max: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity) },
);

const batches = fc
  .record({
    rows: fc.integer({ min: 1, max: 5 }),
    places: fc.integer({ min: 1, max: 3 }),
    units: fc.integer({ min: 2, max: 9 }),
    oneHot: fc.boolean(),
    weighs: fc.constantFrom("nothing", "rows", "places"),
  })
  .chain((of) => {
    const many = of.rows * of.places;
    const exactly = (length: number) => ({ minLength: length, maxLength: length });
    return fc.record({
      of: fc.constant(of),
      values: fc.array(value, exactly(many * of.units)),
      // Indices may be of no class.
      labels: fc.array(
        of.oneHot ? fc.nat(of.units - 1) : fc.integer({ min: -1, max: of.units }),
        exactly(many),
      ),
      weights: fc.array(fc.integer({ min: 0, max: 4 }), exactly(of.weighs === "rows" ? of.rows : many)),
    });
  });

/** The classes of a row from the highest to the lowest, of equal ones the first first; null where that is not told. */
const ranked = (row: readonly number[]): readonly number[] | null =>
  row.some(Number.isNaN)
    ? null
    : row
        .map((_, i) => i)
        .sort((a, b) => (row[a] === row[b] ? a - b : (row[a] ?? 0) < (row[b] ?? 0) ? 1 : -1));

describe("rows that are right", () => {
  it("are those whose class is the first, or among the first five, of the outputs in order", () => {
    fc.assert(
      fc.property(batches, ({ of: { rows, places, units, oneHot, weighs }, values, labels, weights }) => {
        const shape = places === 1 ? [rows, units] : [rows, places, units];
        const target: Dense | Labels = oneHot
          ? {
              kind: "dense",
              shape,
              data: Float32Array.from(values, (_, i) => Number(labels[Math.floor(i / units)] === i % units)),
            }
          : { kind: "labels", data: Int32Array.from(labels), classes: units };
        const counts = weighs === "nothing" ? null : Float32Array.from(weights);
        const y = { values: Float32Array.from(values), shape, logits: true };
        const found = rightRows("cross-entropy", y, target, counts);
        const sum = (has: (order: readonly number[], label: number) => boolean): number =>
          labels.reduce((total, label, i) => {
            const order = ranked(values.slice(i * units, (i + 1) * units));
            const weight =
              weighs === "nothing" ? 1 : (weights[weighs === "rows" ? Math.floor(i / places) : i] ?? NaN);
            return order !== null && has(order, label) ? total + weight / places : total;
          }, 0);
        expect(found.correct).toBeCloseTo(
          sum((order, label) => order[0] === label),
          9,
        );
        if (units > 5)
          expect(found.top5).toBeCloseTo(
            sum((order, label) => order.slice(0, 5).includes(label)),
            9,
          );
        else expect(found.top5).toBeNaN();
        expect(found.top5 < found.correct || found.top5 > found.counted).toBe(false);
      }),
      { numRuns: runs(300, 20_000), seed: firstSeed() },
    );
  });

  it("have no five highest where each output has two sides, and are never right by what is no number", () => {
    const y = { values: Float32Array.from([NaN, -1, -1, -1, -1, 1]), shape: [1, 6], logits: true };
    const target = { kind: "dense" as const, shape: [1, 6], data: Float32Array.from([0, 0, 0, 0, 0, 1]) };
    const { correct, top5 } = rightRows("binary-cross-entropy", y, target, null);
    expect(correct).toBeCloseTo(5 / 6);
    expect(top5).toBeNaN();
    expect(rightRows("mean-squared-error", y, target, null)).toEqual({ correct: NaN, top5: NaN, counted: 1 });
  });
});

it.each([
  ["softmax", "labels", 7],
  ["softmax", "dense", 7],
  ["sigmoid", "dense", 2],
  ["sigmoid", "labels", 7],
  ["linear", "labels", 7],
  ["linear", "dense", null],
] as const)("%s and %s tell %j classes apart", (activation, targets, classes) => {
  expect(classesTold(network(chain([2], ["Dense", { units: 7, activation }])), [], [targets])).toBe(classes);
});
