import { layers as tfl, tf } from "../runtime/backend/index.js";

const L = tfl.layers;
type Applied = Pick<ReturnType<typeof L.dense>, "apply">;

function convolution(x: tfl.SymbolicTensor, filters: number, kernelSize: number, strides: number) {
  const layer = L.conv2d({ filters, kernelSize, strides, padding: "same", useBias: false });
  return apply(L.batchNormalization({ momentum: 0.9 }), apply(layer, x));
}

function apply(layer: Applied, x: tfl.SymbolicTensor | tfl.SymbolicTensor[]): tfl.SymbolicTensor {
  const y = layer.apply(x);
  if (Array.isArray(y) || y instanceof tf.Tensor) throw new Error("one symbolic tensor was expected");
  return y;
}

const relu = (x: tfl.SymbolicTensor) => apply(L.activation({ activation: "relu" }), x);

/** ResNet-20 for 32×32×3 (He et al. 2015, section 4.2), with projections where the size changes; gives logits. */
export function resnet20(): tfl.LayersModel {
  const input = tfl.input({ shape: [32, 32, 3] });
  let x = relu(convolution(input, 16, 3, 1));
  for (const [stage, filters] of [16, 32, 64].entries()) {
    for (let block = 0; block < 3; block++) {
      const strides = stage > 0 && block === 0 ? 2 : 1;
      const inner = relu(convolution(x, filters, 3, strides));
      const shortcut = strides === 1 ? x : convolution(x, filters, 1, strides);
      x = relu(apply(L.add(), [convolution(inner, filters, 3, 1), shortcut]));
    }
  }
  const logits = apply(L.dense({ units: 10 }), apply(L.globalAveragePooling2d({}), x));
  return tfl.model({ inputs: input, outputs: logits });
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
