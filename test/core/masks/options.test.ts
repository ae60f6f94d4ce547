import { withAmount } from "../../../core/ir/amounts.js";
import { beforeAll, describe, expect, test } from "vitest";
import type { FreezeIr, PruneIr, StructureIr } from "../../../core/ir/types.js";
import { openBackend } from "../../../runtime/backend/index.js";
import type { Backend } from "../../../runtime/backend/index.js";
import { createExecutor } from "../../../runtime/executor/index.js";
import type { PruningContext } from "../../../core/events/context.js";
import { freezeRule } from "../../../runtime/along/freeze.js";
import { harden } from "../../../core/masks/harden.js";
import { hold } from "../../../core/masks/hold.js";
import { maskedView } from "../../../core/masks/masked.js";
import { measure } from "../../../core/masks/measure.js";
import { prune } from "./setting.js";
import { scoreUnits } from "../../../runtime/scores/scores.js";
import { spaceOf } from "../../../core/units/spaces.js";
import { newMaskState } from "../../../core/masks/state.js";
import { randomStream } from "../../../core/random.js";
import type { Batch } from "../../../runtime/types.js";
import { cifarResNet, lenet300100, lenet5, namedNetworks } from "../../helpers/networks.js";
import { criterionOf, momentOf, pruneOf, settingOf } from "./setting.js";

const everything = {};
const filters: StructureIr = "filters";
const weights: StructureIr = "weights";

describe("budgets", () => {
  const cases: readonly Partial<PruneIr>[] = [
    { structure: filters, scope: "global" },
    { structure: filters, scope: "local" },
    { structure: weights, scope: "global" },
  ];
  test.each(cases)("are met by the smallest cut: %o", async (more) => {
    const model = more.structure === weights ? lenet300100([30, 20]) : lenet5();
    const setting = settingOf(model);
    const loaded = measure(setting.network, newMaskState(setting.network.channels.count));
    const size = more.structure === weights ? "nonzero params" : "params";
    const limits = [{ measure: size, relative: true, value: 0.5 }] as const;
    const ir = pruneOf({ ...more, budget: limits });
    const record = await prune(setting, ir, momentOf());
    expect(measure(setting.network, setting.state)[size]).toBeLessThanOrEqual(loaded.params * 0.5);
    const other = settingOf(model);
    if (more.scope !== "global") return;
    await prune(other, withAmount(ir, { count: record.achieved - 1 }), momentOf());
    expect(measure(other.network, other.state)[size]).toBeGreaterThan(loaded.params * 0.5);
  });

  test("that cannot be met take all they may and say so", async () => {
    const setting = settingOf(lenet5());
    const limits = [{ measure: "params", relative: false, value: 1 }] as const;
    const record = await prune(setting, pruneOf({ budget: limits }), momentOf());
    expect(record.notes.join()).toContain("cannot be met");
    expect(record.layers.map(({ live }) => live)).toEqual([1, 1]);
  });
});

describe("joins and alignment", () => {
  test("`aligned to 8` leaves multiples of 8 in every layer", async () => {
    for (const kind of ["local", "global"] as const) {
      const setting = settingOf(cifarResNet());
      const ir = pruneOf({ scope: kind, drop: 0.4, aligned: 8 });
      const record = await prune(setting, ir, momentOf());
      expect(record.achieved).toBeGreaterThan(0);
      for (const { live } of record.layers) expect(live % 8).toBe(0);
    }
  });

  test("`joins skip` leaves tied channels alone, `joins agree` takes only what all branches would", async () => {
    const couple = await prune(settingOf(cifarResNet()), pruneOf({}), momentOf());
    const skip = await prune(settingOf(cifarResNet()), pruneOf({ joins: "skip" }), momentOf());
    const agree = await prune(settingOf(cifarResNet()), pruneOf({ joins: "agree" }), momentOf());
    expect(skip.total).toBe(9 * 16 + 0 * 32 + (32 - 16) * 3 + (64 - 16) * 3);
    expect(couple.total).toBe(448);
    expect(agree.achieved).toBeLessThan(agree.nominal);
    expect(agree.achieved).toBeGreaterThanOrEqual(skip.achieved);
  });
});

