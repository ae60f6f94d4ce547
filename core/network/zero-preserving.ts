import { isJsonObject } from "./json.js";
import type { JsonObject, LayerInfo } from "./types.js";

/** Which layers give zeros for zeros. */

const AT_ZERO = new Set([
  "linear",
  "relu",
  "relu6",
  "elu",
  "selu",
  "tanh",
  "softsign",
  "swish",
  "mish",
  "gelu",
  "gelunew",
]);

/** True when f(0) = 0. */
export function keepsZero(activation: unknown): boolean {
  if (activation === undefined || activation === null) return true;
  return typeof activation === "string" && AT_ZERO.has(activation.toLowerCase().replace(/_/g, ""));
}

/** Layers without variables that act on values, positions or neighbourhoods, zero for zero. */
const PASSING = new Set([
  "ActivityRegularization",
  "AveragePooling1D",
  "AveragePooling2D",
  "AveragePooling3D",
  "CenterCrop",
  "Cropping2D",
  "Dropout",
  "ELU",
  "Flatten",
  "GaussianDropout",
  "GlobalAveragePooling1D",
  "GlobalAveragePooling2D",
  "GlobalMaxPooling1D",
  "GlobalMaxPooling2D",
  "LeakyReLU",
  "Masking",
  "MaxPooling1D",
  "MaxPooling2D",
  "MaxPooling3D",
  "PReLU",
  "Permute",
  "ReLU",
  "RepeatVector",
  "Reshape",
  "SpatialDropout1D",
  "ThresholdedReLU",
  "UpSampling2D",
  "ZeroPadding2D",
]);

/** Affine maps: zero for zero once their shift is zero. */
const AFFINE = new Set([
  "Conv1D",
  "Conv2D",
  "Conv3D",
  "Conv2DTranspose",
  "Conv3DTranspose",
  "Dense",
  "DepthwiseConv2D",
  "SeparableConv2D",
]);

/** How a layer treats zeros: `pass` keeps them, `affine` and `norm` do once they are silenced, `other` may not. */
export type ZeroKind = "pass" | "affine" | "norm" | "other";

export function zeroKind(layer: LayerInfo): ZeroKind {
  return kindOf(layer.className, layer.config);
}

function kindOf(className: string, config: JsonObject): ZeroKind {
  if (PASSING.has(className)) return "pass";
  if (className === "Activation") return keepsZero(config["activation"]) ? "pass" : "other";
  if (className === "Rescaling") return (config["offset"] ?? 0) === 0 ? "pass" : "other";
  if (className === "BatchNormalization") return "norm";
  if (AFFINE.has(className)) return keepsZero(config["activation"]) ? "affine" : "other";
  if (className !== "TimeDistributed") return "other";
  const inner = config["layer"];
  const within = isJsonObject(inner) ? inner["config"] : undefined;
  if (!isJsonObject(inner) || !isJsonObject(within) || typeof inner["class_name"] !== "string")
    return "other";
  return kindOf(inner["class_name"], within);
}
