import { withAmount } from "../../../core/ir/amounts.js";
import { structureKind } from "../../../core/ir/structure.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { shareOf } from "../../../core/schedule/amounts.js";
import { isChannelwise } from "../../../core/units/candidates.js";
import type { AmountIr, StructureIr } from "../../../core/ir/types.js";
import type { PruningContext } from "../../../core/events/context.js";
import { groupsOf } from "../../../core/units/groups.js";
import { hold } from "../../../core/masks/hold.js";
import { prune } from "./setting.js";
import { spaceOf } from "../../../core/units/spaces.js";
import { lenet5, namedNetworks } from "../../helpers/networks.js";
import { criterionOf, l1, momentOf, pruneOf, settingOf } from "./setting.js";
import { runs } from "../../helpers/runs.js";

const structures: readonly StructureIr[] = [
  "filters",
  "neurons",
  "units",
  "channels",
  "weights",
  "kernels",
  "rows",
  "columns",
  { blocks: [4, 3] },
  { strided: 2, offset: 1 },
];
const names = [...namedNetworks.keys()];

const statement = fc.record({
  network: fc.constantFrom(...names),
  structure: fc.constantFrom(...structures),
  scope: fc.constantFrom<"local" | "global">("local", "global"),
  kind: fc.constantFrom<"drop" | "to" | "count" | "keep">("drop", "to", "count", "keep"),
  shares: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 3 }),
  expr: fc.constantFrom(l1, "random", ["norm", "w"] as const),
  seed: fc.nat(1000),
});

function amountOf(kind: "drop" | "to" | "count" | "keep", share: number): AmountIr {
  return { [kind]: kind === "keep" || kind === "count" ? Math.round(share * 20) : share };
}

/** Moves every weight and every optimizer slot, as a training step would. */
function disturb({ parameters, slots }: PruningContext, by: number): void {
  for (const { data, key } of parameters.values()) {
    for (let i = 0; i < data.length; i++) data[i] = (data[i] ?? 0) + by * ((i % 7) - 3.3);
    slots.set(key, { momentum: new Float32Array(data.length).fill(by) });
  }
}

