import { describe, expect, it } from "vitest";
import { costs } from "../../../core/network/costs.js";
import { readNetwork } from "../../../core/network/read.js";
import type { Json, Network } from "../../../core/network/types.js";
import { collapse } from "../../../core/network/collapse.js";
import { zeroChannels } from "../../../core/units/slices.js";
import { slim, slimStore } from "../../../core/surgery/slim.js";
import { randomDead } from "../../helpers/masks.js";
import {
  blocks,
  cifarResNet,
  namedNetworks,
  topology,
  type Blocks,
  type Ref,
  type TopologyBuilder,
} from "../../helpers/networks.js";
import { distance, randomInputs, randomStore, runStock, seeded } from "../../helpers/stock.js";

function read(model: Json): Network {
  const { network, diagnostics } = readNetwork(model);
  if (!network) throw new Error(diagnostics.map((d) => d.message).join());
  return network;
}

function net(draw: (b: TopologyBuilder, k: Blocks) => Ref): Network {
  const b = topology();
  return read(b.build([draw(b, blocks(b))]));
}

type IsDead = (channel: number) => boolean;

/** All removable channels of these layers die, and some others by chance. */
function emptied(network: Network, paths: readonly string[], also: IsDead = () => false): IsDead {
  const roots = new Set<number>();
  for (const layer of network.layers) {
    if (!paths.includes(layer.path)) continue;
    for (const size of layer.sizes) {
      for (const id of size.ids) if (!network.channels.protection(id)) roots.add(network.channels.find(id));
    }
  }
  return (channel) => roots.has(network.channels.find(channel)) || also(channel);
}

/** Kills, silences, slims; the slimmed network computes what the masked one does. Returns the slimmed network. */
async function check(network: Network, isDead: IsDead): Promise<Network> {
  const random = seeded(3);
  const store = randomStore(network, random);
  const inputs = randomInputs(network, 2, random);
  const fate = collapse(network, isDead);
  expect(fate.diagnostics).toEqual([]);
  zeroChannels(network, store, fate.isDead);
  for (const key of fate.silenced) store.get(key)?.data.fill(0);
  const masked = await runStock(network, store, inputs, 2);
  const { slimming, diagnostics } = slim(network, isDead, { allowingCollapse: true });
  expect(diagnostics).toEqual([]);
  if (!slimming) throw new Error("not slimmed");
  const slimmed = await runStock(slimming.network, slimStore(slimming, store), inputs, 2);
  expect(distance(slimmed.outputs, masked.outputs)).toBeLessThan(1e-5);
  expect(slimmed.params).toBe(costs(slimming.network).params);
  expect(Math.max(...masked.outputs.map((y) => Math.max(...y.map(Math.abs))))).toBeGreaterThan(1e-3);
  return slimming.network;
}

const paths = (network: Network): readonly string[] => network.layers.map((layer) => layer.path);

