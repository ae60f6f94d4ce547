import { describe, expect, it } from "vitest";
import { dead } from "../../../core/masks/state.js";
import { costs } from "../../../core/network/costs.js";
import { readNetwork } from "../../../core/network/read.js";
import type { Network } from "../../../core/network/types.js";
import type { ParameterStore } from "../../../core/parameters.js";
import { shiftKernel, shiftNetwork, shiftSlimming } from "../../../core/surgery/shift.js";
import { slim, slimStore } from "../../../core/surgery/slim.js";
import { kernelOf, tapsOf } from "../../../core/surgery/taps.js";
import { zeroChannels } from "../../../core/units/slices.js";
import { runOurs } from "../../helpers/ours.js";
import { distance, randomInputs, randomStore, runStock, seeded } from "../../helpers/stock.js";

type Config = Readonly<Record<string, unknown>>;
const layer = (class_name: string, config: Config) => ({ class_name, config });
const conv = (name: string, config: Config = {}) =>
  layer("Conv2D", { name, filters: 6, kernel_size: [3, 3], activation: "tanh", ...config });

const sequential = (config: Config, after: readonly object[] = []) => ({
  class_name: "Sequential",
  config: {
    name: "s",
    layers: [conv("c", { batch_input_shape: [null, 9, 8, 4], ...config }), ...after],
  },
});

const input = (name: string) => ({
  ...layer("InputLayer", { name, batch_input_shape: [null, 8, 8, 6] }),
  name,
  inbound_nodes: [],
});
const called = (one: ReturnType<typeof layer>, ...nodes: readonly (readonly string[])[]) => ({
  ...one,
  name: one.config["name"],
  inbound_nodes: nodes.map((from) => from.map((name) => [...name.split("/"), 0, {}])).map(refs),
});
/** "name" or "name/call". */
const refs = (node: readonly unknown[][]) => node.map(([name, call]) => [name, Number(call) || 0, 0, {}]);
const functional = (layers: readonly object[], out: string) => ({
  class_name: "Model",
  config: {
    name: "f",
    layers: [input("x"), ...layers],
    input_layers: [["x", 0, 0]],
    output_layers: [[out, 0, 0]],
  },
});

/** Two convolutions on either side of a residual join; the second is called twice. */
const residual = functional(
  [
    called(conv("a", { padding: "same" }), ["x"]),
    called(layer("Add", { name: "join" }), ["x", "a"]),
    called(conv("b", { padding: "same", use_bias: false }), ["join"], ["b"]),
    called(layer("Add", { name: "sum" }), ["b/1", "join"]),
  ],
  "sum",
);

const nested = functional(
  [
    {
      ...sequential({ batch_input_shape: [null, 8, 8, 6], padding: "same" }, [
        conv("d", { strides: [2, 2] }),
      ]),
      name: "s",
      inbound_nodes: [[["x", 0, 0, {}]]],
    },
    called(layer("Flatten", { name: "flat" }), ["s/1"]),
  ],
  "flat",
);

const cases: Readonly<Record<string, object>> = {
  valid: sequential({}),
  same: sequential({ padding: "same" }),
  "strides, same": sequential({ padding: "same", strides: [2, 2] }),
  "strides, valid": sequential({ strides: 3, kernel_size: [5, 4] }),
  "dilation, same": sequential({ padding: "same", dilation_rate: [2, 2], filters: 9 }),
  "dilation, valid, one axis": sequential({ dilation_rate: [1, 3], filters: 9, kernel_size: [3, 2] }),
  "no bias, then another": sequential({ use_bias: false }, [conv("d", { kernel_size: 2, padding: "same" })]),
  "residual, called twice": residual,
  "nested models": nested,
};

function read(model: object): Network {
  const { network, diagnostics } = readNetwork(JSON.parse(JSON.stringify(model)));
  if (network === null) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return network;
}

/** Leaves every input channel of all convolutions one tap, the first channel none at all; the codes of those masks. */
function maskTaps(network: Network, store: ParameterStore, random: () => number): Map<string, Uint8Array> {
  const codes = new Map<string, Uint8Array>();
  for (const kernel of network.layers.flatMap((one) => kernelOf(one) ?? [])) {
    const [height = 1, width = 1, inputs = 1, outputs = 1] = kernel.shape;
    const kept = Array.from({ length: inputs }, (_, i) =>
      i === 0 ? -1 : Math.floor(random() * height * width),
    );
    const data = store.get(kernel.key)?.data ?? new Float32Array();
    const own = new Uint8Array(data.length);
    for (let at = 0; at < data.length; at++) {
      const row = Math.floor(at / outputs);
      if (kept[row % inputs] === Math.floor(row / inputs) && at % 7 !== 0) continue;
      own[at] = dead;
      data[at] = 0;
    }
    codes.set(kernel.key, own);
  }
  return codes;
}

function shiftAll(network: Network, store: ParameterStore, codes: ReadonlyMap<string, Uint8Array>) {
  let [now, values, shifts] = [network, store, 0];
  for (let index = network.layers.length - 1; index >= 0; index--) {
    const own = network.layers[index];
    const kernel = own && kernelOf(own);
    const taps = kernel && tapsOf(kernel, codes.get(kernel.key));
    const shifted = taps ? shiftNetwork(now, index) : null;
    if (!taps || shifted === null) continue;
    values = slimStore(shiftSlimming(shifted, taps), values);
    const { parameter } = shiftKernel(shifted, taps);
    values.set(parameter.key, parameter);
    now = shifted.network;
    shifts++;
  }
  return { network: now, store: values, shifts };
}

