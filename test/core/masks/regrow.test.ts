import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PruneIr, RegrowIr, StructureIr } from "../../../core/ir/types.js";
import type { ScoringContext } from "../../../runtime/scores/gather.js";
import { gateGradients } from "../../../runtime/scores/gate-gradients.js";
import { hold } from "../../../core/masks/hold.js";
import { prune } from "./setting.js";
import { regrow } from "./setting.js";
import { spaceOf } from "../../../core/units/spaces.js";
import { namedNetworks } from "../../helpers/networks.js";
import { openBackend } from "../../../runtime/backend/index.js";
import type { Backend } from "../../../runtime/backend/index.js";
import { createExecutor } from "../../../runtime/executor/index.js";
import type { Batch, Executor } from "../../../runtime/types.js";
import { randomStream } from "../../../core/random.js";
import { criterionOf, l1, momentOf, pruneOf, settingOf } from "./setting.js";
import { runs } from "../../helpers/runs.js";

const everything = {};
const regrowOf = (given: Partial<RegrowIr> = {}): RegrowIr => ({
  kind: "regrow",
  id: 2,
  text: "",
  by: criterionOf("random"),
  values: "fresh",
  includingDropped: false,
  ...given,
});

const structures: readonly StructureIr[] = ["filters", "units", "weights", "kernels"];

function alive(setting: ScoringContext, structure: StructureIr): number {
  return spaceOf(setting, structure, everything).status.filter((code) => code === 0).length;
}

describe("drop and regrow", () => {
  test("the first event drops, the later ones hold the density", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...namedNetworks.keys()),
        fc.constantFrom(...structures),
        fc.constantFrom<PruneIr["scope"]>("local", "global"),
        fc.boolean(),
        async (network, structure, scope, includingDropped) => {
          const setting = settingOf(namedNetworks.get(network)?.());
          const ir = pruneOf({ structure, scope, drop: 0.3 });
          await prune(setting, ir, momentOf(1));
          const kept = alive(setting, structure);
          const swap = {
            ...ir,
            regrow: regrowOf({ includingDropped, values: structure === "weights" ? "zero" : "fresh" }),
          };
          for (let event = 2; event < 5; event++) {
            const record = await prune(setting, swap, momentOf(event));
            expect(record.revived).toBe(record.achieved);
            hold(setting);
            expect(alive(setting, structure)).toBe(kept);
          }
        },
      ),
      { numRuns: runs(25, 250) },
    );
  });

  test("the one-sentence program: half the filters, then half of the living swapped for others", async () => {
    const setting = settingOf(namedNetworks.get("plain")?.());
    const ir = pruneOf({ scope: "global", regrow: regrowOf() });
    const first = await prune(setting, ir, momentOf(1));
    expect(first).toMatchObject({ achieved: 7, revived: 0, dead: 7, total: 14 });
    const second = await prune(setting, ir, momentOf(2));
    expect(second).toMatchObject({ achieved: 4, revived: 4, dead: 7 });
    const last = await prune(setting, ir, momentOf(3, false));
    expect(last).toMatchObject({ revived: 0, dead: 7 });
  });

  test("`last` and `start` bring values back, `fresh` leaves readers at zero", async () => {
    for (const values of ["last", "start", "fresh"] as const) {
      const setting = settingOf(namedNetworks.get("plain")?.(), 1, true);
      const before = new Map([...setting.parameters.values()].map(({ key, data }) => [key, data.slice()]));
      for (const [key, data] of before) setting.state.start.set(key, data);
      await prune(setting, pruneOf({}), momentOf(1));
      const structure: StructureIr = "filters";
      const record = await regrow(setting, regrowOf({ structure, values, drop: 1 }), momentOf(2));
      expect(record).toMatchObject({ revived: 7, dead: 0 });
      for (const { key, data } of setting.parameters.values()) {
        const same = [...data].every((x, i) => x === before.get(key)?.[i]);
        if (values === "fresh") expect(data.some((x) => x !== 0)).toBe(true);
        else if (!key.endsWith("moving_variance")) expect(same, `${values} ${key}`).toBe(true);
      }
    }
  });

  test("a share comes back where the dead are, not where the event dropped", async () => {
    const setting = settingOf(namedNetworks.get("flatten to dense")?.());
    const structure: StructureIr = "weights";
    const [first, ...others] = spaceOf(setting, structure, everything).layers.map(({ path }) => path);
    const before = [first ?? ""];
    await prune(setting, pruneOf({ structure, layers: before, drop: 0.8 }), momentOf(1));
    await prune(setting, pruneOf({ structure, layers: others, drop: 0.4 }), momentOf(2));
    const deadOf = () =>
      spaceOf(setting, structure, everything).layers.map(
        ({ start, end }) =>
          spaceOf(setting, structure, everything)
            .status.slice(start, end)
            .filter((code) => code === 1).length,
      );
    const was = deadOf();
    const living = spaceOf(setting, structure, everything).layers.map(
      ({ start, end }, i) => end - start - (was[i] ?? 0),
    );
    const regrown = regrowOf({ values: "zero", drop: 0.5 });
    await prune(setting, pruneOf({ structure, drop: 0.1, regrow: regrown }), momentOf(3));
    // Every layer lost a tenth of its living, and half of all its dead came back.
    deadOf().forEach((dead, i) => {
      const gone = (was[i] ?? 0) + 0.1 * (living[i] ?? 0);
      expect(Math.abs(dead - gone / 2)).toBeLessThanOrEqual(2);
    });
  });

  test("shares between layers follow an expression", async () => {
    const setting = settingOf(namedNetworks.get("flatten to dense")?.());
    const structure: StructureIr = "weights";
    await prune(setting, pruneOf({ structure, to: 0.5 }), momentOf(1));
    const before = spaceOf(setting, structure, everything);
    const layers = (space: typeof before) =>
      space.layers.map(
        ({ start, end }) => space.status.slice(start, end).filter((code) => code === 0).length,
      );
    const lives = layers(before);
    const sum = lives.reduce((a, b) => a + b, 0);
    const wanted = regrowOf({
      structure,
      values: "zero",
      allocated: "alive",
      count: 30,
    });
    const record = await regrow(setting, wanted, momentOf(2));
    expect(record.revived).toBe(30);
    layers(spaceOf(setting, structure, everything)).forEach((now, i) => {
      const share = (record.revived * (lives[i] ?? 0)) / sum;
      expect(Math.abs(now - (lives[i] ?? 0) - share)).toBeLessThan(1);
    });
  });
});

