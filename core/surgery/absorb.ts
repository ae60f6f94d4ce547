import { counted } from "../ir/words.js";
import { diagnostic } from "../diagnostics/create.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { amountsOf } from "../network/amounts.js";
import { constraintOf } from "../network/constraint.js";
import type { LayerInfo, Network, WeightInfo } from "../network/types.js";
import type { Parameter, ParameterStore, Slots } from "../parameters.js";
import { mapConfigs } from "./shrink.js";
import { planAbsorption, type LayerUptake } from "./absorb-plan.js";
import type { IsDead } from "../network/costs.js";
import { zeroChannels } from "../units/slices.js";

export interface Absorption {
  /** The network, with biases added where a layer without one took up a constant. */
  readonly network: Network;
  /** Dead now: what was dead, and the constant units that went. */
  readonly isDead: IsDead;
  /** Roots of the units that went. */
  readonly absorbed: ReadonlySet<number>;
  /** Keys of variables that are new; they have values in the store, but no optimizer state. */
  readonly added: readonly string[];
  /** Notes on constant units that had to stay. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Takes up constant channels exactly: channels whose kernel is all zero, but whose bias or shift lives on, go into the
 * next layer's bias (dense, 1×1, valid padding), into the moving mean of a batch norm right behind that layer, or
 * under zero padding onto one carrier channel for each layer. Parameters are changed in place and the channels
 * zeroed, so the network computes what it computed. Behind a padded depthwise layer they stay, with note P4022.
 */
export function absorb(network: Network, store: ParameterStore, isDead: IsDead, slots?: Slots): Absorption {
  const plan = planAbsorption(network, store, isDead);
  let current = network;
  const added: string[] = [];
  for (const uptake of plan.layers) {
    const shift = uptake.carrier ? null : foldedShift(network, store, uptake);
    if (uptake.carrier) moveToCarrier(network, store, uptake);
    if (!shift || shift.every((x) => x === 0)) continue;
    if (intoMovingMean(current, store, uptake.layer, shift)) continue;
    const grown = addBias(current, uptake.layer);
    if (grown.added) {
      added.push(grown.key);
      store.set(grown.key, fresh(grown.network, grown.key, shift.length));
    }
    current = grown.network;
    const bias = store.get(grown.key)?.data;
    shift.forEach((x, i) => (bias ? (bias[i] = (bias[i] ?? 0) + x) : undefined));
  }
  const gone: IsDead = (id) => plan.absorbed.has(network.channels.find(id));
  zeroChannels(current, store, gone, slots);
  const diagnostics = plan.kept.size === 0 ? [] : [keptNote(plan.kept)];
  return {
    network: current,
    isDead: (id) => isDead(id) || gone(id),
    absorbed: plan.absorbed,
    added,
    diagnostics,
  };
}

function fresh(network: Network, key: string, size: number): Parameter {
  const weight = network.layers.flatMap((layer) => layer.weights).find((w) => w.key === key);
  return { key, shape: [size], data: new Float32Array(size), trainable: weight?.trainable ?? true };
}

/** The kernel that reads the inputs, as indices: tap, input, output → place. */
interface Kernel {
  readonly data: Float32Array;
  readonly taps: number;
  readonly inputs: number;
  readonly outputs: number;
  at(tap: number, input: number, output: number): number;
}

function kernelOf(network: Network, store: ParameterStore, layer: number, name: string): Kernel | null {
  const weight = network.layers[layer]?.weights.find((w) => w.name === name);
  const data = weight ? store.get(weight.key)?.data : undefined;
  if (!weight || !data) return null;
  const rank = weight.shape.length;
  const [last, before] = [weight.shape[rank - 1] ?? 1, weight.shape[rank - 2] ?? 1];
  const taps = data.length / (last * before);
  const transposed = weight.bindings.find((b) => b.role === "in")?.axis === rank - 1;
  if (transposed) {
    return { data, taps, inputs: last, outputs: before, at: (t, i, o) => (t * before + o) * last + i };
  }
  return { data, taps, inputs: before, outputs: last, at: (t, i, o) => (t * before + i) * last + o };
}

/** What the constants add to every output. */
function foldedShift(network: Network, store: ParameterStore, uptake: LayerUptake): Float64Array | null {
  const depthwise = kernelOf(network, store, uptake.layer, "depthwise_kernel");
  const kernel = kernelOf(network, store, uptake.layer, depthwise ? "pointwise_kernel" : "kernel");
  if (!kernel) return null;
  const shift = new Float64Array(kernel.outputs);
  const add = (input: number, value: number): void => {
    for (let t = 0; t < kernel.taps; t++) {
      for (let o = 0; o < kernel.outputs; o++)
        shift[o] = (shift[o] ?? 0) + value * (kernel.data[kernel.at(t, input, o)] ?? 0);
    }
  };
  for (const { index, value } of uptake.constants) {
    if (!depthwise) add(index, value);
    else {
      for (let q = 0; q < depthwise.outputs; q++) {
        let sum = 0;
        for (let t = 0; t < depthwise.taps; t++) sum += depthwise.data[depthwise.at(t, index, q)] ?? 0;
        add(index * depthwise.outputs + q, value * sum);
      }
    }
  }
  return shift;
}

/** conv(const d, K) = d · conv(1, K) with any padding and stride: the others' kernels move onto one, scaled. */
function moveToCarrier(network: Network, store: ParameterStore, uptake: LayerUptake): void {
  const kernel = kernelOf(network, store, uptake.layer, "kernel");
  const carrier = uptake.carrier;
  if (!kernel || !carrier) return;
  const moved = new Float64Array(kernel.taps * kernel.outputs);
  for (const { index, value } of uptake.constants) {
    const ratio = value / carrier.value;
    for (let t = 0; t < kernel.taps; t++) {
      for (let o = 0; o < kernel.outputs; o++) {
        const at = t * kernel.outputs + o;
        moved[at] = (moved[at] ?? 0) + ratio * (kernel.data[kernel.at(t, index, o)] ?? 0);
      }
    }
  }
  for (let t = 0; t < kernel.taps; t++) {
    for (let o = 0; o < kernel.outputs; o++) {
      const at = kernel.at(t, carrier.index, o);
      kernel.data[at] = (kernel.data[at] ?? 0) + (moved[t * kernel.outputs + o] ?? 0);
    }
  }
}

/** In training a bias before a batch norm has no effect: its moving mean takes the shift, where only it reads the layer. */
function intoMovingMean(
  network: Network,
  store: ParameterStore,
  layer: number,
  shift: Float64Array,
): boolean {
  const activation = network.layers[layer]?.config["activation"];
  if (activation !== undefined && activation !== null && activation !== "linear") return false;
  const outputs = new Set(
    network.calls.filter((call) => call.layer === layer).flatMap((call) => call.outputs),
  );
  const readers = network.calls.filter((call) => call.inputs.some((t) => outputs.has(t)));
  const [first] = readers;
  const norm = first ? network.layers[first.layer] : undefined;
  if (!first || !norm || network.outputs.some((t) => outputs.has(t))) return false;
  if (readers.length !== outputs.size || readers.some((call) => call.layer !== first.layer)) return false;
  if (norm.uses !== readers.length) return false;
  const weight: WeightInfo | undefined = norm.weights.find((w) => w.name === "moving_mean");
  // One that normalises another axis is not bound to the channels.
  const mean = weight?.bindings.length === 1 ? store.get(weight.key)?.data : undefined;
  if (!mean || mean.length !== shift.length) return false;
  shift.forEach((x, i) => (mean[i] = (mean[i] ?? 0) - x));
  return true;
}

function keptNote(kept: ReadonlyMap<number, string>): Diagnostic {
  const paths = [...new Set(kept.values())];
  const shown = paths
    .slice(0, 3)
    .map((path) => `\`${path}\``)
    .join(", ");
  const count = `${counted(kept.size, "constant channels")} ${kept.size === 1 ? "stays" : "stay"}`;
  return diagnostic("P4022", `${count}, for ${shown}${paths.length > 3 ? " and others" : ""}`, null, {
    notes: ["under zero padding their borders differ, so that no bias can stand for them"],
  });
}

interface Grown {
  readonly network: Network;
  readonly key: string;
  /** False when the layer had a bias already. */
  readonly added: boolean;
}

/** The network with a bias on a layer (conv, dense, separable): `use_bias` true and one more variable. */
export function addBias(network: Network, index: number): Grown {
  const layer = network.layers[index];
  const key = `${layer?.path ?? ""}/bias`;
  if (!layer || layer.weights.some((weight) => weight.name === "bias")) return { network, key, added: false };
  const out = layer.sizes.find((size) => size.at[0] === "filters" || size.at[0] === "units")?.ids;
  if (!out) return { network, key, added: false };
  const bias: WeightInfo = {
    key,
    name: "bias",
    savedAs: `${layer.name}/bias`,
    shape: [out.length],
    trainable: layer.trainable,
    initializer: null,
    regularizer: amountsOf(layer.config["bias_regularizer"], "bias_regularizer", layer.path),
    constraint: constraintOf(layer.config["bias_constraint"], "bias_constraint", layer.path),
    forgetGate: false,
    bindings: [{ axis: 0, ids: out, role: "out" }],
    isKernel: false,
  };
  const grown: LayerInfo = {
    ...layer,
    config: { ...layer.config, use_bias: true },
    weights: [...layer.weights, bias],
  };
  return {
    network: {
      ...network,
      layers: network.layers.map((other, i) => (i === index ? grown : other)),
      topology: mapConfigs(network.topology, (name, config) =>
        name === layer.name ? { ...config, use_bias: true } : config,
      ),
    },
    key,
    added: true,
  };
}