describe("a convolution of one tap for each input channel, as a shift and a 1×1 one", () => {
  it.each(Object.entries(cases))(
    "computes the same here and in stock TensorFlow.js, smaller: %s",
    async (_, model) => {
      const network = read(model);
      const convolutions = network.layers.filter(({ className }) => className === "Conv2D").length;
      for (const seed of [1, 2, 3]) {
        const random = seeded(seed);
        const store = randomStore(network, random);
        const inputs = randomInputs(network, 2, random);
        const codes = maskTaps(network, store, random);
        const small = shiftAll(network, store, codes);
        expect(small.shifts).toBe(convolutions);
        const [masked, ours, stock] = [
          await runStock(network, store, inputs, 2),
          await runOurs(small.network, small.store, inputs, 2),
          await runStock(small.network, small.store, inputs, 2),
        ];
        expect(distance(stock.outputs, masked.outputs)).toBeLessThan(1e-5);
        expect(distance(ours.outputs, masked.outputs)).toBeLessThan(1e-5);
        expect(stock.params).toBe(costs(small.network).params);
        expect(stock.params).toBeLessThan(masked.params);
        expect(costs(small.network).macs).toBeLessThan(costs(network).macs);
        expect(costs(small.network).trainableParams).toBeLessThan(costs(small.network).params);
      }
    },
  );

  it.each(Object.entries(cases))("is what is read back from its topology: %s", (_, model) => {
    const network = read(model);
    const { network: written } = shiftAll(
      network,
      new Map(),
      maskTaps(network, randomStore(network, seeded(1)), seeded(1)),
    );
    const again = read(written.topology);
    const facts = ({ layers, calls }: Network) => ({
      layers: layers.map(({ path, className, weights, uses, trainable }) => ({
        path,
        className,
        uses,
        trainable,
        weights: weights.map(({ key, savedAs, shape, trainable: trains, alias }) => [
          key,
          savedAs,
          shape,
          trains,
          alias,
        ]),
      })),
      calls: calls.map(({ layer: of, macs }) => [
        of,
        macs.map(({ times, weight, out, in: from }) => [times, weight, out?.length, from?.length]),
      ]),
    });
    expect(facts(again)).toEqual(facts(written));
    expect({ ...costs(again), perLayer: [] }).toEqual({ ...costs(written), perLayer: [] });
  });

  it.each([
    ["in a row", sequential({ padding: "same" }, [conv("d"), layer("Flatten", { name: "flat" })])],
    ["nested", nested],
  ])("loses its filters and its channels with their units afterwards: %s", async (_, model) => {
    const network = read(model);
    const random = seeded(5);
    const store = randomStore(network, random);
    const inputs = randomInputs(network, 2, random);
    const small = shiftAll(network, store, maskTaps(network, store, random));
    const gone = new Set(network.units.slice(1, 3).map(({ root }) => root));
    const isDead = (id: number): boolean => gone.has(network.channels.find(id));
    const { slimming } = slim(small.network, isDead);
    if (slimming === null) throw new Error("it can be slimmed");
    const shapes = new Map(
      slimming.network.layers.flatMap(({ weights }) =>
        weights.map(({ name, key, shape }) => [`${name} ${key}`, shape]),
      ),
    );
    expect([...shapes].find(([key]) => key.endsWith("d_shift/depthwise_kernel"))?.[1]).toEqual([3, 3, 4, 1]);
    zeroChannels(network, store, isDead);
    const masked = await runStock(network, store, inputs, 2);
    const { outputs } = await runStock(slimming.network, slimStore(slimming, small.store), inputs, 2);
    expect(distance(outputs, masked.outputs)).toBeLessThan(1e-5);
  });

  it.each([
    ["kernels of one place", { kernel_size: 1 }],
    ["as many parameters", { filters: 1 }],
    ["strides that differ", { strides: [1, 2] }],
    ["groups", { groups: 2 }],
    ["a spread kernel of more places", { dilation_rate: 5, kernel_size: 2, padding: "same" }],
  ])("is left as it is for %s", (_, config) => {
    expect(shiftNetwork(read(sequential(config)), 0)).toBeNull();
  });
});

describe("tapsOf", () => {
  const kernel = kernelOf(read(sequential({ kernel_size: [1, 3], filters: 2 })).layers[0] ?? never());
  const codes = (living: readonly (readonly [tap: number, input: number, output: number])[]) => {
    const own = new Uint8Array(3 * 4 * 2).fill(dead);
    for (const [tap, at, output] of living) own[(tap * 4 + at) * 2 + output] = 0;
    return own;
  };

  it("finds the tap of each input channel, the middle where none lives", () => {
    if (kernel === undefined) return never();
    expect(
      tapsOf(
        kernel,
        codes([
          [2, 0, 0],
          [2, 0, 1],
          [0, 1, 1],
          [1, 3, 0],
        ]),
      ),
    ).toEqual(Int32Array.of(2, 0, 1, 1));
    expect(
      tapsOf(
        kernel,
        codes([
          [2, 0, 0],
          [1, 0, 1],
        ]),
      ),
    ).toBeNull();
    expect(tapsOf(kernel, undefined)).toBeNull();
  });
});

function never(): never {
  throw new Error("the network has a layer with a kernel");
}
