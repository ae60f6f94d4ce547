import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { constrain, constraintOf } from "../../core/network/constraint.js";
import type { JsonObject } from "../../core/network/types.js";
import { smallNetwork } from "../runtime/run/fixtures.js";
import { runProgram } from "../runtime/run/program.js";

/** What Keras made of it; see constraints.py. */
interface Recorded {
  readonly constraint: JsonObject;
  readonly shape: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
}
const cases: readonly Recorded[] = JSON.parse(
  readFileSync(new URL("constraints.json", import.meta.url), "utf8"),
);

test.each(cases)("$constraint holds a weight as in Keras", ({ constraint, shape, before, after }) => {
  const data = Float32Array.from(before);
  const read = constraintOf(constraint, "kernel_constraint", "l");
  if (read === null) throw new Error("no constraint");
  constrain(data, shape, read);
  data.forEach((value, i) => expect(value).toBeCloseTo(after[i] ?? NaN, 6));
});

test.each(cases.filter(({ shape }) => shape.length === 2))(
  "$constraint holds while a network trains, and what is dead stays zero",
  async ({ constraint }) => {
    const network = smallNetwork({ dense: { kernel_constraint: constraint } });
    const source = "prune weights in d1 by l1 local 50%\ntrain 2 epochs with sgd(rate: 0.3)\n";
    const { run } = await runProgram(source, network);
    const weight = run.session.parameters.get("d1/kernel");
    const read = constraintOf(constraint, "kernel_constraint", "d1");
    if (weight === undefined || read === null) throw new Error("nothing to look at");
    const held = weight.data.slice();
    constrain(held, weight.shape, read);
    // Held already, as far as a share of the way and its guard against norms of zero leave it.
    held.forEach((value, i) => expect(value).toBeCloseTo(weight.data[i] ?? NaN, 4));
    expect(held.filter((value) => value === 0).length).toBeGreaterThanOrEqual(held.length / 2);
  },
);
