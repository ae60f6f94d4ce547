import { beforeAll, expect, test } from "vitest";
import {
  layers as tfl,
  openBackend,
  tf,
  type Backend,
  type BackendOptions,
} from "../../../runtime/backend/index.js";
import { onCpu, expectClose, values, type Given } from "./oracle.js";

const L = tfl.layers;
type Layer = ReturnType<typeof L.dense>;
type Case = readonly [
  name: string,
  inputShape: number[],
  make: () => Pick<Layer, "apply"> & {
    trainableWeights: Layer["trainableWeights"];
    weights: Layer["weights"];
  },
];

/** Layers of tfjs-layers whose own `call` runs through kernels of the pack. */
const cases: readonly Case[] = [
  ["conv1d", [10, 3], () => L.conv1d({ filters: 4, kernelSize: 3 })],
  ["conv1d stride 2", [11, 3], () => L.conv1d({ filters: 4, kernelSize: 3, strides: 2, padding: "same" })],
  ["conv2d stride 2", [8, 8, 3], () => L.conv2d({ filters: 4, kernelSize: 3, strides: 2, padding: "same" })],
  [
    "conv2dTranspose",
    [5, 5, 3],
    () => L.conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2, padding: "same" }),
  ],
  ["depthwise", [8, 8, 3], () => L.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2 })],
  ["separable", [8, 8, 3], () => L.separableConv2d({ filters: 4, kernelSize: 3, depthMultiplier: 2 })],
  ["conv3d", [5, 6, 6, 2], () => L.conv3d({ filters: 3, kernelSize: 2 })],
  [
    "conv3d stride 2 same",
    [6, 5, 6, 2],
    () => L.conv3d({ filters: 3, kernelSize: 3, strides: 2, padding: "same" }),
  ],
  ["batch normalization", [8, 8, 3], () => L.batchNormalization()],
  ["batch normalization of a vector", [6], () => L.batchNormalization()],
  ["layer normalization", [6], () => L.layerNormalization()],
  ["max pooling", [8, 8, 3], () => L.maxPooling2d({ poolSize: 2 })],
  ["max pooling overlapping", [8, 7, 3], () => L.maxPooling2d({ poolSize: 3, strides: 2, padding: "same" })],
  ["max pooling 1×1 stride 2", [7, 8, 3], () => L.maxPooling2d({ poolSize: 1, strides: 2 })],
  ["average pooling 1×1 stride 2", [8, 8, 3], () => L.averagePooling2d({ poolSize: 1, strides: 2 })],
  ["average pooling", [8, 8, 3], () => L.averagePooling2d({ poolSize: 2 })],
  ["average pooling same", [7, 8, 3], () => L.averagePooling2d({ poolSize: 3, strides: 2, padding: "same" })],
  ["max pooling 1d", [9, 3], () => L.maxPooling1d({ poolSize: 2 })],
  ["average pooling 1d", [9, 3], () => L.averagePooling1d({ poolSize: 2 })],
  ["max pooling 3d", [4, 4, 4, 2], () => L.maxPooling3d({ poolSize: 2 })],
  ["average pooling 3d", [4, 4, 4, 2], () => L.averagePooling3d({ poolSize: 2 })],
  ["max pooling 3d same", [5, 4, 3, 2], () => L.maxPooling3d({ poolSize: 3, strides: 2, padding: "same" })],
  [
    "average pooling 3d same",
    [5, 4, 3, 2],
    () => L.averagePooling3d({ poolSize: 3, strides: 2, padding: "same" }),
  ],
  [
    "average pooling same, stride 1",
    [5, 6, 2],
    () => L.averagePooling2d({ poolSize: 3, strides: 1, padding: "same" }),
  ],
  ["global max pooling", [8, 8, 3], () => L.globalMaxPooling2d({})],
  ["global average pooling", [8, 8, 3], () => L.globalAveragePooling2d({})],
  ["global average pooling 1d", [8, 3], () => L.globalAveragePooling1d()],
  ["up-sampling nearest", [4, 3, 3], () => L.upSampling2d({ size: [2, 3] })],
  ["up-sampling bilinear", [4, 4, 3], () => L.upSampling2d({ size: [2, 2], interpolation: "bilinear" })],
  ["zero padding", [4, 4, 3], () => L.zeroPadding2d()],
  [
    "cropping",
    [6, 6, 3],
    () =>
      L.cropping2D({
        cropping: [
          [1, 1],
          [2, 1],
        ],
      }),
  ],
  ["permute", [4, 5], () => L.permute({ dims: [2, 1] })],
  ["repeat", [6], () => L.repeatVector({ n: 3 })],
  ["lstm", [5, 3], () => L.lstm({ units: 4 })],
  ["gru", [5, 3], () => L.gru({ units: 4 })],
  ["simple rnn", [5, 3], () => L.simpleRNN({ units: 4 })],
  [
    "bidirectional",
    [5, 3],
    () => L.bidirectional({ layer: L.gru({ units: 4, returnSequences: true }), mergeMode: "concat" }),
  ],
  ["time distributed", [5, 3], () => L.timeDistributed({ layer: L.dense({ units: 4 }) })],
  ["dense of rank 3", [4, 6], () => L.dense({ units: 3 })],
  ["prelu", [4, 6], () => L.prelu()],
  ["leaky relu", [6], () => L.leakyReLU()],
  ["elu", [6], () => L.elu()],
  ["selu", [6], () => L.activation({ activation: "selu" })],
  ["softmax", [6], () => L.softmax()],
  ["sigmoid", [6], () => L.activation({ activation: "sigmoid" })],
  ["tanh", [6], () => L.activation({ activation: "tanh" })],
  ["softplus", [6], () => L.activation({ activation: "softplus" })],
  ["swish", [6], () => L.activation({ activation: "swish" })],
  ["gelu", [6], () => L.activation({ activation: "gelu" })],
  ["relu6", [6], () => L.activation({ activation: "relu6" })],
];

