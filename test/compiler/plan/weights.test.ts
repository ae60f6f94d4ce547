import { expect, test } from "vitest";
import { compile } from "../../../compiler/compile.js";
import { mayStartEmpty } from "../../../core/masks/initializers.js";
import { asksForWeights } from "../../../compiler/plan/weights.js";
import type { Ir } from "../../../core/ir/types.js";
import { prune } from "../../core/masks/setting.js";
import { momentOf, networkOf, settingOf } from "../../core/masks/setting.js";
import { costs } from "../../../core/network/costs.js";
import { absorb } from "../../../core/surgery/absorb.js";
import { slim } from "../../../core/surgery/slim.js";
import { readNetwork } from "../../../core/network/read.js";
import { randomDead } from "../../helpers/masks.js";
import { cifarResNet, namedNetworks } from "../../helpers/networks.js";
import { randomNetwork } from "../../helpers/random-network.js";
import { randomStore, seeded } from "../../helpers/stock.js";

/** Rankings by weights that nothing has trained yet, with the weights in hand. */

const network = networkOf(cifarResNet());

test("a ranking over all layers by the loaded weights is foreseen layer by layer", async () => {
  const source =
    "prune filters by l1 global 50%\nprune filters by l2 global 10% normalized by mean per layer";
  const { parameters } = settingOf(cifarResNet(), 7);
  const { plan, ir } = compile(source, { network, weights: parameters });
  const setting = settingOf(cifarResNet(), 7);
  for (const [i, step] of (ir?.body ?? []).entries()) {
    if (step.kind !== "prune") throw new Error("a prune");
    const record = await prune(setting, step, momentOf(i));
    for (const { layer, live } of record.layers) {
      const planned = plan?.events[i]?.layers.find((one) => one.layer === layer)?.live;
      expect(planned).toEqual({ about: live, from: live, to: live });
    }
  }
  const untouched = settingOf(cifarResNet(), 7).parameters;
  expect([...parameters.values()]).toEqual([...untouched.values()]);
});

test("units that hold nothing in the file go with a `slim`, in the plan as in a run, and biases come that take up what they gave", () => {
  const [zeroed, grown] = [new Set<number>(), new Set<number>()];
  for (let seed = 0; seed < 60; seed++) {
    const random = seeded(seed);
    const made = readNetwork(randomNetwork(random).model).network;
    if (made === null) throw new Error("a network");
    // The kernels of some units are zeros, their biases and norms are not.
    const parameters = new Map(randomStore(made, random));
    const isEmpty = randomDead(made, 0.3, random);
    for (const { weights } of made.layers)
      for (const { key, shape, bindings, isKernel } of weights) {
        const data = parameters.get(key)?.data;
        const out = bindings.find(({ role }) => role === "out");
        if (!isKernel || data === undefined || out?.axis !== shape.length - 1) continue;
        data.forEach((_, i) => isEmpty(out.ids[i % out.ids.length] ?? -1) && (data[i] = 0));
      }
    const copy = new Map([...parameters].map(([key, one]) => [key, { ...one, data: one.data.slice() }]));
    const taken = absorb(made, copy, () => false);
    const left = slim(taken.network, taken.isDead).slimming?.network ?? taken.network;
    if (taken.absorbed.size > 0) zeroed.add(seed);
    if (taken.added.length > 0) grown.add(seed);
    const { params, macs } =
      compile("slim", { network: made, weights: parameters }).plan?.events.at(-1) ?? {};
    expect({ seed, params, macs }).toEqual({ seed, params: costs(left).params, macs: costs(left).macs });
  }
  expect(zeroed.size).toBeGreaterThan(20);
  expect(grown.size).toBeGreaterThan(3);
});

test("what such units leave is about so much where others go by chance", () => {
  const model = namedNetworks.get("plain")?.();
  const { parameters } = settingOf(model, 3);
  for (const { data, shape } of parameters.values())
    if (shape.length === 4) data.forEach((_, i) => i % (shape[3] ?? 1) < 2 && (data[i] = 0));
  const told = (by: string) =>
    compile(`prune filters by ${by} local 20%\nslim`, { network: networkOf(model), weights: parameters }).plan
      ?.events[1]?.params;
  expect(told("l1")).toEqual(expect.any(Number));
  expect(told("random")).toMatchObject({ about: expect.any(Number) as number });
});