describe("a branch that lost all its channels", () => {
  it("goes whole, and the addition with it", async () => {
    const network = read(namedNetworks.get("residual, identity")?.() ?? null);
    const isDead = emptied(network, ["conv2d_2"]);
    expect(slim(network, isDead).diagnostics.map((d) => d.code)).toEqual(["P4020"]);
    expect(collapse(network, isDead).silenced).toEqual([
      "batchnormalization_3/gamma",
      "batchnormalization_3/beta",
      "batchnormalization_3/moving_mean",
    ]);
    const smaller = await check(network, isDead);
    expect(paths(smaller).filter((p) => /conv|add/.test(p))).toEqual(["conv2d_1"]);
  });

  it("goes whole in a deep network, with other channels dead as well", async () => {
    const network = read(cifarResNet({ depth: 14, widths: [4, 6, 8], size: 8 }));
    const random = seeded(8);
    const isDead = emptied(network, ["conv2d_4", "conv2d_9"], randomDead(network, 0.3, random));
    const smaller = await check(network, isDead);
    expect(paths(smaller)).not.toContain("conv2d_5");
    expect(paths(smaller)).toContain("add_1");
    expect(smaller.calls.length).toBeLessThan(network.calls.length);
    expect(new Set(smaller.calls.map((c) => c.origin)).size).toBe(smaller.calls.length);
  });

  it("goes with another one through a maximum of both", async () => {
    const network = net((b, k) => {
      const x = k.conv(b.input([6, 6, 2]), 4);
      const y = k.conv(x, 5);
      return k.dense(k.gap(k.add(x, b.call("Maximum", {}, [k.conv(y, 4), k.conv(y, 4)]))), 3);
    });
    const smaller = await check(network, emptied(network, ["conv2d_2"]));
    expect(paths(smaller).filter((p) => /conv|add|maximum/.test(p))).toEqual(["conv2d_1"]);
  });

  it("takes its bias along", async () => {
    const smaller = await check(
      net((b, k) => {
        const x = k.conv(b.input([6, 6, 2]), 4, 3, 1, { use_bias: true });
        const y = k.conv(k.conv(x, 5), 4, 1, 1, { use_bias: true, activation: "relu" });
        return k.dense(k.gap(k.add(x, y, k.conv(x, 4))), 3);
      }),
      (id) => id >= 6 && id < 11,
    );
    expect(paths(smaller)).not.toContain("conv2d_3");
    expect(paths(smaller)).toContain("add_1");
  });

  it("leaves a concatenation, which goes when one path is left", async () => {
    const network = read(namedNetworks.get("parallel paths")?.() ?? null);
    const one = await check(network, emptied(network, ["conv2d_3"]));
    expect(paths(one)).toContain("concatenate_1");
    const three = await check(network, emptied(network, ["conv2d_2", "conv2d_4", "conv2d_6", "conv2d_7"]));
    expect(paths(three)).not.toContain("concatenate_1");
    expect(paths(three)).not.toContain("conv2d_5");
  });

  it("goes from nested models, which are laid flat", async () => {
    const inner = topology();
    const ki = blocks(inner);
    const i = inner.input([6, 6, 4]);
    const sub = inner.build([ki.add(i, ki.bn(ki.conv(ki.cbr(i, 5), 4)))], "sub");
    const network = net((b, k) => {
      const once = b.nest(sub, [k.conv(b.input([6, 6, 2]), 4)], "block");
      return k.dense(k.gap(k.relu(b.again(once, [once]))), 3);
    });
    const smaller = await check(network, emptied(network, ["block>conv2d_1"]));
    expect(paths(smaller).some((path) => path.startsWith("block>"))).toBe(false);
  });

  it("takes along what only it needed", async () => {
    const network = net((b, k) => {
      const x = k.conv(b.input([6, 6, 2]), 4);
      const side = k.cbr(k.cbr(x, 5), 6);
      const last = k.bn(k.conv(side, 4, 1));
      return k.dense(k.gap(k.add(x, last)), 3);
    });
    const smaller = await check(network, emptied(network, ["conv2d_3"]));
    expect(paths(smaller).filter((p) => p.startsWith("conv"))).toEqual(["conv2d_1"]);
  });
});

describe("what cannot go whole", () => {
  const code = (network: Network, isDead: IsDead): readonly string[] =>
    slim(network, isDead, { allowingCollapse: true }).diagnostics.map((d) => d.code);

  it("is an error: the only path", () => {
    const network = read(namedNetworks.get("plain")?.() ?? null);
    expect(code(network, emptied(network, ["conv2d_1"]))).toEqual(["P4021"]);
  });

  it("is an error: zeros that would have to be compared or made", () => {
    const network = net((b, k) => {
      const x = k.conv(b.input([6, 6, 2]), 4);
      return k.dense(k.gap(b.call("Maximum", {}, [x, k.conv(k.conv(x, 5), 4)])), 3);
    });
    expect(code(network, emptied(network, ["conv2d_2"]))).toEqual(["P4021"]);
    const gate = read(namedNetworks.get("squeeze and excite")?.() ?? null);
    expect(code(gate, emptied(gate, ["dense_1"]))).toEqual(["P4021"]);
  });
});
