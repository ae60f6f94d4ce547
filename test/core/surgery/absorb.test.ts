import { describe, expect, it } from "vitest";
import { readNetwork } from "../../../core/network/read.js";
import type { Json, Network } from "../../../core/network/types.js";
import { absorb } from "../../../core/surgery/absorb.js";
import { zeroChannels } from "../../../core/units/slices.js";
import { slim, slimStore } from "../../../core/surgery/slim.js";
import type { ParameterStore } from "../../../core/parameters.js";
import {
  blocks,
  namedNetworks,
  topology,
  type Blocks,
  type Ref,
  type TopologyBuilder,
} from "../../helpers/networks.js";
import { randomDead } from "../../helpers/masks.js";
import { randomNetwork } from "../../helpers/random-network.js";
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

/** Zeroes the kernels of some removable filters, as `prune weights` may; their biases and shifts live on. */
function emptyKernels(network: Network, store: ParameterStore, share: number, random: () => number): void {
  const chosen = new Set(network.units.filter(() => random() < share).map((unit) => unit.root));
  for (const weight of network.layers.flatMap((layer) => layer.weights)) {
    const binding = weight.bindings.find((b) => b.role === "out");
    const data = store.get(weight.key)?.data;
    if (!weight.isKernel || !binding || !data) continue;
    const inner = weight.shape.slice(binding.axis + 1).reduce((a, b) => a * b, 1);
    data.forEach((_, at) => {
      const id = binding.ids[Math.floor(at / inner) % binding.ids.length] ?? -1;
      if (chosen.has(network.channels.find(id))) data[at] = 0;
    });
  }
}

interface Outcome {
  readonly network: Network;
  readonly slimmed: Network;
  readonly absorbed: number;
  readonly added: readonly string[];
  readonly codes: readonly string[];
}

/** Absorbs and slims; both must compute what the network with emptied kernels computed. */
async function check(network: Network, seed: number, share = 0.4, killed = 0): Promise<Outcome> {
  const random = seeded(seed);
  const store = randomStore(network, random);
  emptyKernels(network, store, share, random);
  const isDead = randomDead(network, killed, random);
  zeroChannels(network, store, isDead);
  const inputs = randomInputs(network, 2, random);
  const before = await runStock(network, store, inputs, 2);
  const done = absorb(network, store, isDead);
  const after = await runStock(done.network, store, inputs, 2);
  expect(distance(after.outputs, before.outputs)).toBeLessThan(1e-5);
  const { slimming, diagnostics } = slim(done.network, done.isDead);
  expect(diagnostics).toEqual([]);
  if (!slimming) throw new Error("not slimmed");
  const slimmed = await runStock(slimming.network, slimStore(slimming, store), inputs, 2);
  expect(distance(slimmed.outputs, before.outputs)).toBeLessThan(1e-5);
  return {
    network: done.network,
    slimmed: slimming.network,
    absorbed: done.absorbed.size,
    added: done.added,
    codes: done.diagnostics.map((d) => d.code),
  };
}

describe("constant channels", () => {
  for (const [name, model] of namedNetworks) {
    it(`are taken up exactly: ${name}`, async () => {
      await check(read(model()), name.length + 11);
    });
  }

  it("are taken up exactly in random networks", async () => {
    let absorbed = 0;
    for (let seed = 0; seed < 80; seed++) {
      absorbed += (await check(read(randomNetwork(seeded(seed)).model), seed, 0.4, (seed % 3) * 0.2))
        .absorbed;
    }
    expect(absorbed).toBeGreaterThan(60);
  });

  it("go into the bias of a dense layer, and all of them go", async () => {
    const network = net((b, k) => k.dense(k.dense(b.input([6]), 10, "sigmoid"), 3));
    const done = await check(network, 4);
    expect(done.absorbed).toBeGreaterThan(1);
    expect(done.added).toEqual([]);
    expect(done.slimmed.layers[1]?.weights[0]?.shape).toEqual([6, 10 - done.absorbed]);
  });

  it("give a bias to a layer that has none", async () => {
    const network = net((b, k) =>
      k.dense(k.dense(b.input([6]), 10, "sigmoid"), 3, "linear", { use_bias: false }),
    );
    const done = await check(network, 4);
    expect(done.added).toEqual(["dense_2/bias"]);
    expect(done.slimmed.layers[2]?.config["use_bias"]).toBe(true);
  });

  it("go into the moving mean of the batch norm behind, and add no bias", async () => {
    const network = net((b, k) => {
      const x = k.conv(b.input([6, 6, 2]), 8, 3, 1, { use_bias: true, activation: "sigmoid" });
      return k.dense(k.gap(k.cbr(x, 5, 1)), 3);
    });
    const done = await check(network, 4);
    expect(done.absorbed).toBeGreaterThan(1);
    expect(done.added).toEqual([]);
  });

  it("add a bias where the batch norm behind normalises another layer as well", async () => {
    const network = net((b, k) => {
      const image = b.input([6, 6, 2]);
      const x = k.conv(image, 8, 3, 1, { use_bias: true, activation: "sigmoid" });
      const normalised = k.bn(k.conv(x, 5, 1));
      const also = b.again(normalised, [k.conv(image, 5, 1)]);
      return k.dense(k.gap(k.add(normalised, also)), 3);
    });
    const done = await check(network, 4);
    expect(done.absorbed).toBeGreaterThan(1);
    expect(done.added).toEqual(["conv2d_2/bias"]);
  });

  it("go into a bias where the batch norm behind normalises another axis, though it has as many statistics", async () => {
    const network = net((b, k) => {
      const x = k.conv(b.input([5, 5, 2]), 8, 1, 1, { use_bias: true, activation: "sigmoid" });
      return k.dense(b.call("BatchNormalization", { axis: 1 }, [k.conv(x, 5, 1)]), 3);
    });
    const done = await check(network, 4);
    expect(done.absorbed).toBeGreaterThan(1);
    expect(done.added).toEqual(["conv2d_2/bias"]);
  });

  it("leave one carrier under zero padding", async () => {
    const network = net((b, k) => {
      const x = k.conv(b.input([6, 6, 2]), 8, 3, 1, { use_bias: true, activation: "sigmoid" });
      return k.dense(k.gap(k.conv(x, 5, 3)), 3);
    });
    const all = await check(network, 4, 0);
    expect(all.absorbed).toBe(0);
    const done = await check(network, 4, 0.6);
    expect(done.codes).toEqual(["P4022"]);
    expect(done.absorbed).toBeGreaterThan(1);
    expect(done.added).toEqual([]);
  });

  it("stay behind a padded depthwise layer, with a note", async () => {
    const network = net((b, k) => {
      const x = k.conv(b.input([6, 6, 2]), 8, 3, 1, { use_bias: true, activation: "sigmoid" });
      const y = b.call("SeparableConv2D", { filters: 4, kernel_size: [3, 3], padding: "same" }, [x]);
      return k.dense(k.gap(y), 3);
    });
    const done = await check(network, 4, 0.6);
    expect(done.slimmed.layers[1]?.weights[0]?.shape).toEqual([3, 3, 2, 8]);
    expect(done.codes).toEqual(["P4022"]);
  });

  it("never take the last channel of a layer", async () => {
    const network = net((b, k) => k.dense(k.dense(b.input([6]), 4, "sigmoid"), 3));
    const done = await check(network, 4, 2);
    expect(done.absorbed).toBe(3);
  });
});
