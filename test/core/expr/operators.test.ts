import fc from "fast-check";
import { expect, test } from "vitest";
import { derivative } from "../../../core/expr/derivative.js";
import { build, reductionOf } from "../../../core/expr/domain.js";
import { rowDomain } from "../../../core/expr/domains.js";
import { evaluate } from "../../../core/expr/evaluate.js";
import { allNames, nameRow } from "../../../core/expr/names.js";
import { arityOf, isOp, operatorOf, operators, type Op, type Reducer } from "../../../core/expr/operators.js";
import { newChunk } from "../../../core/units/parts.js";
import * as expressions from "../../../runtime/expressions.js";
import type { ExprIr } from "../../../core/ir/types.js";

const all: readonly Op[] = Object.keys(operators).filter(isOp);
/** Operators that work place by place, with the numbers of arguments they take. */
const placewise = all.flatMap((op) =>
  arityOf(op)
    .filter((args) => operatorOf(op)?.value[args === 3 ? 3 : args === 2 ? 2 : 1] !== undefined)
    .map((args) => [op, args] as const),
);

test("an operator means the same on numbers as on buffers", () => {
  expect(placewise.length).toBeGreaterThan(20);
  const number = fc.oneof(fc.constantFrom(0, 1, -1, 2, 0.5), fc.double({ min: -4, max: 4, noNaN: true }));
  fc.assert(
    fc.property(
      fc.constantFrom(...placewise),
      fc.array(number, { minLength: 3, maxLength: 3 }),
      ([op, args], values) => {
        const expr: ExprIr = [op, ...values.slice(0, args)];
        const scalar = evaluate(expr, new Map());
        const [of, ...rest] = values.slice(0, args);
        const domain = rowDomain(1, Int32Array.of(0), { a: () => Float64Array.of(of ?? 0) });
        const node = build([op, "a", ...rest], domain);
        const chunk = newChunk();
        chunk.count = 1;
        const out = new Float64Array(chunk.at.length);
        node.fill(chunk, out);
        expect(out[0]).toEqual(scalar);
      },
    ),
    { numRuns: 500 },
  );
});

test("along what an expression does not read its slope is nothing: no step works it out", () => {
  const sloped = placewise.filter(([op]) => operatorOf(op)?.slope !== null);
  expect(sloped.length).toBeGreaterThan(8);
  for (const [op, args] of sloped) {
    const expr: ExprIr = [op, ...["w", ["^", "w", 2], ["+", 1, "w"]].slice(0, args)] as ExprIr;
    expect([op, derivative(["mean", expr], "x")]).toEqual([op, 0]);
  }
});

test("reducers are what their names say, however the values arrive", () => {
  const definition: Readonly<Record<Reducer, (values: readonly number[]) => number>> = {
    sum: (values) => values.reduce((a, b) => a + b, 0),
    mean: (values) => values.reduce((a, b) => a + b, 0) / values.length,
    max: (values) => Math.max(...values),
    min: (values) => Math.min(...values),
    norm: (values) => Math.hypot(...values),
    std: (values) => {
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      return Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length);
    },
  };
  const reducers: readonly Reducer[] = ["sum", "mean", "max", "min", "norm", "std"];
  const values = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(
      fc.constantFrom(...reducers),
      values,
      fc.nat(11),
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      (reducer, given, split, offset) => {
        const shifted = given.map((value) => value + offset);
        const reduction = reductionOf(reducer, 2);
        for (const part of [shifted.slice(0, split), shifted.slice(split)])
          reduction.add(new Int32Array(part.length).fill(1), Float64Array.from(part), part.length);
        const [none = NaN, result = NaN] = reduction.result();
        expect(none).toBe(0);
        const expected = definition[reducer](shifted);
        expect(Math.abs(result - expected)).toBeLessThan(1e-6 * (1 + Math.abs(expected)));
      },
    ),
    { numRuns: 300 },
  );
});

test("loops write every name and every operator as the tables spell them", () => {
  const exported: Readonly<Record<string, unknown>> = { ...expressions };
  for (const name of allNames) {
    const { constant } = nameRow(name);
    if (constant !== null) expect(exported[constant]).toBe(name);
  }
  for (const op of all) {
    const combinator = operatorOf(op)?.combinator ?? null;
    if (combinator === null) continue;
    const made = exported[combinator];
    if (typeof made === "function") expect(made("w", "w")[0]).toBe(op);
    else expect(op.startsWith(`${combinator}.`)).toBe(true);
  }
  expect(expressions.neg("w")).toEqual(["-", "w"]);
  for (const [name, make] of Object.entries(expressions.layer))
    expect(make("w")).toEqual([`layer.${name}`, "w"]);
});
