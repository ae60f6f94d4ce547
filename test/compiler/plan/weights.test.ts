import { expect, test } from "vitest";
import { compile } from "../../../compiler/compile.js";
import { asksForWeights } from "../../../compiler/plan/weights.js";
import type { Ir } from "../../../core/ir/types.js";
import { prune } from "../../core/masks/setting.js";
import { momentOf, networkOf, settingOf } from "../../core/masks/setting.js";
import { costs } from "../../../core/network/costs.js";
import { absorb } from "../../../core/surgery/absorb.js";
import { slim } from "../../../core/surgery/slim.js";
import { cifarResNet, namedNetworks } from "../../helpers/networks.js";

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

test("units that hold nothing in the file go with a `slim`, in the plan as in a run", async () => {
  const model = namedNetworks.get("plain")?.();
  const setting = () => {
    const made = settingOf(model, 3);
    for (const [key, { data, shape }] of made.parameters)
      if (key.startsWith("conv2d_") && shape.length === 4)
        data.forEach((_, i) => (i % (shape[3] ?? 1) < 2 ? (data[i] = 0) : undefined));
    return made;
  };
  for (const source of [
    "slim",
    "prune filters by l1 local 20%\nslim",
    "prune filters by random local 20%\nslim",
  ]) {
    const plain = networkOf(model);
    const { plan, ir } = compile(source, { network: plain, weights: setting().parameters });
    const engine = setting();
    for (const step of ir?.body ?? []) if (step.kind === "prune") await prune(engine, step, momentOf());
    const taken = absorb(
      engine.network,
      engine.parameters,
      (channel) => engine.state.channels[channel] === 1,
    );
    const left = costs(slim(taken.network, taken.isDead).slimming?.network ?? taken.network);
    const told = plan?.events.at(-1)?.params;
    expect(left.params).toBeLessThan(costs(plain).params);
    if (source.includes("random")) expect(told).toMatchObject({ about: expect.any(Number) as number });
    else expect(told).toBe(left.params);
  }
});

test("weights are asked for where they tell something, before anything trains", () => {
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
  expect(asks("train 4 epochs { prune filters by l1 global 50% every epoch }")).toBe(false);
});