describe("how units die", () => {
  const kernels = ({ parameters }: Pick<PruningContext, "parameters">) =>
    [...parameters.values()].filter(({ key }) => key.endsWith("kernel"));
  const zeros = (setting: PruningContext) =>
    kernels({ parameters: maskedView(setting) }).reduce(
      (n, { data }) => n + data.filter((w) => w === 0).length,
      0,
    );
  const train = (setting: PruningContext) => {
    for (const { data } of setting.parameters.values())
      for (let i = 0; i < data.length; i++) data[i] = (data[i] ?? 0) + 0.25;
  };

  test("softly: zeroed once, living again after the next update, ranked anew", async () => {
    const setting = settingOf(lenet5());
    const ir = pruneOf({ manner: "softly", to: 0.5 });
    const first = await prune(setting, ir, momentOf(1));
    expect(first.dead).toBe(35);
    expect((await prune(setting, ir, momentOf(1))).dead).toBe(35);
    train(setting);
    hold(setting);
    expect(zeros(setting)).toBe(0);
    const second = await prune(setting, ir, momentOf(2));
    expect(second).toMatchObject({ nominal: 35, achieved: 35, dead: 35 });
    expect(harden(setting).channels).toBe(35);
    train(setting);
    hold(setting);
    expect(zeros(setting)).toBeGreaterThan(0);
  });

  test.each([filters, weights])(
    "latently: zero in the forward pass, trained underneath: %o",
    async (structure) => {
      const setting = settingOf(lenet5());
      const ir = pruneOf({ structure, manner: "latently", to: 0.5 });
      const whole = kernels(setting).map(({ data }) => data.slice());
      const first = await prune(setting, ir, momentOf(1));
      const dead = zeros(setting);
      expect(dead).toBeGreaterThan(0);
      kernels(setting).forEach(({ data }, i) => expect(data.every((w, n) => w === whole[i]?.[n])).toBe(true));
      train(setting);
      hold(setting);
      expect(zeros(setting)).toBe(dead);
      const second = await prune(setting, ir, momentOf(2));
      expect(second.dead).toBe(first.dead);
      harden(setting);
      expect(zeros(setting)).toBeGreaterThanOrEqual(dead);
      expect(spaceOf(setting, structure, everything).status.includes(2)).toBe(false);
    },
  );

  test("frozen at start: back at the initial value and held there", async () => {
    const setting = settingOf(lenet5());
    for (const { key, data } of setting.parameters.values()) setting.state.start.set(key, data.slice());
    train(setting);
    const ir = pruneOf({ structure: weights, manner: "frozen" });
    const record = await prune(setting, ir, momentOf());
    train(setting);
    hold(setting);
    const held = kernels(setting).reduce((n, { key, data }) => {
      const start = setting.state.start.get(key);
      return n + data.filter((w, i) => w === start?.[i]).length;
    }, 0);
    expect(held).toBe(record.dead);
  });

  test("freeze covers what makes the channels, whatever the optimizer does", () => {
    const setting = settingOf(namedNetworks.get("plain")?.());
    const path = setting.network.layers.find(({ className }) => className === "Conv2D")?.path ?? "";
    const ir: FreezeIr = {
      kind: "freeze",
      id: 1,
      text: "",
      structure: filters,
      in: { layer: path },
      layers: [path],
    };
    const rule = freezeRule(ir);
    const before = new Map([...setting.parameters.values()].map(({ key, data }) => [key, data.slice()]));
    const gradients = new Map(
      [...before].map(([key, { length }]) => [key, new Float32Array(length).fill(1)]),
    );
    const rests = rule.before(setting, gradients);
    train(setting);
    rule.after(setting);
    const same = [...before].filter(([key, values]) =>
      setting.parameters.get(key)?.data.every((w, i) => w === values[i]),
    );
    expect(same.map(([key]) => key)).toEqual([...rests]);
    expect([...rests].filter((key) => key.startsWith(`${path}/`)).length).toBeGreaterThan(0);
    expect([...rests].some((key) => key.endsWith("gamma"))).toBe(true);
    for (const key of rests) expect(gradients.get(key)?.every((g) => g === 0)).toBe(true);
  });
});

