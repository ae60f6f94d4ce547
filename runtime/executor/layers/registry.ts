import { channelsFirst, heldLayer } from "../../../core/network/json.js";
import { isLayerClass, type ClassName } from "../../../core/network/layers/index.js";
import type { LayerInfo } from "../../../core/network/types.js";
import type { Builder } from "../pass.js";
import { additiveAttention, dotAttention, multiHeadAttention } from "./attention.js";
import * as convolution from "./convolution.js";
import { convLstm2d } from "./conv-lstm.js";
import { dense, embedding } from "./dense.js";
import * as elementwise from "./elementwise.js";
import { foreign } from "./foreign.js";
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
  AdditiveAttention: additiveAttention,
  AlphaDropout: noise.alphaDropout,
  Attention: dotAttention,
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
  Conv1DTranspose: convolution.conv1dTranspose,
  Conv2D: convolution.conv2d,
  Conv2DTranspose: convolution.conv2dTranspose,
  Conv3D: convolution.conv3d,
  Conv3DTranspose: convolution.conv3dTranspose,
  ConvLSTM2D: convLstm2d,
  Cropping1D: spatial.cropping(1),
  Cropping2D: spatial.cropping(2),
  Cropping3D: spatial.cropping(3),
  CustomScaleLayer: merge.customScale,
  Dense: dense,
  DepthwiseConv1D: convolution.depthwiseConv1d,
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
  GlobalAveragePooling3D: globalAveragePooling,
  GlobalMaxPooling1D: globalMaxPooling,
  GlobalMaxPooling2D: globalMaxPooling,
  GlobalMaxPooling3D: globalMaxPooling,
  GroupQueryAttention: multiHeadAttention,
  GroupNormalization: normalization.groupNormalization,
  Identity: elementwise.identity,
  InputLayer: foreign,
  LSTM: recurrent,
  LayerNormalization: normalization.layerNormalization,
  LayerScale: elementwise.layerScale,
  LeakyReLU: elementwise.leakyRelu,
  Masking: elementwise.masking,
  MaxPooling1D: pooling(1, "max"),
  MaxPooling2D: pooling(2, "max"),
  MaxPooling3D: pooling(3, "max"),
  Maximum: merge.maximum,
  Minimum: merge.minimum,
  MultiHeadAttention: multiHeadAttention,
  Multiply: merge.multiply,
  Normalization: normalization.normalization,
  PReLU: elementwise.prelu,
  Permute: shape.permute,
  RMSNormalization: normalization.rmsNormalization,
  RNN: recurrent,
  RandomBrightness: elementwise.identity,
  RandomColorDegeneration: elementwise.identity,
  RandomColorJitter: elementwise.identity,
  RandomContrast: elementwise.identity,
  RandomElasticTransform: elementwise.identity,
  RandomErasing: elementwise.identity,
  RandomFlip: elementwise.identity,
  RandomGaussianBlur: elementwise.identity,
  RandomGrayscale: elementwise.identity,
  RandomHue: elementwise.identity,
  RandomInvert: elementwise.identity,
  RandomPerspective: elementwise.identity,
  RandomPosterization: elementwise.identity,
  RandomRotation: elementwise.identity,
  RandomSaturation: elementwise.identity,
  RandomSharpness: elementwise.identity,
  RandomShear: elementwise.identity,
  RandomTranslation: elementwise.identity,
  RandomWidth: foreign,
  RandomZoom: elementwise.identity,
  ReLU: elementwise.relu,
  RepeatVector: shape.repeatVector,
  Rescaling: elementwise.rescaling,
  Reshape: shape.reshape,
  Resizing: spatial.resizing,
  SeparableConv1D: convolution.separableConv1d,
  SeparableConv2D: convolution.separableConv2d,
  SimpleRNN: recurrent,
  Softmax: elementwise.softmax,
  SpatialDropout1D: noise.spatialDropout,
  SpatialDropout2D: noise.spatialDropout,
  SpatialDropout3D: noise.spatialDropout,
  StochasticDepth: noise.stochasticDepth,
  Subtract: merge.subtract,
  ThresholdedReLU: elementwise.thresholdedRelu,
  TimeDistributed: timeDistributed(builderOf),
  UnitNormalization: normalization.unitNormalization,
  UpSampling1D: spatial.upSampling(1),
  UpSampling2D: spatial.upSampling2d,
  UpSampling3D: spatial.upSampling(3),
  ZeroPadding1D: spatial.zeroPadding(1),
  ZeroPadding2D: spatial.zeroPadding(2),
  ZeroPadding3D: spatial.zeroPadding(3),
};

/** A class that is not in the table runs by its own code. */
function forwardOf(className: string): Builder {
  return isLayerClass(className) ? forwardPasses[className] : foreign;
}

/** Layers that run by their own code though we have their class: settings that nothing of ours follows. */
function needsOwnCode(layer: LayerInfo): boolean {
  if (channelsFirst(layer.config)) return true;
  const inner = heldLayer(layer.config["layer"]);
  if (!inner) return false;
  const pass = forwardOf(inner.className);
  return layer.className === "Bidirectional" ? pass !== recurrent : pass === foreign;
}

export function builderOf(layer: LayerInfo): Builder {
  return needsOwnCode(layer) ? foreign : forwardOf(layer.className);
}
