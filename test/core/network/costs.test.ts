import { describe, expect, it } from "vitest";
import { costs } from "../../../core/network/costs.js";
import { readNetwork } from "../../../core/network/read.js";
import type { Json, JsonObject, Network } from "../../../core/network/types.js";
import {
  cifarResNet,
  lenet300100,
  lenet5,
  resnet18,
  resnet50,
  topology,
  vgg16,
  vggCifar,
} from "../../helpers/networks.js";

function read(model: Json): Network {
  const { network, diagnostics } = readNetwork(model);
  expect(diagnostics).toEqual([]);
  if (!network) throw new Error("not read");
  return network;
}

/** Parameters without the moving statistics of batch norms, as PyTorch counts them. */
function trained(network: Network, isDead?: (channel: number) => boolean): { params: number; macs: number } {
  const c = costs(network, isDead);
  return { params: c.trainableParams, macs: c.macs };
}

/** Elements of the kernels alone. */
function kernels(network: Network): number {
  return network.layers
    .flatMap((l) => l.weights)
    .reduce((n, w) => n + (w.isKernel ? w.shape.reduce((a, b) => a * b, 1) : 0), 0);
}

/** The upper half of every layer's removable output axis dies. */
function upperHalf(network: Network): (channel: number) => boolean {
  const dead = new Set<number>();
  for (const layer of network.layers) {
    for (const size of layer.sizes) {
      size.ids.forEach((id, i) => {
        if (!network.channels.protection(id) && i >= size.ids.length / 2) dead.add(network.channels.find(id));
      });
    }
  }
  return (channel) => dead.has(network.channels.find(channel));
}

describe("published sizes", () => {
  it("ResNet-18 with all widths halved, by a mask and rebuilt", () => {
    const network = read(resnet18());
    expect(trained(network)).toEqual({ params: 11_689_512, macs: 1_814_073_344 });
    const half = { params: 3_055_880, macs: 483_149_824 };
    expect(trained(network, upperHalf(network))).toEqual(half);
    expect(trained(read(resnet18({ width: 0.5 })))).toEqual(half);
  });

  it("ResNet-50, its inner widths halved, and every width halved", () => {
    const network = read(resnet50());
    expect(trained(network)).toEqual({ params: 25_557_032, macs: 4_089_184_256 });
    expect(kernels(network)).toBe(25_502_912);
    const inner = read(resnet50({ inner: 0.5 }));
    expect([kernels(inner), costs(inner).macs]).toEqual([12_335_296, 1_822_031_872]);
    const half = { params: 6_917_640, macs: 1_052_311_552 };
    expect(trained(read(resnet50({ width: 0.5 })))).toEqual(half);
    expect(trained(network, upperHalf(network))).toEqual(half);
  });

  it("CIFAR ResNets", () => {
    const network = read(cifarResNet());
    expect([kernels(network), costs(network).macs]).toEqual([270_896, 40_813_184]);
    const narrow = read(cifarResNet({ widths: [16, 16, 64] }));
    expect([kernels(narrow), costs(narrow).macs]).toEqual([223_536, 30_655_104]);
    const [sizes, products] = [20, 32, 56, 110]
      .map((depth) => trained(read(cifarResNet({ depth }))))
      .reduce<[number[], number[]]>(
        ([p, m], { params, macs }) => [
          [...p, params],
          [...m, macs],
        ],
        [[], []],
      );
    expect(sizes).toEqual([272_474, 466_906, 855_770, 1_730_714]);
    expect(products.map((macs) => (macs / 1e6).toFixed(2))).toEqual(["40.81", "69.12", "125.75", "253.15"]);
  });

  it("LeNets and VGG", () => {
    expect(costs(read(lenet300100()))).toMatchObject({ params: 266_610, macs: 266_200 });
    expect(costs(read(lenet5()))).toMatchObject({ params: 431_080, macs: 2_293_000 });
    expect([kernels(read(lenet300100())), kernels(read(lenet5()))]).toEqual([266_200, 430_500]);
    const sizeOf = (model: Json) => {
      const { params, macs } = trained(read(model));
      return [params, (macs / 1e6).toFixed(2)];
    };
    expect(sizeOf(vgg16())).toEqual([14_724_042, "313.20"]);
    expect(sizeOf(vgg16([512, 10]))).toEqual([14_986_698, "313.46"]);
    const four = (width: number) => [width, width, width, width] as const;
    const vgg19 = [64, 64, "M", 128, 128, "M", ...four(256), "M", ...four(512), "M", ...four(512)] as const;
    expect(sizeOf(vggCifar(vgg19, [10]))).toEqual([20_035_018, "398.14"]);
  });
});

describe("multiply–accumulates of one layer", () => {
  const one = (className: string, config: JsonObject, ...shapes: readonly (readonly number[])[]): number => {
    const b = topology();
    const inputs = shapes.map((shape) => b.input(shape));
    return costs(read(b.build([b.call(className, config, inputs)]))).macs;
  };

  it("are counted by hand", () => {
    const k = { kernel_size: [3, 3], padding: "same" };
    expect(one("Conv2D", { ...k, filters: 4, strides: [2, 2] }, [8, 8, 5])).toBe(4 * 4 * 9 * 5 * 4);
    expect(one("Conv2DTranspose", { ...k, filters: 4, strides: [2, 2] }, [8, 8, 5])).toBe(8 * 8 * 9 * 5 * 4);
    expect(one("DepthwiseConv2D", { ...k, depth_multiplier: 2 }, [8, 8, 5])).toBe(8 * 8 * 9 * 10);
    expect(one("SeparableConv2D", { ...k, filters: 4, depth_multiplier: 2 }, [8, 8, 5])).toBe(
      8 * 8 * (9 * 10 + 10 * 4),
    );
    expect(one("Dense", { units: 7 }, [6, 5])).toBe(6 * 5 * 7);
    expect(one("SimpleRNN", { units: 7 }, [6, 5])).toBe(6 * (5 * 7 + 7 * 7));
    expect(one("GRU", { units: 7 }, [6, 5])).toBe(6 * 3 * (5 * 7 + 7 * 7));
    expect(one("LSTM", { units: 7 }, [6, 5])).toBe(6 * 4 * (5 * 7 + 7 * 7));
    expect(one("ConvLSTM2D", { ...k, filters: 2 }, [3, 4, 4, 5])).toBe(3 * 4 * 4 * 9 * 4 * (5 * 2 + 2 * 2));
    const lstm = { class_name: "LSTM", config: { units: 7 } };
    expect(one("Bidirectional", { layer: lstm }, [6, 5])).toBe(2 * 6 * 4 * (5 * 7 + 7 * 7));
    const dense = { class_name: "Dense", config: { units: 7 } };
    expect(one("TimeDistributed", { layer: dense }, [6, 5])).toBe(6 * 5 * 7);
    expect(one("Dot", { axes: [2, 2] }, [6, 5], [3, 5])).toBe(6 * 3 * 5);
    expect(one("Embedding", { input_dim: 9, output_dim: 4 }, [6])).toBe(0);
  });

  it("of a layer called twice count twice, its parameters once", () => {
    const b = topology();
    const x = b.call("Dense", { units: 5 }, [b.input([5])]);
    expect(costs(read(b.build([b.again(x, [x])])))).toMatchObject({ params: 30, macs: 50 });
  });
});
