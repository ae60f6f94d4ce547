import type { StoredWeight } from "./shards.js";
import { reasonOf } from "../reason.js";
import { raise } from "../../core/diagnostics/create.js";

/** What is asked of a tf.LayersModel; told by its shape, since the user's tfjs may be another copy than ours. */
export interface LiveModel {
  toJSON(unused: null, returnString: false): unknown;
  readonly weights: readonly LiveWeight[];
}

interface LiveWeight {
  readonly originalName: string;
  readonly shape: readonly (number | null)[];
  readonly trainable: boolean;
  read(): { readonly shape: readonly number[]; dataSync(): ArrayLike<number> };
}

export function isLiveModel(value: unknown): value is LiveModel {
  return (
    typeof value === "object" &&
    value !== null &&
    "toJSON" in value &&
    typeof value.toJSON === "function" &&
    "weights" in value &&
    Array.isArray(value.weights)
  );
}

export interface LiveParts {
  readonly topology: unknown;
  readonly weights: readonly StoredWeight[];
}

/** Topology and copies of the weights of a model in memory. */
export function readLive(model: LiveModel): LiveParts {
  try {
    const weights = model.weights.map((weight): StoredWeight => {
      const value = weight.read();
      return {
        name: weight.originalName,
        shape: value.shape,
        data: Float32Array.from(value.dataSync()),
        trainable: weight.trainable,
      };
    });
    return { topology: model.toJSON(null, false), weights };
  } catch (error) {
    return raise("P5114", "the model in memory cannot be read", { notes: [reasonOf(error)] });
  }
}
