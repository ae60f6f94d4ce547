import fc from "fast-check";
import { expect, it } from "vitest";
import { cosineOfTurn, exponential, logarithm } from "../../core/elementary.js";

it("exponential, logarithm and cosine are those of the engine to 14 digits", () => {
  const within = (value: number, exact: number, of: number): void =>
    expect(Math.abs(value - exact)).toBeLessThanOrEqual(1e-14 * of);
  fc.assert(
    fc.property(fc.double({ min: -40, max: 40, noNaN: true }), fc.nat(2 ** 32 - 1), (x, word) => {
      within(exponential(x), Math.exp(x), Math.exp(x));
      within(logarithm(Math.exp(x)), Math.log(Math.exp(x)), Math.max(1, Math.abs(x)));
      const cosine = Math.cos((2 * Math.PI * word) / 2 ** 32);
      within(cosineOfTurn(word), cosine, 1);
      within(cosineOfTurn(word | 0), cosine, 1);
    }),
  );
  for (const edge of [-700, -Math.LN2, 0, Math.LN2, 700]) within(exponential(edge) / Math.exp(edge), 1, 100);
  for (const edge of [1e-35, 0.5, 1 - 2 ** -53, 1, 2, 1e35])
    within(logarithm(edge), Math.log(edge), Math.max(1, Math.abs(Math.log(edge))));
});