describe("scores of activations", () => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await openBackend({ backend: "cpu" });
  });

  test("means, counts of zeros, products with gradients and norms of inputs", async () => {
    const bare = settingOf(namedNetworks.get("plain")?.());
    const executor = createExecutor(bare.network, bare.parameters, backend, { seed: 1 });
    const stream = randomStream(3, "data");
    const batchOf = (n: number): Batch => ({
      inputs: [
        {
          kind: "dense",
          shape: [2, 8, 8, 3],
          data: Float32Array.from({ length: 384 }, (_, i) => stream.normal(i + 384 * n)),
        },
      ],
      targets: [{ kind: "labels", data: Int32Array.from([0, n]), classes: 4 }],
      size: 2,
    });
    const setting = {
      ...bare,
      executor,
      batches: (count: number) => Array.from({ length: count }, (_, n) => batchOf(n)),
    };
    const space = spaceOf(setting, filters, everything);
    const score = async (expr: PruneIr["by"]["expr"], of = space) => {
      const criterion = { ...criterionOf(expr), over: 2 };
      return (await scoreUnits(setting, { id: 1, criterion, space: of, moment: momentOf() })).units;
    };
    const relu = bare.network.layers.findIndex(({ className }) => className === "ReLU");
    const sums = new Float64Array(8);
    const zeros = new Float64Array(8);
    for (const n of [0, 1]) {
      executor.evaluate(batchOf(n), {
        layers: [relu],
        onActivation: (_layer, _call, a) =>
          a.forEach((value, i) => {
            sums[i % 8] = (sums[i % 8] ?? 0) + value / 256;
            if (value === 0) zeros[i % 8] = (zeros[i % 8] ?? 0) + 1 / 256;
          }),
      });
    }
    const means = await score(["mean", "a"]);
    const apoz = await score(["mean", ["=", "a", 0]]);
    for (let i = 0; i < 8; i++) {
      expect(means[i]).toBeCloseTo(sums[i] ?? 0, 4);
      expect(apoz[i]).toBeCloseTo(zeros[i] ?? 0, 6);
    }
    const taylor = await score(["abs", ["mean", ["*", "a", "ga"]]]);
    const averaged = await score(["batches", ["abs", ["mean", ["*", "a", "ga"]]]]);
    for (let i = 0; i < 8; i++) expect(averaged[i]).toBeGreaterThanOrEqual((taylor[i] ?? 0) - 1e-9);
    expect(taylor.some((value) => value > 0)).toBe(true);

    const elements = spaceOf(setting, weights, everything);
    const wanda = await score(["*", ["abs", "w"], ["norm", "x"]], elements);
    const plain = await score(["abs", "w"], elements);
    const { start = 0, end = 0 } = elements.layers[0] ?? {};
    const squares = new Float64Array(3);
    for (const n of [0, 1])
      batchOf(n).inputs[0]?.data.forEach((x, i) => (squares[i % 3] = (squares[i % 3] ?? 0) + x * x));
    for (let unit = start; unit < end; unit++) {
      const input = Math.floor((unit - start) / 8) % 3;
      expect(wanda[unit]).toBeCloseTo((plain[unit] ?? 0) * Math.sqrt(squares[input] ?? 0), 3);
    }
    executor.dispose();
  });
});
