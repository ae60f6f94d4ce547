import type { StoredWeight } from "./decode.js";
import { reasonOf } from "../reason.js";
import { raise } from "../../core/diagnostics/create.js";
import { isObject } from "../../core/network/json.js";
import { savedLoss } from "../../core/schedule/training-config.js";
import type { Metric, OwnFunction, UserFunction } from "../types.js";

/** What is asked of a tf.LayersModel; told by its shape, since the user's tfjs may be another copy than ours. */
export interface LiveModel {
  toJSON(unused: null, returnString: false): unknown;
  readonly weights: readonly LiveWeight[];
  readonly outputNames?: readonly string[];
  /** What it was compiled with, if it was. */
  readonly optimizer?: { getClassName(): string; getConfig(): unknown } | null;
  readonly loss?: unknown;
  readonly lossFunctions?: readonly unknown[];
  readonly metrics?: unknown;
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
  /** Functions that it was compiled with, one per output, null where the training config in the topology names a loss that is known. */
  readonly ownLosses: readonly (OwnFunction | null)[];
  /** Metrics that are functions. */
  readonly ownMetrics: readonly Metric[];
}

/** Topology, training config and copies of the weights of a model in memory. */
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
    const topology = model.toJSON(null, false);
    if (!model.optimizer || !isObject(topology)) return { topology, weights, ownLosses: [], ownMetrics: [] };
    const losses = lossesOf(model);
    const training_config = {
      loss: losses.map(({ name }) => name),
      metrics: metricNames(model.metrics),
      optimizer_config: {
        class_name: model.optimizer.getClassName(),
        config: model.optimizer.getConfig(),
      },
    };
    return {
      topology: { ...topology, training_config },
      weights,
      ownLosses: losses.map(({ own }) => own),
      ownMetrics: metricsOf(model),
    };
  } catch (error) {
    return raise("P5114", "the model in memory cannot be read", {
      notes: [reasonOf(error)],
      help: /No backend found/.test(reasonOf(error))
        ? 'open a backend of TensorFlow.js first: `import "@tensorflow/tfjs-backend-cpu"`'
        : undefined,
    });
  }
}

/** What the model itself keeps: of a Sequential the model inside it, which is private to its type. */
function innerOf(model: LiveModel): Partial<LiveModel> {
  const inner: unknown = "model" in model ? model.model : null;
  return isObject(inner) ? inner : model;
}

/** Losses that are known here by their names; the others as functions, which a compiled model keeps for every output. */
function lossesOf(model: LiveModel) {
  const { loss } = model;
  const { lossFunctions = [], outputNames = [] } = innerOf(model);
  return lossFunctions.map((compute, i) => {
    const said: unknown = Array.isArray(loss) ? loss[i] : isObject(loss) ? loss[outputNames[i] ?? ""] : loss;
    const name = typeof said === "string" ? said : null;
    const isOwn = name === null || savedLoss(name) === null;
    const own = isOwn && isFunction(compute) ? ofNetwork("the loss function of the network", compute) : null;
    return { name: own === null ? name : null, own };
  });
}

const isFunction = (value: unknown): value is UserFunction => typeof value === "function";

const ofNetwork = (what: string, compute: UserFunction): OwnFunction => ({
  what,
  id: null,
  compute,
  ofNetwork: true,
});

/** Metrics that are functions: a list is of every output, an object of outputs by their names. */
function metricsOf(model: LiveModel): readonly Metric[] {
  const { metrics } = model;
  const { outputNames = [] } = innerOf(model);
  const functions = (given: unknown, output?: number): readonly Metric[] =>
    [given].flat().flatMap((one, i) => {
      if (!isFunction(one)) return [];
      const name = one.name === "" ? `metric ${i + 1}` : one.name;
      const own = ofNetwork(`the metric \`${name}\` of the network`, one);
      return [{ name, own, ...(output !== undefined && { output }) }];
    });
  if (!isObject(metrics)) return functions(metrics);
  return outputNames.flatMap((output, i) => functions(metrics[output], i));
}

/** Names of metrics; those that are functions are taken. */
function metricNames(metrics: unknown): readonly string[] {
  if (Array.isArray(metrics)) return metrics.flatMap(metricNames);
  if (typeof metrics === "string") return [metrics];
  return isObject(metrics) ? Object.values(metrics).flatMap(metricNames) : [];
}
