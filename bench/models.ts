import { layers as tfl, tf } from "../runtime/backend/index.js";
import type { Batch } from "../runtime/types.js";

const L = tfl.layers;
type Tensor = tfl.SymbolicTensor;

function apply(layer: Pick<ReturnType<typeof L.dense>, "apply">, x: Tensor | Tensor[]): Tensor {
  const y = layer.apply(x);
  if (Array.isArray(y) || y instanceof tf.Tensor) throw new Error("one symbolic tensor was expected");
  return y;
}

const normed = (x: Tensor, epsilon: number) => apply(L.batchNormalization({ momentum: 0.9, epsilon }), x);

/** A convolution and its batch norm. */
function convolution(x: Tensor, filters: number, kernelSize: number, strides: number, epsilon = 1e-3) {
  const layer = L.conv2d({ filters, kernelSize, strides, padding: "same", useBias: false });
  return normed(apply(layer, x), epsilon);
}

function depthwise(x: Tensor, strides: number, epsilon: number) {
  const layer = L.depthwiseConv2d({ kernelSize: 3, strides, padding: "same", useBias: false });
  return normed(apply(layer, x), epsilon);
}

const relu = (x: Tensor) => apply(L.activation({ activation: "relu" }), x);
const added = (...x: Tensor[]) => apply(L.add(), x);

/** The mean over all places, and a dense layer of ten units. */
function headed(inputs: Tensor, x: Tensor, activation: "softmax" | "linear"): tfl.LayersModel {
  const pooled = apply(L.globalAveragePooling2d({}), x);
  return tfl.model({ inputs, outputs: apply(L.dense({ units: 10, activation }), pooled) });
}

/** ResNet-20 for 32×32×3 (He et al. 2015, section 4.2), with projections where the size changes; gives logits. */
export function resnet20(): tfl.LayersModel {
  const input = tfl.input({ shape: [32, 32, 3] });
  let x = relu(convolution(input, 16, 3, 1));
  for (const [stage, filters] of [16, 32, 64].entries()) {
    for (let block = 0; block < 3; block++) {
      const strides = stage > 0 && block === 0 ? 2 : 1;
      const inner = relu(convolution(x, filters, 3, strides));
      const shortcut = strides === 1 ? x : convolution(x, filters, 1, strides);
      x = relu(added(convolution(inner, filters, 3, 1), shortcut));
    }
  }
  return headed(input, x, "linear");
}

/** LeNet-5 with ReLU and max pooling for 28×28×1; gives logits. */
export function lenet5(): tfl.LayersModel {
  return tfl.sequential({
    layers: [
      L.conv2d({ inputShape: [28, 28, 1], filters: 6, kernelSize: 5, padding: "same", activation: "relu" }),
      L.maxPooling2d({ poolSize: 2 }),
      L.conv2d({ filters: 16, kernelSize: 5, activation: "relu" }),
      L.maxPooling2d({ poolSize: 2 }),
      L.flatten(),
      L.dense({ units: 120, activation: "relu" }),
      L.dense({ units: 84, activation: "relu" }),
      L.dense({ units: 10 }),
    ],
  });
}

/** Three convolutions for 28×28×1; gives probabilities, as those below. */
export function plain(epsilon: number): tfl.LayersModel {
  const input = tfl.input({ shape: [28, 28, 1] });
  let x = relu(convolution(input, 12, 5, 2, epsilon));
  x = relu(convolution(x, 20, 3, 2, epsilon));
  return headed(input, relu(convolution(x, 28, 3, 1, epsilon)), "softmax");
}

export function residual(): tfl.LayersModel {
  const input = tfl.input({ shape: [28, 28, 1] });
  let x = relu(convolution(input, 12, 5, 2));
  for (const strides of [2, 1]) {
    const inner = convolution(relu(convolution(x, 20, 3, strides)), 20, 3, 1);
    x = relu(added(inner, strides === 1 ? x : convolution(x, 20, 1, strides)));
  }
  return headed(input, x, "softmax");
}

/** Inverted residuals (Sandler et al. 2018) in small. */
export function inverted(): tfl.LayersModel {
  const epsilon = 1e-5;
  const input = tfl.input({ shape: [28, 28, 1] });
  let x = relu(convolution(input, 12, 3, 2, epsilon));
  for (const [filters, strides] of [
    [16, 2],
    [16, 1],
    [24, 2],
  ] as const) {
    const wide = relu(depthwise(relu(convolution(x, 36, 1, 1, epsilon)), strides, epsilon));
    const narrow = convolution(wide, filters, 1, 1, epsilon);
    x = strides === 1 ? added(narrow, x) : narrow;
  }
  return headed(input, relu(convolution(x, 48, 1, 1, epsilon)), "softmax");
}

/** Examples of ten classes that mean nothing. */
export function madeUp(size: number, shape: readonly [number, number, number]): Batch {
  const length = size * shape[0] * shape[1] * shape[2];
  const data = Float32Array.from({ length }, (_, i) => ((i * 7919) % 256) / 255);
  return {
    inputs: [{ kind: "dense", data, shape: [size, ...shape] }],
    targets: [{ kind: "labels", data: Int32Array.from({ length: size }, (_, i) => i % 10), classes: 10 }],
    size,
  };
}
