import { field, heldLayer } from "../../../core/network/json.js";
import { isLayerClass, type ClassName } from "../../../core/network/layers/index.js";
import type { LayerInfo } from "../../../core/network/types.js";
import type { Builder } from "../pass.js";
import * as convolution from "./convolution.js";
import { convLstm2d } from "./conv-lstm.js";
import { dense, embedding } from "./dense.js";
import * as elementwise from "./elementwise.js";
import { channelsFirst, foreign } from "./foreign.js";
import * as merge from "./merge.js";
import * as noise from "./noise.js";
import * as normalization from "./normalization.js";
import { globalAveragePooling, globalMaxPooling, pooling } from "./pooling.js";
import { recurrent } from "./recurrent.js";
import * as shape from "./shape.js";
import * as spatial from "./spatial.js";
import { bidirectional, timeDistributed } from "./wrappers.js";

/** The forward pass of every layer class; `foreign` is that of the class's own code. */
export const forwardPasses: Readonly<Record<ClassName, Builder>> = {
  Activation: elementwise.activationLayer,
  ActivityRegularization: elementwise.identity,
  Add: merge.add,
  AlphaDropout: noise.alphaDropout,
  Average: merge.average,
  AveragePooling1D: pooling(1, "average"),
  AveragePooling2D: pooling(2, "average"),
  AveragePooling3D: pooling(3, "average"),
  BatchNormalization: normalization.batchNormalization,
  Bidirectional: bidirectional,
  CategoryEncoding: foreign,
  CenterCrop: foreign,
  Concatenate: merge.concatenate,
  Conv1D: convolution.conv1d,
  Conv2D: convolution.conv2d,
  Conv2DTranspose: convolution.conv2dTranspose,
  Conv3D: convolution.conv3d,
  Conv3DTranspose: convolution.conv3dTranspose,
  ConvLSTM2D: convLstm2d,
  Cropping2D: spatial.cropping2d,
  Dense: dense,
  DepthwiseConv2D: convolution.depthwiseConv2d,
  Dot: merge.dot,
  Dropout: noise.dropout,
  ELU: elementwise.elu,
  Embedding: embedding,
  Flatten: shape.flatten,
  GRU: recurrent,
  GaussianDropout: noise.gaussianDropout,
  GaussianNoise: noise.gaussianNoise,
  GlobalAveragePooling1D: globalAveragePooling,
  GlobalAveragePooling2D: globalAveragePooling,
  GlobalMaxPooling1D: globalMaxPooling,
  GlobalMaxPooling2D: globalMaxPooling,
  InputLayer: foreign,
  LSTM: recurrent,
  LayerNormalization: normalization.layerNormalization,
  LeakyReLU: elementwise.leakyRelu,
  Masking: elementwise.masking,
  MaxPooling1D: pooling(1, "max"),
  MaxPooling2D: pooling(2, "max"),
  MaxPooling3D: pooling(3, "max"),
  Maximum: merge.maximum,
  Minimum: merge.minimum,
  Multiply: merge.multiply,
  PReLU: elementwise.prelu,
  Permute: shape.permute,
  RNN: recurrent,
  RandomWidth: foreign,
  ReLU: elementwise.relu,
  RepeatVector: shape.repeatVector,
  Rescaling: elementwise.rescaling,
  Reshape: shape.reshape,
  Resizing: spatial.resizing,
  SeparableConv2D: convolution.separableConv2d,
  SimpleRNN: recurrent,
  Softmax: elementwise.softmax,
  SpatialDropout1D: noise.spatialDropout1d,
  ThresholdedReLU: elementwise.thresholdedRelu,
  TimeDistributed: timeDistributed(builderOf),
  UpSampling2D: spatial.upSampling2d,
  ZeroPadding2D: spatial.zeroPadding2d,
};

/** A class that is not in the table runs by its own code. */
function forwardOf(className: string): Builder {
  return isLayerClass(className) ? forwardPasses[className] : foreign;
}

/** Layers that run by their own code though we have their class: settings that nothing of ours follows. */
function needsOwnCode(layer: LayerInfo): boolean {
  if (channelsFirst(layer.config)) return true;
  const inner = heldLayer(layer.config["layer"]);
  if (field(inner?.config ?? layer.config, "stateful") === true) return true;
  if (!inner) return false;
  const pass = forwardOf(inner.className);
  return layer.className === "Bidirectional" ? pass !== recurrent : pass === foreign;
}

export function builderOf(layer: LayerInfo): Builder {
  return needsOwnCode(layer) ? foreign : forwardOf(layer.className);
}
