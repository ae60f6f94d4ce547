import { layers } from "../../../runtime/backend/index.js";
import { apply, applyAll, input, type Model, type Node } from "./stock.js";

/** One small model per layer class and configuration of tfjs-layers 4.22. */
export interface Case {
  readonly name: string;
  /** Input shapes without the batch. */
  readonly shapes: readonly (readonly number[])[];
  readonly make: () => Model;
  /** Inputs are indices below this. */
  readonly integers?: number;
  /** Why stock gives no gradient to compare with. */
  readonly noGradient?: string;
  /** Set where the wasm backend refuses: compare on cpu. */
  readonly cpu?: boolean;
}

const L = layers.layers;
type Layer = Parameters<typeof apply>[0];

function one(name: string, shape: readonly number[], layer: () => Layer, more: Partial<Case> = {}): Case {
  return {
    name,
    shapes: [shape],
    make: () => {
      const x = input(...shape);
      // A dense layer in front, so that the gradient has to pass through the layer.
      const fed = more.integers ? x : apply(L.dense({ units: shape[shape.length - 1] ?? 1 }), x);
      const y = layer().apply(fed);
      const outputs = Array.isArray(y) ? y : [y];
      return layers.model({ inputs: x, outputs: outputs.filter((t) => t instanceof layers.SymbolicTensor) });
    },
    ...more,
  };
}

function join(name: string, layer: () => Layer, shapes: readonly (readonly number[])[]): Case {
  return {
    name,
    shapes,
    make: () => {
      const inputs = shapes.map((shape) => input(...shape));
      const wide = inputs.map((x) => apply(L.dense({ units: x.shape[x.shape.length - 1] ?? 1 }), x));
      return layers.model({ inputs, outputs: apply(layer(), wide) });
    },
  };
}

const activations = [
  "elu",
  "hardSigmoid",
  "linear",
  "relu",
  "relu6",
  "selu",
  "sigmoid",
  "softmax",
  "softplus",
  "softsign",
  "tanh",
  "swish",
  "mish",
  "gelu",
] as const;

const image = [8, 8, 3];
const sequence = [5, 3];

