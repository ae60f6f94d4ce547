import type { Rule, Site } from "../site.js";
import type { Value } from "../graph.js";
import { conv, convTranspose } from "./conv.js";
import { dense, embedding } from "./dense.js";
import { depthwiseConv2d, separableConv2d } from "./depthwise.js";
import {
  activationLayer,
  batchNormalization,
  dropout,
  layerNormalization,
  masking,
  pass,
  prelu,
  relu,
  rescaling,
  softmax,
} from "./elementwise.js";
import { concatenate, dot, elementwiseMerge } from "./merge.js";
import { convLstm2d, recurrent } from "./recurrent.js";
import { categoryEncoding, flatten, permute, repeatVector, reshape } from "./reshape.js";
import {
  centerCrop,
  cropping2d,
  globalPooling,
  pooling,
  randomWidth,
  resizing,
  upSampling2d,
  zeroPadding2d,
} from "./spatial.js";
import { bidirectional, timeDistributed, unknownClass } from "./wrappers.js";

/** One rule for each layer class of TensorFlow.js. */
const RULES = new Map<string, Rule>([
  ["Activation", activationLayer],
  ["ActivityRegularization", pass],
  ["Add", elementwiseMerge("join")],
  ["AlphaDropout", pass],
  ["Average", elementwiseMerge("join")],
  ["AveragePooling1D", pooling(1)],
  ["AveragePooling2D", pooling(2)],
  ["AveragePooling3D", pooling(3)],
  ["BatchNormalization", batchNormalization],
  ["Bidirectional", bidirectional(applyRule)],
  ["CategoryEncoding", categoryEncoding],
  ["CenterCrop", centerCrop],
  ["Concatenate", concatenate],
  ["Conv1D", conv(1)],
  ["Conv2D", conv(2)],
  ["Conv2DTranspose", convTranspose(2)],
  ["Conv3D", conv(3)],
  ["Conv3DTranspose", convTranspose(3)],
  ["ConvLSTM2D", convLstm2d],
  ["Cropping2D", cropping2d],
  ["Dense", dense],
  ["DepthwiseConv2D", depthwiseConv2d],
  ["Dot", dot],
  ["Dropout", dropout],
  ["ELU", pass],
  ["Embedding", embedding],
  ["Flatten", flatten],
  ["GRU", recurrent],
  ["GaussianDropout", pass],
  ["GaussianNoise", pass],
  ["GlobalAveragePooling1D", globalPooling(1)],
  ["GlobalAveragePooling2D", globalPooling(2)],
  ["GlobalMaxPooling1D", globalPooling(1)],
  ["GlobalMaxPooling2D", globalPooling(2)],
  ["LSTM", recurrent],
  ["LayerNormalization", layerNormalization],
  ["LeakyReLU", pass],
  ["Masking", masking],
  ["MaxPooling1D", pooling(1)],
  ["MaxPooling2D", pooling(2)],
  ["MaxPooling3D", pooling(3)],
  ["Maximum", elementwiseMerge("join")],
  ["Minimum", elementwiseMerge("join")],
  ["Multiply", elementwiseMerge("product")],
  ["PReLU", prelu],
  ["Permute", permute],
  ["RNN", recurrent],
  ["RandomWidth", randomWidth],
  ["ReLU", relu],
  ["RepeatVector", repeatVector],
  ["Rescaling", rescaling],
  ["Reshape", reshape],
  ["Resizing", resizing],
  ["SeparableConv2D", separableConv2d],
  ["SimpleRNN", recurrent],
  ["Softmax", softmax],
  ["SpatialDropout1D", dropout],
  ["ThresholdedReLU", pass],
  ["TimeDistributed", timeDistributed(applyRule)],
  ["UpSampling2D", upSampling2d],
  ["ZeroPadding2D", zeroPadding2d],
]);

/** Follows one call through the rule of its class; a class without a rule is a barrier. */
export function applyRule(site: Site): readonly Value[] {
  return (RULES.get(site.className) ?? unknownClass)(site);
}

/** Classes that have a rule. */
export const knownClasses: readonly string[] = [...RULES.keys(), "InputLayer"];
