import { isJsonArray, isJsonObject } from "../network/json.js";
import { findUnits } from "../network/units.js";
import type {
  Binding,
  CallInfo,
  Json,
  JsonObject,
  LayerInfo,
  MacTerm,
  Network,
  TensorInfo,
  WeightInfo,
} from "../network/types.js";
import type { Parameter } from "../parameters.js";
import { dead, living } from "../masks/state.js";
import { insertLayer } from "./insert-layer.js";
import type { Slimming } from "./slim.js";
import { kernelOf, type Taps } from "./taps.js";

/** A convolution written as a shift of every channel, a depthwise convolution that does not train, and a 1×1 convolution. */
export interface Shifted {
  readonly network: Network;
  /** The kernel as it was, and as it is. */
  readonly before: WeightInfo;
  readonly kernel: WeightInfo;
  /** The kernel of the shift, one-hot. */
  readonly shift: WeightInfo;
  readonly dilation: readonly number[];
}

/**
 * Writes a Conv2D that reads every input channel at one tap as a DepthwiseConv2D of its padding and strides and a Conv2D 1×1 of its
 * name, bias and activation. A dilated kernel is spread out, since TensorFlow.js does not dilate depthwise ones. Null where the layer is
 * none of that kind, or parameters or multiply–accumulates would not be fewer.
 */
export function shiftNetwork(network: Network, index: number): Shifted | null {
  const layer = network.layers[index];
  const before = layer && kernelOf(layer);
  if (layer?.className !== "Conv2D" || before === undefined) return null;
  const { config } = layer;
  const reads = before.bindings.find(({ axis }) => axis === 2)?.ids;
  const [strides, dilation] = [pair(config["strides"]), pair(config["dilation_rate"])];
  const groups = config["groups"] ?? 1;
  // Depthwise convolutions of Keras and TensorFlow.js take one stride for both axes.
  if (reads === undefined || groups !== 1 || strides[0] !== strides[1]) return null;
  const [inputs = 1, outputs = 1] = before.shape.slice(2);
  const size = dilation.map((rate, axis) => ((before.shape[axis] ?? 1) - 1) * rate + 1);
  const places = (before.shape[0] ?? 1) * (before.shape[1] ?? 1);
  const spread = (size[0] ?? 1) * (size[1] ?? 1);
  if (spread + outputs >= places * outputs) return null;
  const name = freeName(network, layer);
  const key = `${name.path}/depthwise_kernel`;
  const shift: WeightInfo = {
    ...before,
    key,
    name: "depthwise_kernel",
    savedAs: `${name.name}/depthwise_kernel`,
    alias: "kernel",
    shape: [...size, inputs, 1],
    trainable: false,
    initializer: null,
    regularizer: null,
    constraint: null,
    forgetGate: false,
    bindings: [{ axis: 2, ids: reads, role: "pass" } satisfies Binding],
    isKernel: false,
  };
  const { batch_input_shape: entry, ...rest } = config;
  const first = entry === undefined ? {} : { batch_input_shape: entry };
  const shiftConfig: JsonObject = {
    ...first,
    name: name.name,
    trainable: false,
    ...(config["dtype"] === undefined ? {} : { dtype: config["dtype"] }),
    kernel_size: size,
    strides,
    padding: config["padding"] ?? "valid",
    data_format: config["data_format"] ?? "channels_last",
    dilation_rate: [1, 1],
    depth_multiplier: 1,
    activation: "linear",
    use_bias: false,
    depthwise_initializer: { class_name: "Zeros", config: {} },
  };
  const ofEntry = (at: readonly (string | number)[]): boolean => at[0] === "batch_input_shape";
  const shiftLayer: LayerInfo = {
    ...name,
    className: "DepthwiseConv2D",
    config: shiftConfig,
    weights: [shift],
    sizes: layer.sizes.filter(({ at }) => ofEntry(at)),
    uses: layer.uses,
    trainable: false,
    ordinal: 0,
  };
  const kernel: WeightInfo = { ...before, shape: [1, 1, inputs, outputs] };
  const pointwise: LayerInfo = {
    ...layer,
    config: { ...rest, kernel_size: [1, 1], strides: [1, 1], dilation_rate: [1, 1], padding: "valid" },
    weights: layer.weights.map((weight) => (weight === before ? kernel : weight)),
    sizes: layer.sizes.filter(({ at }) => !ofEntry(at)),
  };
  const topology = insertLayer(network.topology, layer.name, shiftLayer, pointwise.config);
  if (topology === null) return null;
  const placed = place(network, index, { shiftLayer, pointwise, key: before.key, spread, places });
  return { network: { ...placed, topology }, before, kernel, shift, dilation };
}