export const cases: readonly Case[] = [
  one("Dense", [6], () => L.dense({ units: 3 })),
  one("Dense without bias", [6], () => L.dense({ units: 3, useBias: false, activation: "tanh" })),
  one("Dense on rank 3", [4, 6], () => L.dense({ units: 3, activation: "relu" })),
  one("Dense on rank 4", [2, 3, 6], () => L.dense({ units: 4, activation: "sigmoid" })),
  one("Conv1D", [10, 3], () => L.conv1d({ filters: 4, kernelSize: 3 })),
  one("Conv1D same strided", [10, 3], () =>
    L.conv1d({ filters: 4, kernelSize: 3, strides: 2, padding: "same", activation: "relu" }),
  ),
  one("Conv1D dilated", [12, 3], () => L.conv1d({ filters: 4, kernelSize: 3, dilationRate: 2 }), {
    noGradient: "stock has none for dilations",
  }),
  one("Conv2D", image, () => L.conv2d({ filters: 4, kernelSize: 3 })),
  one("Conv2D relu", image, () =>
    L.conv2d({ filters: 4, kernelSize: 3, activation: "relu", padding: "same" }),
  ),
  one("Conv2D strided", image, () =>
    L.conv2d({ filters: 4, kernelSize: [3, 2], strides: [2, 1], padding: "same", useBias: false }),
  ),
  one("Conv2D 1x1 strided", image, () =>
    L.conv2d({ filters: 5, kernelSize: 1, strides: 2, activation: "elu" }),
  ),
  one("Conv2D dilated", image, () => L.conv2d({ filters: 4, kernelSize: 3, dilationRate: 2 }), {
    noGradient: "stock has none for dilations",
  }),
  one("Conv2D channels first", [3, 8, 8], () =>
    L.conv2d({ filters: 4, kernelSize: 3, dataFormat: "channelsFirst" }),
  ),
  one("Conv3D", [5, 6, 6, 2], () => L.conv3d({ filters: 3, kernelSize: 2, activation: "relu" }), {
    cpu: true,
  }),
  one("Conv2DTranspose", [5, 5, 3], () =>
    L.conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2, padding: "same" }),
  ),
  one("Conv2DTranspose valid", [5, 4, 3], () =>
    L.conv2dTranspose({ filters: 4, kernelSize: [2, 3], strides: 2, activation: "tanh" }),
  ),
  one("Conv3DTranspose", [3, 4, 4, 2], () => L.conv3dTranspose({ filters: 2, kernelSize: 2, strides: 2 }), {
    cpu: true,
    noGradient: "stock has none",
  }),
  one("DepthwiseConv2D", image, () =>
    L.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding: "same" }),
  ),
  one("DepthwiseConv2D strided", image, () =>
    L.depthwiseConv2d({ kernelSize: 3, strides: 2, activation: "relu6", useBias: false }),
  ),
  one("SeparableConv2D", image, () =>
    L.separableConv2d({ filters: 4, kernelSize: 3, activation: "relu", strides: 2 }),
  ),
  one("BatchNormalization", image, () => L.batchNormalization({})),
  one("BatchNormalization rank 2", [6], () => L.batchNormalization({ epsilon: 1e-2 })),
  one("BatchNormalization rank 3", [5, 6], () => L.batchNormalization({})),
  one("BatchNormalization bare", image, () => L.batchNormalization({ scale: false, center: false }), {
    noGradient: "stock cannot train it",
  }),
  one("LayerNormalization", [4, 6], () => L.layerNormalization({})),
  one("LayerNormalization axes", [4, 6], () => L.layerNormalization({ axis: [1, 2], scale: false }), {
    noGradient: "stock fails without a scale",
  }),
  ...activations.map((name) => one(`Activation ${name}`, [4, 6], () => L.activation({ activation: name }))),
  one("ReLU", [6], () => L.reLU({})),
  one("ReLU max 6", [6], () => L.reLU({ maxValue: 6 })),
  one("ReLU max 0.3", [6], () => L.reLU({ maxValue: 0.3 })),
  one("LeakyReLU", [6], () => L.leakyReLU({ alpha: 0.2 })),
  one("ELU", [6], () => L.elu({})),
  one("PReLU", [3, 6], () => L.prelu({})),
  one("PReLU shared", [4, 4, 6], () => L.prelu({ sharedAxes: [1, 2] })),
  one("ThresholdedReLU", [6], () => L.thresholdedReLU({ theta: 0.3 }), { noGradient: "stock has none" }),
  one("Softmax", [6], () => L.softmax({})),
  one("MaxPooling1D", [8, 3], () => L.maxPooling1d({ poolSize: 2 })),
  one("AveragePooling1D", [9, 3], () => L.averagePooling1d({ poolSize: 3, strides: 2, padding: "same" })),
  one("MaxPooling2D", image, () => L.maxPooling2d({ poolSize: 2 })),
  one("MaxPooling2D overlapping", image, () => L.maxPooling2d({ poolSize: 3, strides: 1, padding: "same" })),
  one("AveragePooling2D", image, () => L.averagePooling2d({ poolSize: [2, 3], strides: 2, padding: "same" })),
  one("MaxPooling3D", [4, 4, 4, 2], () => L.maxPooling3d({ poolSize: 2 }), { cpu: true }),
  one("AveragePooling3D", [4, 4, 4, 2], () => L.averagePooling3d({ poolSize: 2 }), { cpu: true }),
  one("GlobalAveragePooling1D", sequence, () => L.globalAveragePooling1d({})),
  one("GlobalMaxPooling1D", sequence, () => L.globalMaxPooling1d({})),
  one("GlobalAveragePooling2D", image, () => L.globalAveragePooling2d({})),
  one("GlobalMaxPooling2D", image, () => L.globalMaxPooling2d({})),
  one("ZeroPadding2D", image, () =>
    L.zeroPadding2d({
      padding: [
        [1, 0],
        [2, 1],
      ],
    }),
  ),
  one("Cropping2D", image, () =>
    L.cropping2D({
      cropping: [
        [1, 2],
        [0, 3],
      ],
    }),
  ),
  one("UpSampling2D", [4, 4, 3], () => L.upSampling2d({ size: [2, 3] })),
  one("UpSampling2D bilinear", [4, 4, 3], () => L.upSampling2d({ size: [2, 2], interpolation: "bilinear" })),
  one("Flatten", image, () => L.flatten({})),
  one("Reshape", [4, 6], () => L.reshape({ targetShape: [8, 3] })),
  one("Reshape with a gap", [4, 6], () => L.reshape({ targetShape: [-1, 2] })),
  one("Permute", [4, 5, 2], () => L.permute({ dims: [3, 1, 2] })),
  one("RepeatVector", [6], () => L.repeatVector({ n: 3 })),
  one("Dropout", [6], () => L.dropout({ rate: 0.5 }), { noGradient: "noise" }),
  one("SpatialDropout1D", sequence, () => L.spatialDropout1d({ rate: 0.5 }), { noGradient: "noise" }),
  one("GaussianNoise", [6], () => L.gaussianNoise({ stddev: 0.5 }), { noGradient: "noise" }),
  one("GaussianDropout", [6], () => L.gaussianDropout({ rate: 0.5 }), { noGradient: "noise" }),
  one("AlphaDropout", [6], () => L.alphaDropout({ rate: 0.5 }), { noGradient: "noise" }),
  one("Embedding", [5], () => L.embedding({ inputDim: 10, outputDim: 4 }), { integers: 10 }),
  one("Rescaling", image, () => L.rescaling({ scale: 0.5, offset: 0.1 })),
  one("SimpleRNN", sequence, () => L.simpleRNN({ units: 4 })),
  one("SimpleRNN sequences", sequence, () =>
    L.simpleRNN({ units: 4, returnSequences: true, goBackwards: true, activation: "relu" }),
  ),
  one("LSTM", sequence, () => L.lstm({ units: 4 })),
  one("LSTM sequences", sequence, () =>
    L.lstm({ units: 4, returnSequences: true, recurrentActivation: "sigmoid" }),
  ),
  one("LSTM states", sequence, () => L.lstm({ units: 4, returnState: true, useBias: false })),
  one("GRU", sequence, () => L.gru({ units: 4 })),
  one("GRU sequences states", sequence, () =>
    L.gru({ units: 4, returnSequences: true, returnState: true, recurrentActivation: "sigmoid" }),
  ),
  one("RNN over a cell", sequence, () => L.rnn({ cell: L.lstmCell({ units: 3 }) })),
  one("RNN over stacked cells", sequence, () =>
    L.rnn({
      cell: L.stackedRNNCells({ cells: [L.gruCell({ units: 3 }), L.simpleRNNCell({ units: 4 })] }),
      returnSequences: true,
    }),
  ),
  one("ConvLSTM2D", [3, 6, 6, 2], () => L.convLstm2d({ filters: 3, kernelSize: 3 })),
  one("ConvLSTM2D sequences", [3, 6, 6, 2], () =>
    L.convLstm2d({ filters: 2, kernelSize: 3, padding: "same", returnSequences: true }),
  ),
  ...(["concat", "sum", "mul", "ave"] as const).map((mergeMode) =>
    one(`Bidirectional ${mergeMode}`, sequence, () =>
      L.bidirectional({ layer: L.lstm({ units: 4 }), mergeMode }),
    ),
  ),
  one("Bidirectional sequences", sequence, () =>
    L.bidirectional({ layer: L.gru({ units: 4, returnSequences: true }), mergeMode: "concat" }),
  ),
  one("Bidirectional states", sequence, () =>
    L.bidirectional({
      layer: L.lstm({ units: 2, returnSequences: true, returnState: true }),
      mergeMode: "sum",
    }),
  ),
  one("TimeDistributed dense", sequence, () =>
    L.timeDistributed({ layer: L.dense({ units: 4, activation: "relu" }) }),
  ),
  one("TimeDistributed conv", [3, 6, 6, 2], () =>
    L.timeDistributed({ layer: L.conv2d({ filters: 3, kernelSize: 3 }) }),
  ),
  join("Add", () => L.add(), [[6], [6], [6]]),
  join("Add of different ranks", () => L.add(), [[4, 5, 6], [6]]),
  join("Multiply", () => L.multiply(), [[6], [6]]),
  join("Multiply broadcast", () => L.multiply(), [
    [4, 4, 6],
    [1, 1, 6],
  ]),
  join("Average", () => L.average(), [[6], [6], [6]]),
  join("Maximum", () => L.maximum(), [[6], [6]]),
  join("Minimum", () => L.minimum(), [[6], [6]]),
  join("Concatenate", () => L.concatenate(), [
    [4, 3],
    [4, 2],
  ]),
  join("Concatenate axis 1", () => L.concatenate({ axis: 1 }), [
    [4, 3],
    [2, 3],
  ]),
  join("Dot", () => L.dot({ axes: -1 }), [[6], [6]]),
  join("Dot of matrices", () => L.dot({ axes: [2, 2], normalize: true }), [
    [3, 6],
    [4, 6],
  ]),
  {
    name: "Masking then LSTM",
    shapes: [sequence],
    make: () => {
      const x = input(...sequence);
      return layers.model({
        inputs: x,
        outputs: apply(L.lstm({ units: 3 }), apply(L.masking({ maskValue: 0 }), x)),
      });
    },
  },
  {
    name: "masked embedding through dropout into two recurrent layers",
    shapes: [[6]],
    integers: 4,
    make: () => {
      const x = input(6);
      const e: Node = apply(L.embedding({ inputDim: 4, outputDim: 5, maskZero: true }), x);
      const h = apply(L.gru({ units: 4, returnSequences: true }), apply(L.dropout({ rate: 0 }), e));
      return layers.model({ inputs: x, outputs: apply(L.simpleRNN({ units: 3 }), h) });
    },
  },
  {
    name: "masked bidirectional",
    shapes: [[6]],
    integers: 4,
    make: () => {
      const x = input(6);
      const e = apply(L.embedding({ inputDim: 4, outputDim: 5, maskZero: true }), x);
      return layers.model({
        inputs: x,
        outputs: apply(L.bidirectional({ layer: L.lstm({ units: 3 }), mergeMode: "concat" }), e),
      });
    },
  },
  {
    name: "initial state from another LSTM",
    shapes: [sequence, [4, 2]],
    make: () => {
      const [a, b] = [input(...sequence), input(4, 2)];
      const [, h, c] = applyAll(L.lstm({ units: 3, returnState: true }), a);
      if (!h || !c) throw new Error("no states");
      return layers.model({ inputs: [a, b], outputs: apply(L.lstm({ units: 3 }), [b, h, c]) });
    },
  },
  {
    name: "shared layer, nested model, two outputs",
    shapes: [[6]],
    make: () => {
      const inner = layers.sequential({
        layers: [L.dense({ units: 5, inputShape: [6], activation: "tanh" }), L.dense({ units: 6 })],
      });
      const x = input(6);
      const y = apply(inner, apply(inner, x));
      return layers.model({ inputs: x, outputs: [y, apply(L.add(), [x, y])] });
    },
  },
];
