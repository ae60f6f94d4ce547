import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { spaceOf } from "../../core/units/spaces.js";
import { openBackend, type Backend } from "../../runtime/backend/index.js";
import { createExecutor } from "../../runtime/executor/index.js";
import { scoreUnits } from "../../runtime/scores/scores.js";
import { momentOf, prune, settingOf } from "../core/masks/setting.js";
import { denseSetting, executorOf } from "../core/masks/vectors.js";
import { topology } from "../helpers/networks.js";
import { runs } from "../helpers/runs.js";
import { statementOf } from "./method.js";

/** What holds of scores on any network. */

let backend: Backend;
beforeAll(async () => void (backend = await openBackend({ backend: "wasm" })));

it("the flow through every layer is the same, whatever is dead (synflow)", async () => {
  const widths = fc.array(fc.integer({ min: 2, max: 6 }), { minLength: 2, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(
      widths,
      fc.integer({ min: 1, max: 99 }),
      fc.integer({ min: 0, max: 60 }),
      async (units, seed, share) => {
        const b = topology();
        let last = b.call("Flatten", {}, [
          b.call("Conv2D", { filters: 3, kernel_size: [2, 2], use_bias: false, activation: "relu" }, [
            b.input([3, 3, 2]),
          ]),
        ]);
        for (const width of units)
          last = b.call("Dense", { units: width, use_bias: false, activation: "relu" }, [last]);
        const setting = settingOf(b.build([last]), seed);
        const said = statementOf("synflow", "prune");
        // Some of every layer: a layer that loses all would stop the flow.
        const random = {
          ...said,
          by: { name: "random", expr: "random" },
          scope: "local",
          to: share / 100,
        } as const;
        await prune(setting, random, momentOf(seed));
        const executor = createExecutor(setting.network, setting.parameters, backend, { seed: 1 });
        const context = { ...setting, executor, batches: () => [{ inputs: [], targets: [], size: 1 }] };
        const space = spaceOf(context, "weights", {});
        const scored = await scoreUnits(context, { id: 1, criterion: said.by, space, moment: momentOf() });
        executor.dispose();
        const sums = space.layers.map(({ start, end }) =>
          [...scored.units].slice(start, end).reduce((a, s) => a + s, 0),
        );
        // Where no path is left from input to output there is none at all.
        const [first = NaN] = sums;
        for (const sum of sums) expect(Math.abs(sum - first)).toBeLessThanOrEqual(1e-4 * first);
      },
    ),
    { numRuns: runs(10, 200) },
  );
});

it("a loss that is multiplied prunes the same weights (snip)", async () => {
  // Far from the smallest numbers, of which a factor would make zeros.
  const number = fc.integer({ min: -256, max: 256 }).map((n) => n / 64);
  const pairs = fc.array(fc.tuple(number, number), { minLength: 3, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(pairs, fc.constantFrom(2 ** -20, 0.25, 8, 2 ** 20), async (drawn, factor) => {
      const left = async (times: number) => {
        const { setting, w, key } = denseSetting(drawn.map(([weight]) => weight));
        const gradient = new Map([[key, Float32Array.from(drawn, ([, slope]) => times * slope)]]);
        const context = { ...setting, ...executorOf(setting, () => gradient) };
        await prune(context, statementOf("snip", "prune", { sparsity: "60%" }), momentOf());
        return [...w];
      };
      expect(await left(factor)).toEqual(await left(1));
    }),
    { numRuns: runs(50, 1000) },
  );
});
