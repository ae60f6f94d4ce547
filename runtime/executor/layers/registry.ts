import { field } from "../../../core/network/json.js";
import type { LayerInfo } from "../../../core/network/types.js";
import type { Builder } from "../pass.js";
import * as activation from "./activation.js";
import * as convolution from "./convolution.js";
import { convLstm2d } from "./conv-lstm.js";
import { dense } from "./dense.js";
import { embedding, masking, rescaling } from "./embedding.js";
import { channelsFirst, foreign } from "./foreign.js";
import * as merge from "./merge.js";
import * as noise from "./noise.js";
import * as normalization from "./normalization.js";
import * as pooling from "./pooling.js";
import { recurrent } from "./recurrent.js";
import * as shape from "./shape.js";
import * as spatial from "./spatial.js";
import { bidirectional, innerOf, timeDistributed } from "./wrappers.js";

const RECURRENT = new Set(["SimpleRNN", "GRU", "LSTM", "RNN"]);

/** Which code runs a layer class. A class that is not listed runs by its own. */
const BUILDERS = new Map<string, Builder>([
  ["Activation", activation.activationLayer],
  ["ActivityRegularization", activation.identity],
  ["Add", merge.add],
  ["AlphaDropout", noise.alphaDropout],
  ["Average", merge.average],
  ["AveragePooling1D", pooling.pooling1d("average")],
  ["AveragePooling2D", pooling.pooling2d("average")],
  ["AveragePooling3D", pooling.pooling3d("average")],
  ["BatchNormalization", normalization.batchNormalization],
  ["Bidirectional", bidirectional],
  ["Concatenate", merge.concatenate],
  ["Conv1D", convolution.conv1d],
  ["Conv2D", convolution.conv2d],
  ["Conv2DTranspose", convolution.conv2dTranspose],
  ["Conv3D", convolution.conv3d],
  ["Conv3DTranspose", convolution.conv3dTranspose],
  ["ConvLSTM2D", convLstm2d],
  ["Cropping2D", spatial.cropping2d],
  ["Dense", dense],
  ["DepthwiseConv2D", convolution.depthwiseConv2d],
  ["Dot", merge.dot],
  ["Dropout", noise.dropout],
  ["ELU", activation.elu],
  ["Embedding", embedding],
  ["Flatten", shape.flatten],
  ["GRU", recurrent],
  ["GaussianDropout", noise.gaussianDropout],
  ["GaussianNoise", noise.gaussianNoise],
  ["GlobalAveragePooling1D", pooling.globalAveragePooling],
  ["GlobalAveragePooling2D", pooling.globalAveragePooling],
  ["GlobalMaxPooling1D", pooling.globalMaxPooling],
  ["GlobalMaxPooling2D", pooling.globalMaxPooling],
  ["LSTM", recurrent],
  ["LayerNormalization", normalization.layerNormalization],
  ["LeakyReLU", activation.leakyRelu],
  ["Masking", masking],
  ["MaxPooling1D", pooling.pooling1d("max")],
  ["MaxPooling2D", pooling.pooling2d("max")],
  ["MaxPooling3D", pooling.pooling3d("max")],
  ["Maximum", merge.maximum],
  ["Minimum", merge.minimum],
  ["Multiply", merge.multiply],
  ["PReLU", activation.prelu],
  ["Permute", shape.permute],
  ["RNN", recurrent],
  ["ReLU", activation.relu],
  ["RepeatVector", shape.repeatVector],
  ["Rescaling", rescaling],
  ["Reshape", shape.reshape],
  ["Resizing", spatial.resizing],
  ["SeparableConv2D", convolution.separableConv2d],
  ["SimpleRNN", recurrent],
  ["Softmax", activation.softmax],
  ["SpatialDropout1D", noise.spatialDropout1d],
  ["ThresholdedReLU", activation.thresholdedRelu],
  ["TimeDistributed", timeDistributed(builderOf)],
  ["UpSampling2D", spatial.upSampling2d],
  ["ZeroPadding2D", spatial.zeroPadding2d],
]);

/** Layers that run by their own code though their class is listed: settings that nothing of ours follows. */
function needsOwnCode(layer: LayerInfo): boolean {
  if (channelsFirst(layer.config)) return true;
  const inner = innerOf(layer);
  if (field(inner?.config ?? layer.config, "stateful") === true) return true;
  if (!inner) return false;
  return layer.className === "Bidirectional"
    ? !RECURRENT.has(inner.className)
    : !BUILDERS.has(inner.className);
}

export function builderOf(layer: LayerInfo): Builder {
  const builder = BUILDERS.get(layer.className);
  return builder && !needsOwnCode(layer) ? builder : foreign;
}