describe("on a running network", () => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await openBackend({ backend: "cpu" });
  });
  const executors: Executor[] = [];
  afterAll(() => executors.forEach((executor) => executor.dispose()));

  function running(name: string): { setting: ScoringContext; executor: Executor; batch: Batch } {
    const bare = settingOf(namedNetworks.get(name)?.(), 1, true);
    const executor = createExecutor(bare.network, bare.parameters, backend, { seed: 1 });
    executors.push(executor);
    const shape = bare.network.tensors[bare.network.inputs[0] ?? 0]?.shape.slice(1) ?? [];
    const size = shape.reduce<number>((a, b) => a * (b ?? 1), 1);
    const stream = randomStream(3, "data");
    const data = Float32Array.from({ length: 4 * size }, (_, i) => stream.normal(i));
    const inputs = [{ kind: "dense" as const, data, shape: [4, ...shape.map((n) => n ?? 1)] }];
    const classes = bare.network.tensors[bare.network.outputs[0] ?? 0]?.shape.at(-1) ?? 1;
    const targets = [{ kind: "labels" as const, data: Int32Array.from([0, 1, 2, 3]), classes }];
    const batch: Batch = { inputs, targets, size: 4 };
    return { setting: { ...bare, executor, batches: () => [batch] }, executor, batch };
  }

  test.each(["plain", "residual, identity", "dense concat"])(
    "a regrown unit does not move the output: %s",
    async (name) => {
      const { setting, executor, batch } = running(name);
      await prune(setting, pruneOf({}), momentOf(1));
      executor.upload();
      const before = executor.predict(batch.inputs)[0]?.data.slice() ?? new Float32Array();
      const record = await regrow(setting, regrowOf({ structure: "filters", drop: 0.5 }), momentOf(2));
      expect(record.revived).toBeGreaterThan(0);
      executor.upload();
      const after = executor.predict(batch.inputs)[0]?.data ?? new Float32Array();
      after.forEach((y, i) => expect(y).toBeCloseTo(before[i] ?? 0, 5));
    },
  );

  test("the gradient at a dead unit is that of a gate at 0", async () => {
    const { setting, executor, batch } = running("plain");
    const structure: StructureIr = "filters";
    const full = new Map([...setting.parameters.values()].map(({ key, data }) => [key, data.slice()]));
    await prune(setting, pruneOf({ by: criterionOf(l1) }), momentOf(1));
    executor.upload();
    const space = spaceOf(setting, structure, everything);
    const candidates = space.status.map((code) => (code === 0 ? 0 : 1));
    const gates = await gateGradients(
      setting,
      { criterion: criterionOf("g"), moment: momentOf(2), space },
      candidates,
    );
    const held = new Map([...setting.parameters.values()].map(({ key, data }) => [key, data.slice()]));
    const lossAt = (root: number, gate: number): number => {
      for (const layer of setting.network.layers) {
        for (const weight of layer.weights) {
          const data = setting.parameters.get(weight.key)?.data;
          if (data === undefined) continue;
          data.set(held.get(weight.key) ?? []);
          for (const { axis, ids, role } of weight.bindings) {
            const inner = weight.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
            for (let i = 0; i < data.length; i++) {
              if (ids[Math.floor(i / inner) % ids.length] !== root) continue;
              const others = weight.bindings.some(
                (other) =>
                  other.axis !== axis &&
                  setting.state.channels[
                    other.ids[
                      Math.floor(i / weight.shape.slice(other.axis + 1).reduce((a, b) => a * b, 1)) %
                        other.ids.length
                    ] ?? -1
                  ] !== 0,
              );
              if (!others) data[i] = (role === "in" ? gate : 1) * (full.get(weight.key)?.[i] ?? 0);
            }
          }
        }
      }
      executor.upload();
      return executor.gradients(batch, "loss").loss;
    };
    expect(gates.size).toBe(7);
    for (const [root, found] of gates) {
      const h = 0.01;
      const expected = (lossAt(root, h) - lossAt(root, -h)) / (2 * h);
      expect(found).toBeCloseTo(expected, 2);
    }
    expect([...gates.values()].filter((gate) => Math.abs(gate) > 1e-4).length).toBeGreaterThan(3);
  });
});
