import { isJsonArray, isJsonObject } from "./json.js";
import type { Json, JsonObject } from "./types.js";

/**
 * What configs say of their own accord once a network is read, because libraries mean different things by the same words. Files
 * have the words of the library whose `keras_version` they state.
 */

/** Interpolates between the centres of pixels, as Keras does and TensorFlow.js does not. */
export const HALF_PIXELS = "half_pixel_centers";

/** `hard_sigmoid` of Keras 3: max(0, min(6, x + 3)) / 6. That of Keras 2 and TensorFlow.js: x / 5 + 1/2. */
export const HARD_SIGMOID_3 = "hard_sigmoid_3";

/** Attention gives nothing to a query that may look nowhere, where it gives out its scores or drops some: Keras 3. Others give it the mean. */
export const CLEARS_MASKED = "clears_masked";

/** A config as it is written. */
export function writtenConfig({ [HALF_PIXELS]: _, [CLEARS_MASKED]: __, ...config }: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, written(value)]));
}

function written(value: Json): Json {
  if (value === HARD_SIGMOID_3) return "hard_sigmoid";
  if (isJsonArray(value)) return value.map(written);
  return isJsonObject(value) ? writtenConfig(value) : value;
}
