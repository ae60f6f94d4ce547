import fc from "fast-check";
import { expect, it } from "vitest";
import { build, walkElements } from "../../../core/expr/domain.js";
import { rowDomain } from "../../../core/expr/domains.js";
import { walkTogether } from "../../../core/expr/together.js";
import type { ExprIr } from "../../../core/ir/types.js";
import { chunkSize } from "../../../core/units/parts.js";

/** More than two chunks of elements that belong to seven entries, and how often their weights were read. */
function rows() {
  const count = 2 * chunkSize + 100;
  const w = Float64Array.from({ length: count }, (_, i) => Math.sin(i));
  const read = { chunks: 0 };
  const column = () => {
    read.chunks++;
    return w;
  };
  return {
    domain: rowDomain(
      7,
      Int32Array.from(w, (_, i) => i % 7),
      { w: column },
    ),
    read,
  };
}

/** The values of expressions at all elements, together. */
function together(exprs: readonly ExprIr[], { domain } = rows()): number[][] {
  const found = exprs.map((): number[] => []);
  walkTogether(domain, exprs, ({ count }, values) =>
    values.forEach((row, n) => found[n]?.push(...row.subarray(0, count))),
  );
  return found;
}

/** The same, each by itself. */
function apart(expr: ExprIr): number[] {
  const { domain } = rows();
  const found: number[] = [];
  walkElements(
    domain,
    build(expr, domain),
    ({ count }, values) => void found.push(...values.subarray(0, count)),
  );
  return found;
}

it("works out once for every chunk what expressions have in common", () => {
  const setting = rows();
  const bell: ExprIr = ["exp", ["-", 0, ["^", "w", 2]]];
  const density: ExprIr = ["+", 0.1, bell];
  together(
    [
      ["log", density],
      ["safe/", 1, density],
      ["*", bell, bell],
    ],
    setting,
  );
  expect(setting.read.chunks).toBe(3);
});

/** Expressions whose parts are, often, the very same objects, some of them in reducers as well. */
const graphs = fc
  .array(fc.tuple(fc.constantFrom("+", "*", "-", "exp", "abs", "sum", "norm", "max"), fc.nat(), fc.nat()), {
    minLength: 1,
    maxLength: 12,
  })
  .map((steps) => {
    const parts: ExprIr[] = ["w", 2, "size"];
    for (const [operator, first, second] of steps) {
      const a = parts[first % parts.length] ?? 0;
      const b = parts[second % parts.length] ?? 0;
      const small: ExprIr = ["/", a, ["+", 1, ["abs", a]]];
      parts.push(
        ["+", "*", "-"].includes(operator) ? [operator, a, b] : [operator, operator === "exp" ? small : a],
      );
    }
    return parts.slice(3);
  });

it("gives what each expression gives by itself, to the bit", () => {
  fc.assert(
    fc.property(graphs, (exprs) => {
      expect(together(exprs)).toEqual(exprs.map(apart));
    }),
    { numRuns: 8 },
  );
});