test("training may wake what the file holds nothing in, or leave it: a `slim` behind it is told with both", () => {
  const model = namedNetworks.get("plain")?.();
  const { parameters } = settingOf(model, 3);
  const told = () =>
    compile("train 1 epoch\nslim", { network: networkOf(model), weights: parameters }).plan?.events.at(-1)
      ?.params;
  const whole = costs(networkOf(model)).params;
  expect(told()).toBe(whole);
  for (const { data, shape } of parameters.values())
    if (shape.length === 4) data.forEach((_, i) => i % (shape[3] ?? 1) < 2 && (data[i] = 0));
  const copy = new Map([...parameters].map(([key, one]) => [key, { ...one, data: one.data.slice() }]));
  const taken = absorb(networkOf(model), copy, () => false);
  const left = slim(taken.network, taken.isDead).slimming?.network ?? taken.network;
  expect(told()).toMatchObject({ from: costs(left).params, to: whole });
});

test("norms that start at zero are no units that hold nothing once they train", () => {
  const model = cifarResNet();
  const { parameters } = settingOf(model, 3);
  for (const [key, { data }] of parameters) if (key.endsWith("gamma")) data.fill(0);
  const event = compile("train 1 epoch\nslim", { network, weights: parameters }).plan?.events.at(-1);
  expect(event?.params).toBe(costs(network).params);
});

test("weights are asked for where they tell something", () => {
  const asks = (source: string) => {
    const { ir } = compile(source, { network });
    return ir !== null && asksForWeights(ir satisfies Pick<Ir, "body">);
  };
  expect(asks("prune filters by l1 global 50%")).toBe(true);
  expect(asks("repeat 2 times { prune filters by l1 below 0.1; train 1 epoch }")).toBe(true);
  expect(asks("prune filters by l1 local 50%")).toBe(false);
  expect(asks("prune filters by l1 local 50%\nslim")).toBe(true);
  expect(asks("prune weights by magnitude global 50%")).toBe(false);
  expect(asks("train 1 epoch\nprune filters by l1 global 50%")).toBe(false);
  expect(asks("train 1 epoch\nprune filters by l1 global 50%\nslim")).toBe(true);
  expect(asks("train 4 epochs { prune filters by l1 global 50% every epoch }")).toBe(false);
});

test("no weights are drawn to look for zeros among them, unless initializers make zeros", () => {
  const { ir } = compile("prune filters by l1 local 50%\nslim", { network });
  expect(ir !== null && asksForWeights(ir, mayStartEmpty(network))).toBe(false);
  const { ir: ranks } = compile("prune filters by l1 global 50%\nslim", { network });
  expect(ranks !== null && asksForWeights(ranks, false)).toBe(true);
  const kernels = network.layers.flatMap(({ weights }) => weights).filter(({ isKernel }) => isKernel);
  for (const [name, config, empty] of [
    ["Zeros", {}, true],
    ["Constant", { value: 0 }, true],
    ["Identity", {}, true],
    ["HeNormal", {}, false],
  ] as const) {
    const initializer = { class_name: name, config };
    const layers = network.layers.map((layer) => ({
      ...layer,
      weights: layer.weights.map((weight) => (weight === kernels[1] ? { ...weight, initializer } : weight)),
    }));
    expect(mayStartEmpty({ ...network, layers })).toBe(empty);
  }
});

test("what layers hold once they are re-fitted is not foreseen, and of JavaScript that it may be nothing", () => {
  const { parameters } = settingOf(cifarResNet(), 7);
  const told = (source: string) =>
    compile(source, { network, weights: parameters, javascript: { compensation: ["mine"] } }).plan?.events;
  const cuts = (by: string) =>
    told(`prune filters by l1 global 50%${by}\nprune filters by l2 global 10%`)?.map(({ layers }) =>
      layers.every(({ live }) => typeof live === "number" || live.from === live.to),
    );
  expect(cuts("")).toEqual([true, true]);
  for (const by of ["obs", "least-squares", "mine"])
    expect(cuts(` compensating by ${by}`)).toEqual([true, false]);
  const sizes = (by: string) =>
    told(`prune filters by l1 local 50% compensating by ${by}\nslim`)?.at(-1)?.params;
  expect(sizes("obs")).toEqual(expect.any(Number));
  expect(sizes("mine")).toMatchObject({ about: expect.any(Number) as number });
});
