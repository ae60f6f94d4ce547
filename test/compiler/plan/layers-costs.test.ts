import fc from "fast-check";
import { expect, test } from "vitest";
import { costs } from "../../../core/network/costs.js";
import type { PruneIr, StepIr } from "../../../core/ir/types.js";
import type { Json } from "../../../core/network/types.js";
import { prune } from "../../core/masks/setting.js";
import { dead } from "../../../core/masks/state.js";
import { slim } from "../../../core/surgery/slim.js";
import { blocks, topology } from "../../helpers/networks.js";
import { criterionOf, momentOf, pruneOf, settingOf } from "../../core/masks/setting.js";
import { runs } from "../../helpers/runs.js";
import { expectForeseen, foreseen } from "./setting.js";

/** A residual network: blocks of one or two convolutions on a trunk that a projection may widen, some inside others. */
interface Block {
  readonly inner: number;
  readonly deep: boolean;
  readonly norm: boolean;
  readonly widen: boolean;
  readonly nested: boolean;
}

const block: fc.Arbitrary<Block> = fc.record({
  inner: fc.integer({ min: 2, max: 5 }),
  deep: fc.boolean(),
  norm: fc.boolean(),
  widen: fc.boolean(),
  nested: fc.boolean(),
});

function residual(list: readonly Block[]): Json {
  const b = topology();
  const k = blocks(b);
  let width = 4;
  let x = k.cbr(b.input([8, 8, 2]), width);
  for (const { inner, deep, norm, widen, nested } of list) {
    let y = k.cbr(x, inner);
    if (deep) y = k.cbr(y, inner + 1);
    if (nested) y = k.add(y, k.conv(k.cbr(y, 3), deep ? inner + 1 : inner));
    const out = widen ? width + 2 : width;
    const last = k.conv(y, out, 1);
    x = k.relu(k.add(norm ? k.bn(last) : last, widen ? k.conv(x, out, 1) : x));
    width = out;
  }
  return b.build([k.dense(k.gap(x), 3)]);
}

const step: fc.Arbitrary<PruneIr> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .oneof(
        fc.integer({ min: 1, max: 3 }).map((value) => ({ count: value }) as const),
        fc.constantFrom(0.5, 1).map((value) => ({ to: value }) as const),
      )
      .map((amount) => pruneOf({ structure: "layers", ...amount, collapse: true })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom<"local" | "global">("local", "global")
      .map((kind) => pruneOf({ structure: "filters", scope: kind })),
  },
);

test("costs after branches went hold what is left of the network, and are exact where all of them go", async () => {
  let exact = 0;
  const draw = fc.tuple(
    fc.array(block, { minLength: 1, maxLength: 4 }),
    fc.array(step, { minLength: 1, maxLength: 3 }),
    fc.integer({ min: 1, max: 99 }),
  );
  await fc.assert(
    fc.asyncProperty(draw, async ([list, steps, seed]) => {
      const setting = settingOf(residual(list), seed);
      const { network } = setting;
      const body: readonly StepIr[] = [
        ...steps.map((one, i) => ({ ...one, by: criterionOf("random"), id: i + 1 })),
        { kind: "slim", id: 99, text: "slim" },
      ];
      const { plan } = foreseen(network, body);
      for (const [i, one] of body.entries()) {
        if (one.kind !== "prune") continue;
        const record = await prune(setting, one, momentOf(i));
        const event = plan.events[i];
        expect(event?.total).toBe(record.total);
        if (one.structure === "layers") expect(record.achieved).toBe(record.nominal);
        expectForeseen(event?.dead, record.dead, record.total, "dead");
      }
      const removed = (channel: number): boolean => setting.state.channels[channel] === dead;
      const { slimming, diagnostics } = slim(network, removed, { allowingCollapse: true });
      expect(diagnostics).toEqual([]);
      if (slimming === null) throw new Error("not slimmed");
      const left = costs(slimming.network);
      const last = plan.events.at(-1);
      for (const measure of ["params", "macs"] as const) {
        expectForeseen(last?.[measure], left[measure], plan.network[measure], measure);
        if (typeof last?.[measure] === "number") exact++;
      }
    }),
    { numRuns: runs(30, 300) },
  );
  expect(exact).toBeGreaterThan(5);
});
