import type { ClassName } from "../../core/network/layers/index.js";
import type { JsonObject } from "../../core/network/types.js";
import { topology } from "./networks.js";

/** One layer: its class and config, and the shapes of its inputs without the batch. */
export type LayerCase = readonly [
  className: ClassName,
  config: JsonObject,
  ...inputs: readonly (readonly (number | null)[])[],
];

const MAP = [8, 6, 5] as const;
const SEQUENCE = [7, 5] as const;
const cell = (className: string, units: number): JsonObject => ({
  class_name: className,
  config: {
    units,
    name: className.toLowerCase(),
    recurrent_initializer: { class_name: "Zeros", config: {} },
  },
});
const stack = (...cells: readonly JsonObject[]): JsonObject => ({
  class_name: "StackedRNNCells",
  config: { name: "stack", cells },
});

export const layerCases: readonly LayerCase[] = [
  ["Activation", { activation: "tanh" }, MAP],
  ["Activation", { activation: "relu" }, MAP],
  ["Activation", { activation: "relu6" }, MAP],
  ["Activation", { activation: "elu" }, MAP],
  ["Activation", { activation: "selu" }, MAP],
  ["Activation", { activation: "linear" }, MAP],
  ["Activation", { activation: "sigmoid" }, MAP],
  ["Activation", { activation: "hardSigmoid" }, MAP],
  ["Activation", { activation: "softplus" }, MAP],
  ["Activation", { activation: "softsign" }, MAP],
  ["Activation", { activation: "swish" }, MAP],
  ["Activation", { activation: "mish" }, MAP],
  ["Activation", { activation: "gelu" }, MAP],
  ["Activation", { activation: "softmax" }, MAP],
  ["ActivityRegularization", {}, MAP],
  ["Add", {}, MAP, MAP],
  ["Add", {}, MAP, [5]],
  ["Add", {}, MAP, [8, 6, 1]],
  ["AlphaDropout", { rate: 0.1 }, MAP],
  ["Average", {}, MAP, MAP],
  ["AveragePooling1D", { pool_size: [3], strides: [2], padding: "valid" }, SEQUENCE],
  ["AveragePooling2D", { pool_size: [3, 2], padding: "same" }, MAP],
  ["AveragePooling3D", { pool_size: [2, 2, 2], strides: [2, 2, 2], padding: "valid" }, [4, 4, 4, 3]],
  ["BatchNormalization", { axis: -1 }, MAP],
  ["BatchNormalization", { axis: 3, scale: false }, MAP],
  ["BatchNormalization", { axis: 1, center: false }, MAP],
  ["BatchNormalization", { axis: 1 }, [5, 5, 5]],
  [
    "Bidirectional",
    {
      layer: { class_name: "LSTM", config: { name: "a", units: 4, return_sequences: true } },
      merge_mode: "concat",
    },
    SEQUENCE,
  ],
  [
    "Bidirectional",
    { layer: { class_name: "GRU", config: { name: "a", units: 4 } }, merge_mode: "sum" },
    SEQUENCE,
  ],
  [
    "Bidirectional",
    {
      layer: { class_name: "SimpleRNN", config: { name: "a", units: 4, return_state: true } },
      merge_mode: "ave",
    },
    SEQUENCE,
  ],
  ["CategoryEncoding", { num_tokens: 9, output_mode: "multiHot" }, [5]],
  ["CenterCrop", { height: 4, width: 3 }, MAP],
  ["Concatenate", { axis: -1 }, MAP, [8, 6, 2]],
  ["Concatenate", { axis: 1 }, MAP, [3, 6, 5]],
  ["Conv1D", { filters: 4, kernel_size: [3], strides: [2], padding: "same" }, SEQUENCE],
  ["Conv1D", { filters: 4, kernel_size: [3], padding: "valid", activation: "sigmoid" }, SEQUENCE],
  ["Conv2D", { filters: 4, kernel_size: [3, 2], strides: [2, 1], padding: "valid", use_bias: false }, MAP],
  ["Conv2D", { filters: 4, kernel_size: [3, 3], dilation_rate: [2, 2], padding: "valid" }, MAP],
  ["Conv2D", { filters: 4, kernel_size: [1, 1], strides: [2, 2], padding: "same" }, MAP],
  ["Conv2D", { filters: 4, kernel_size: [3, 3], data_format: "channels_first", padding: "same" }, [5, 8, 6]],
  ["Conv2DTranspose", { filters: 4, kernel_size: [3, 3], strides: [2, 2], padding: "valid" }, MAP],
  ["Conv2DTranspose", { filters: 4, kernel_size: [2, 2], strides: [3, 3], padding: "same" }, MAP],
  ["Conv2DTranspose", { filters: 4, kernel_size: [1, 1], padding: "valid", activation: "tanh" }, MAP],
  ["Conv3D", { filters: 4, kernel_size: [2, 2, 2], strides: [1, 1, 1], padding: "valid" }, [4, 4, 4, 3]],
  [
    "Conv3DTranspose",
    { filters: 2, kernel_size: [2, 2, 2], strides: [2, 2, 2], padding: "valid" },
    [4, 4, 4, 3],
  ],
  ["ConvLSTM2D", { filters: 3, kernel_size: [3, 3], padding: "same", return_sequences: true }, [4, 6, 6, 2]],
  ["ConvLSTM2D", { filters: 3, kernel_size: [3, 3], padding: "valid", use_bias: false }, [4, 6, 6, 2]],
  [
    "Cropping2D",
    {
      cropping: [
        [1, 2],
        [0, 1],
      ],
    },
    MAP,
  ],
  ["Dense", { units: 7 }, [5]],
  ["Dense", { units: 7, activation: "softplus" }, [5]],
  ["Dense", { units: 7, use_bias: false }, MAP],
  ["DepthwiseConv2D", { kernel_size: [3, 3], depth_multiplier: 2, padding: "same", strides: [2, 2] }, MAP],
  ["DepthwiseConv2D", { kernel_size: [3, 3], data_format: "channels_first", padding: "valid" }, [5, 8, 6]],
  ["DepthwiseConv2D", { kernel_size: [3, 2], padding: "valid", activation: "relu" }, MAP],
  ["Dot", { axes: [2, 2] }, [4, 5], [3, 5]],
  ["Dot", { axes: -1, normalize: true }, [5], [5]],
  ["Dropout", { rate: 0.5, noise_shape: [null, 1, 1, 5] }, MAP],
  ["ELU", {}, MAP],
  ["Embedding", { input_dim: 11, output_dim: 3 }, [5]],
  ["Flatten", {}, MAP],
  ["GRU", { units: 4, return_sequences: true }, SEQUENCE],
  ["GaussianDropout", { rate: 0.1 }, MAP],
  ["GaussianNoise", { stddev: 0.1 }, MAP],
  ["GlobalAveragePooling1D", {}, SEQUENCE],
  ["GlobalAveragePooling2D", {}, MAP],
  ["GlobalMaxPooling1D", {}, SEQUENCE],
  ["GlobalMaxPooling2D", {}, MAP],
  ["GlobalMaxPooling2D", { data_format: "channels_first" }, MAP],
  ["LSTM", { units: 4, return_state: true }, SEQUENCE],
  ["LayerNormalization", { axis: -1 }, MAP],
  ["LayerNormalization", { axis: [1, 3], scale: false }, MAP],
  ["LeakyReLU", {}, MAP],
  ["LeakyReLU", { alpha: 0.3 }, MAP],
  ["LeakyReLU", { alpha: 0.05 }, MAP],
  ["Masking", { mask_value: 0 }, SEQUENCE],
  ["MaxPooling1D", { pool_size: 2 }, SEQUENCE],
  ["MaxPooling2D", { pool_size: [3, 3], strides: [2, 2], padding: "same" }, MAP],
  [
    "MaxPooling2D",
    { pool_size: [2, 2], strides: [1, 1], padding: "valid", data_format: "channels_first" },
    MAP,
  ],
  ["MaxPooling3D", { pool_size: [2, 2, 2], padding: "same" }, [4, 4, 3, 3]],
  ["Maximum", {}, MAP, MAP],
  ["Minimum", {}, MAP, MAP],
  ["Multiply", {}, MAP, [1, 1, 5]],
  ["Multiply", {}, MAP, MAP],
  ["PReLU", { shared_axes: [1, 2] }, MAP],
  ["PReLU", {}, MAP],
  ["Permute", { dims: [2, 1, 3] }, MAP],
  ["Permute", { dims: [3, 1, 2] }, MAP],
  ["Permute", { dims: [3, 1, 2] }, [5, 5, 5]],
  ["RNN", { cell: cell("LSTMCell", 4), return_sequences: true }, SEQUENCE],
  [
    "RNN",
    { cell: stack(cell("GRUCell", 3), cell("LSTMCell", 4), cell("SimpleRNNCell", 2)), return_state: true },
    SEQUENCE,
  ],
  ["ReLU", { max_value: 6 }, MAP],
  ["ReLU", {}, MAP],
  ["RepeatVector", { n: 3 }, [5]],
  ["Rescaling", { scale: 2, offset: 1 }, MAP],
  ["Rescaling", { scale: 0.5, offset: 0 }, MAP],
  ["Reshape", { target_shape: [4, 60] }, MAP],
  ["Reshape", { target_shape: [16, -1, 3] }, MAP],
  ["Resizing", { height: 4, width: 4 }, MAP],
  ["SeparableConv2D", { filters: 4, kernel_size: [3, 3], padding: "valid", depth_multiplier: 2 }, MAP],
  [
    "SeparableConv2D",
    { filters: 4, kernel_size: [3, 3], strides: [2, 2], padding: "same", depth_multiplier: 3 },
    MAP,
  ],
  ["SimpleRNN", { units: 4, use_bias: false }, SEQUENCE],
  ["Softmax", { axis: -1 }, MAP],
  ["SpatialDropout1D", { rate: 0.2 }, SEQUENCE],
  ["ThresholdedReLU", {}, MAP],
  ["ThresholdedReLU", { theta: 0.5 }, MAP],
  [
    "TimeDistributed",
    { layer: { class_name: "Conv2D", config: { name: "c", filters: 2, kernel_size: [3, 3] } } },
    [4, 6, 6, 2],
  ],
  ["TimeDistributed", { layer: { class_name: "Dense", config: { name: "d", units: 3 } } }, SEQUENCE],
  [
    "TimeDistributed",
    { layer: { class_name: "Dense", config: { name: "d", units: 3, activation: "sigmoid" } } },
    SEQUENCE,
  ],
  ["TimeDistributed", { layer: { class_name: "GRU", config: { name: "g", units: 3 } } }, [4, 7, 5]],
  ["UpSampling2D", { size: [2, 3] }, MAP],
  ["UpSampling2D", { size: [2, 2], interpolation: "bilinear" }, MAP],
  ["UpSampling2D", { size: [2, 3], data_format: "channels_first" }, MAP],
  [
    "ZeroPadding2D",
    {
      padding: [
        [1, 0],
        [2, 2],
      ],
    },
    MAP,
  ],
];

/** The topology of one layer between its inputs and the output; the layer is called "subject". */
export function layerModel([className, config, ...shapes]: LayerCase): JsonObject {
  const b = topology();
  const out = b.call(
    className,
    config,
    shapes.map((shape) => b.input(shape)),
    "subject",
  );
  return b.build([out]);
}

/** Classes that stock TensorFlow.js does not have, or whose shape it does not state, or that are not called. */
export const withoutStock: ReadonlySet<ClassName> = new Set([
  "ActivityRegularization",
  "RandomWidth",
  "InputLayer",
]);