/** Output and gradients of a layer's own code, by input and by every weight. */
function gradients(make: Case[2], x: Given): Float32Array[] {
  return tf.tidy(() => {
    const layer = make();
    const input = tf.tensor(x.data.slice(), [...x.shape]);
    const call = (t: tf.Tensor): tf.Tensor => {
      const y = layer.apply(t, { training: true });
      if (!(y instanceof tf.Tensor)) throw new Error("one tensor was expected");
      return y;
    };
    const shape = call(input).shape;
    layer.weights.forEach((w, i) =>
      w.write(tf.tensor(values(w.shape.map(Number), 30 + i, 0.1, 0.9).data, w.shape.map(Number))),
    );
    const weights = tf.tensor(values(shape, 20).data, shape);
    const loss = (t: tf.Tensor): tf.Scalar => tf.sum(tf.mul(call(t), weights));
    const results = [call(input), tf.grad(loss)(input)];
    const variables = layer.trainableWeights.map((w) => w.read()).filter((w) => w instanceof tf.Variable);
    if (variables.length > 0) {
      const { grads } = tf.variableGrads(() => loss(input), variables);
      for (const v of variables) results.push(grads[v.name] ?? tf.scalar(NaN));
    }
    const found = results.map((t) => Float32Array.from(t.dataSync()));
    variables.forEach((v) => v.dispose());
    return found;
  });
}

/** Unknown layers run through their own code: it must be right too, for batches of several images. */
export function stockLayersSuite(options: BackendOptions): void {
  let backend: Backend;
  beforeAll(async () => {
    backend = await openBackend(options);
  });
  for (const [name, shape, make] of cases) {
    test(name, async () => {
      const x = values([3, ...shape], 21, -1.2, 0.8);
      const wanted = await onCpu({ backend: backend.name }, () => gradients(make, x));
      const found = gradients(make, x);
      expect(found.length).toBe(wanted.length);
      wanted.forEach((w, i) => expectClose(found[i] ?? new Float32Array(), w, 1e-4, `result ${i}`));
    });
  }
  test("embedding", async () => {
    const ids = [1, 3, 3, 0, 2, 1];
    const compute = (): Float32Array[] =>
      tf.tidy(() => {
        const layer = L.embedding({ inputDim: 5, outputDim: 3 });
        const input = tf.tensor2d(ids, [2, 3]);
        const call = (): tf.Tensor => {
          const y = layer.apply(input);
          if (!(y instanceof tf.Tensor)) throw new Error("one tensor was expected");
          return y;
        };
        call();
        const table = layer.weights[0]?.read();
        if (!(table instanceof tf.Variable)) throw new Error("the table is a variable");
        table.assign(tf.tensor(values([5, 3], 22).data, [5, 3]));
        const weights = tf.tensor(values([2, 3, 3], 23).data, [2, 3, 3]);
        const { grads } = tf.variableGrads(() => tf.sum(tf.mul(call(), weights)), [table]);
        const found = [call(), ...Object.values(grads)].map((t) => Float32Array.from(t.dataSync()));
        table.dispose();
        return found;
      });
    const wanted = await onCpu({ backend: backend.name }, compute);
    compute().forEach((f, i) => expectClose(f, wanted[i] ?? new Float32Array(), 1e-5, `result ${i}`));
  });
}
