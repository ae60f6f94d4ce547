import type { JsonObject } from "../../../core/network/types.js";
import { blocks, type Blocks } from "./blocks.js";
import { sequential, topology, type Ref } from "./builder.js";

/** The networks whose sizes are published. */

export function lenet300100(widths: readonly [number, number] = [300, 100]): JsonObject {
  return sequential([
    ["Dense", { units: widths[0], activation: "relu", batch_input_shape: [null, 784] }],
    ["Dense", { units: widths[1], activation: "relu" }],
    ["Dense", { units: 10, activation: "softmax" }],
  ]);
}

/** LeNet-5 of Caffe: 20, 50, 500, 10, valid convolutions. */
export function lenet5(): JsonObject {
  const conv = (filters: number, more: JsonObject = {}): readonly [string, JsonObject] => [
    "Conv2D",
    { filters, kernel_size: [5, 5], strides: [1, 1], padding: "valid", activation: "relu", ...more },
  ];
  const pool: readonly [string, JsonObject] = [
    "MaxPooling2D",
    { pool_size: [2, 2], strides: [2, 2], padding: "valid" },
  ];
  return sequential([
    conv(20, { batch_input_shape: [null, 28, 28, 1] }),
    pool,
    conv(50),
    pool,
    ["Flatten", {}],
    ["Dense", { units: 500, activation: "relu" }],
    ["Dense", { units: 10, activation: "softmax" }],
  ]);
}

export interface ResNetOptions {
  /** Multiplies every width. Default 1. */
  readonly width?: number;
  /** Multiplies the inner widths of bottlenecks once more. Default 1. */
  readonly inner?: number;
  readonly size?: number;
  readonly classes?: number;
}

/** ResNet of ImageNet in torchvision's layout: symmetric zero padding, convolutions without bias. */
function imagenetResNet(counts: readonly number[], bottleneck: boolean, options: ResNetOptions): JsonObject {
  const { width = 1, inner = 1, size = 224, classes = 1000 } = options;
  const b = topology();
  const k = blocks(b);
  const c = (n: number): number => Math.floor(n * width);
  const padded = (x: Ref, filters: number, kernel: number, stride: number): Ref =>
    k.bn(k.conv(kernel > 1 ? k.pad(x, (kernel - 1) / 2) : x, filters, kernel, stride, { padding: "valid" }));
  let x = k.relu(padded(b.input([size, size, 3]), c(64), 7, 2));
  x = k.pool(k.pad(x, 1), "Max", 3, 2);
  let channels = c(64);
  counts.forEach((count, stage) => {
    const out = bottleneck ? c(256 * 2 ** stage) : c(64 * 2 ** stage);
    const within = bottleneck ? Math.floor(c(64 * 2 ** stage) * inner) : out;
    for (let i = 0; i < count; i++) {
      const stride = stage > 0 && i === 0 ? 2 : 1;
      const shortcut = stride !== 1 || channels !== out ? padded(x, out, 1, stride) : x;
      let y: Ref;
      if (bottleneck) {
        y = k.relu(padded(x, within, 1, 1));
        y = k.relu(padded(y, within, 3, stride));
        y = padded(y, out, 1, 1);
      } else {
        y = k.relu(padded(x, out, 3, stride));
        y = padded(y, out, 3, 1);
      }
      x = k.relu(k.add(y, shortcut));
      channels = out;
    }
  });
  return b.build([k.dense(k.gap(x), classes, "softmax")]);
}

export function resnet18(options: ResNetOptions = {}): JsonObject {
  return imagenetResNet([2, 2, 2, 2], false, options);
}

export function resnet50(options: ResNetOptions = {}): JsonObject {
  return imagenetResNet([3, 4, 6, 3], true, options);
}

export interface CifarOptions {
  readonly depth?: number;
  readonly widths?: readonly [number, number, number];
  readonly size?: number;
  readonly classes?: number;
}

/** CIFAR ResNet (He et al. 2016) with 1×1 projections: option B. Depth 6n + 2. */
export function cifarResNet(options: CifarOptions = {}): JsonObject {
  const { depth = 20, widths = [16, 32, 64], size = 32, classes = 10 } = options;
  const b = topology();
  const k = blocks(b);
  let x = k.cbr(b.input([size, size, 3]), widths[0]);
  widths.forEach((filters, stage) => {
    for (let i = 0; i < (depth - 2) / 6; i++) {
      const stride = stage > 0 && i === 0 ? 2 : 1;
      const y = k.bn(k.conv(k.cbr(x, filters, 3, stride), filters));
      x = k.relu(k.add(y, stage > 0 && i === 0 ? k.bn(k.conv(x, filters, 1, stride)) : x));
    }
  });
  return b.build([k.dense(k.gap(x), classes, "softmax")]);
}

/** VGG with batch norm for CIFAR; `head` are the widths of the fully connected layers. */
export function vggCifar(layers: readonly (number | "M")[], head: readonly number[]): JsonObject {
  const b = topology();
  const k: Blocks = blocks(b);
  let x: Ref = b.input([32, 32, 3]);
  for (const layer of layers) x = layer === "M" ? k.pool(x) : k.cbr(x, layer);
  x = k.gap(x);
  head.forEach((units, i) => {
    x = k.dense(x, units, i === head.length - 1 ? "softmax" : "relu");
  });
  return b.build([x]);
}

const BLOCKS_16: readonly (number | "M")[] = [
  64,
  64,
  "M",
  128,
  128,
  "M",
  256,
  256,
  256,
  "M",
  512,
  512,
  512,
  "M",
  512,
  512,
  512,
];

export function vgg16(head: readonly number[] = [10]): JsonObject {
  return vggCifar(BLOCKS_16, head);
}