interface Pair {
  readonly shiftLayer: LayerInfo;
  readonly pointwise: LayerInfo;
  /** Of the kernel. */
  readonly key: string;
  /** Taps of the shift, and of the kernel as it was. */
  readonly spread: number;
  readonly places: number;
}

/** The shift stands right in front of its layer: layers behind it move up by one, calls and tensors keep their numbers for others. */
function place(network: Network, index: number, { shiftLayer, pointwise, ...sizes }: Pair): Network {
  const moved = (layer: number): number => (layer >= index ? layer + 1 : layer);
  const layers = network.layers.flatMap((layer, i) => (i === index ? [shiftLayer, pointwise] : [layer]));
  const tensors: TensorInfo[] = [...network.tensors];
  let origin = Math.min(0, ...network.calls.map((call) => call.origin));
  const calls = network.calls.flatMap((call): CallInfo[] => {
    if (call.layer !== index) return [{ ...call, layer: moved(call.layer) }];
    const [input = 0, output = 0] = [call.inputs[0], call.outputs[0]];
    const ids = network.tensors[input]?.ids ?? null;
    const space = network.tensors[output]?.shape.slice(0, -1) ?? [];
    const between = tensors.push({ shape: [...space, ids?.length ?? null], ids }) - 1;
    const own = call.macs.find(({ weight }) => weight === sizes.key);
    const cells = (own?.times ?? 0) / sizes.places;
    const shifting: MacTerm = {
      times: cells * sizes.spread,
      ...(own?.in ? { out: own.in } : {}),
      weight: shiftLayer.weights[0]?.key ?? "",
    };
    return [
      {
        ...call,
        origin: --origin,
        layer: index,
        outputs: [between],
        kwargs: {},
        macs: [shifting],
      },
      {
        ...call,
        layer: index + 1,
        inputs: [between],
        macs: call.macs.map((term) => (term === own ? { ...term, times: cells } : term)),
      },
    ];
  });
  const channels = { ...network.channels, producer: network.channels.producer.map(moved) };
  return { ...network, layers, calls, tensors, channels, units: findUnits(channels, layers) };
}

/** How arrays of the kernel are cut along, and the values and codes of the shift. */
export function shiftSlimming(shifted: Shifted, taps: Taps): Slimming {
  const { network, before } = shifted;
  const [inputs = 1, outputs = 1] = before.shape.slice(2);
  return {
    network,
    isDead: () => false,
    cut: (key, data) => {
      if (key !== before.key) return data.slice();
      const left = new Float32Array(inputs * outputs);
      for (let input = 0; input < inputs; input++) {
        const from = ((taps[input] ?? 0) * inputs + input) * outputs;
        left.set(data.subarray(from, from + outputs), input * outputs);
      }
      return left;
    },
  };
}

/** The kernel of a shift: 1 where its channel is read. Its zeros are dead, so that no training fills them. */
export function shiftKernel({ shift, before, dilation }: Shifted, taps: Taps) {
  const { key, shape } = shift;
  const [width = 1, inputs = 1] = shape.slice(1);
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  const across = before.shape[1] ?? 1;
  taps.forEach((tap, input) => {
    const row = Math.floor(tap / across) * (dilation[0] ?? 1);
    const column = (tap % across) * (dilation[1] ?? 1);
    data[(row * width + column) * inputs + input] = 1;
  });
  const parameter: Parameter = { key, shape, data, trainable: false };
  return { parameter, codes: Uint8Array.from(data, (value) => (value === 0 ? dead : living)) };
}

/** A size of a config that counts for both axes, or for each. */
function pair(value: Json | undefined): readonly [number, number] {
  if (typeof value === "number") return [value, value];
  const [one, other] = isJsonArray(value) ? value : [];
  return typeof one === "number" ? [one, typeof other === "number" ? other : one] : [1, 1];
}

/** A name for the shift of a layer that no other layer has, in the topology as on its path. */
function freeName({ layers, topology }: Network, { name, path }: LayerInfo): { name: string; path: string } {
  const taken = new Set([...layers.flatMap((layer) => [layer.name, layer.path]), ...namesIn(topology)]);
  for (let i = 0; ; i++) {
    const end = `_shift${i === 0 ? "" : `_${i}`}`;
    if (!taken.has(`${name}${end}`) && !taken.has(`${path}${end}`))
      return { name: `${name}${end}`, path: `${path}${end}` };
  }
}

/** Names of all layers and models in a topology. */
function namesIn({ config }: JsonObject): readonly string[] {
  if (!isJsonObject(config)) return [];
  const layers = isJsonArray(config["layers"]) ? config["layers"] : [];
  const own = config["name"];
  return [
    ...(typeof own === "string" ? [own] : []),
    ...layers.flatMap((one) => (isJsonObject(one) ? namesIn(one) : [])),
  ];
}