describe("what is asked is what happens", () => {
  test("to the unit, over networks, structures, scopes and amounts; the dead stay dead", async () => {
    await fc.assert(
      fc.asyncProperty(statement, async ({ network, structure, scope, kind, shares, expr, seed }) => {
        const setting = settingOf(namedNetworks.get(network)?.(), seed);
        const ir = pruneOf({
          structure,
          scope,
          by: criterionOf(expr),
          collapse: true,
        });
        let dead = 0;
        for (const [event, share] of shares.entries()) {
          const before = spaceOf(setting, structure, ir);
          const groups = groupsOf(before, scope);
          const amount = amountOf(kind, share);
          const record = await prune(setting, withAmount(ir, amount), momentOf(event));
          if (record.stuck !== undefined) {
            // What cannot go whole keeps its floors; in one ranking others may go in its stead.
            if (scope === "local") expect(record.achieved).toBeLessThan(record.nominal);
            else expect(record.achieved).toBeLessThanOrEqual(record.nominal);
            return;
          }
          expect(record.achieved).toBe(record.nominal);
          expect(record.dead).toBe(dead + record.achieved);
          const after = spaceOf(setting, structure, ir);
          const later = groupsOf(after, scope);
          groups.forEach((group, i) => {
            const lost = (later[i]?.dead ?? 0) - group.dead;
            if (kind === "drop") expect(lost).toBe(shareOf(share, group.total - group.dead));
            if (kind === "to") expect(later[i]?.dead).toBe(Math.max(group.dead, shareOf(share, group.total)));
          });
          disturb(setting, 0.01);
          hold(setting);
          const held = spaceOf(setting, structure, ir);
          expect(held.total - held.status.filter((code) => code === 0).length).toBe(record.dead);
          dead = record.dead;
        }
        expectZeros(setting);
      }),
      { numRuns: runs(40, 400) },
    );
  });

  test("floors are kept, and the count is what they leave room for", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.constantFrom<StructureIr>("units", "weights"),
        fc.constantFrom<"local" | "global">("local", "global"),
        fc.nat(5),
        async (network, structure, scope, keep) => {
          const setting = settingOf(namedNetworks.get(network)?.());
          const ir = pruneOf({
            structure,
            scope,
            to: 1,
            keeping: keep,
          });
          const record = await prune(setting, ir, momentOf());
          for (const { live, total } of record.layers)
            expect(live).toBeGreaterThanOrEqual(Math.min(keep, total));
          if (!isChannelwise(structureKind(structure))) {
            expect(record.total - record.dead).toBe(
              record.layers.reduce((sum, { total }) => sum + Math.min(keep, total), 0),
            );
          }
        },
      ),
      { numRuns: runs(20, 200) },
    );
  });

  test.each(["wide layer over two narrow ones", "two narrow layers under a wide one"])(
    "every floor of a unit that several layers make is kept: %s",
    async (network) => {
      for (const scope of ["global", "local"] as const) {
        for (const count of [1, 2, 3, 4]) {
          for (const expr of [l1, 1]) {
            const setting = settingOf(namedNetworks.get(network)?.());
            const keeping = count;
            const criterion = criterionOf(expr);
            const units = pruneOf({
              structure: "units",
              scope,
              by: criterion,
              to: 1,
              keeping,
            });
            const { layers } = await prune(setting, units, momentOf());
            expect(layers.length).toBeGreaterThan(3);
            for (const { layer, live, total } of layers)
              expect([layer, count, live >= Math.min(count, total)]).toEqual([layer, count, true]);
          }
        }
      }
    },
  );

  test("erk reaches the share of the whole exactly", async () => {
    for (const kind of ["erk", "er"] as const) {
      const setting = settingOf(lenet5());
      const record = await prune(
        setting,
        pruneOf({
          structure: "weights",
          by: criterionOf("random"),
          scope: kind,
          to: 0.9,
        }),
        momentOf(),
      );
      expect(record.dead).toBe(shareOf(0.9, record.total));
    }
  });

  test("per row and per sign take the share of each", async () => {
    const setting = settingOf(lenet5());
    const ir = pruneOf({ structure: "weights", scope: "row" });
    await prune(setting, ir, momentOf());
    const key = setting.network.layers.find(({ className }) => className === "Dense")?.weights[0]?.key ?? "";
    const kernel = setting.parameters.get(key);
    const [rows = 0, cols = 0] = kernel?.shape ?? [];
    expect(cols).toBeGreaterThan(0);
    for (let c = 0; c < cols; c++) {
      let zeros = 0;
      for (let r = 0; r < rows; r++) if (kernel?.data[r * cols + c] === 0) zeros++;
      expect(zeros).toBe(shareOf(0.5, rows));
    }
    const other = settingOf(lenet5(), 3);
    const data = other.parameters.get(key)?.data ?? new Float32Array();
    const positive = data.filter((w) => w > 0).length;
    const negative = data.filter((w) => w < 0).length;
    await prune(other, { ...ir, scope: "sign", drop: 0.3 }, momentOf());
    expect(data.filter((w) => w > 0).length).toBe(positive - shareOf(0.3, positive));
    expect(data.filter((w) => w < 0).length).toBe(negative - shareOf(0.3, negative));
  });
});

/** Everything that the masks call dead is exactly zero, optimizer state with it. */
function expectZeros({ network, parameters, slots, state }: PruningContext): void {
  for (const layer of network.layers) {
    for (const weight of layer.weights) {
      if (weight.name.endsWith("moving_variance")) continue;
      const data = parameters.get(weight.key)?.data ?? new Float32Array();
      const momentum = slots.get(weight.key)?.["momentum"];
      const codes = state.elements.get(weight.key);
      for (let i = 0; i < data.length; i++) {
        const gone = weight.bindings.some(({ axis, ids }) => {
          const inner = weight.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
          return state.channels[ids[Math.floor(i / inner) % ids.length] ?? -1] === 1;
        });
        if (gone || codes?.[i] === 1) {
          if (data[i] !== 0 || momentum?.[i] !== 0) throw new Error(`${weight.key}[${i}] is not zero`);
        }
      }
    }
  }
}
