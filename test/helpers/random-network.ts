import type { JsonObject } from "../../core/network/types.js";
import { blocks, type Blocks } from "./networks/blocks.js";
import { asKeras3 } from "./networks/keras3.js";
import { topology, type Ref, type TopologyBuilder } from "./networks/builder.js";

/** Random networks over all kinds of layers and joins: a pool of 8×8 maps that operations draw from and add to. */

interface Map2d {
  readonly ref: Ref;
  readonly channels: number;
}

interface Drawing {
  readonly b: TopologyBuilder;
  readonly k: Blocks;
  readonly random: () => number;
  readonly pool: Map2d[];
  readonly shared: Map<number, Map2d>;
  readonly norms: Map<number, Ref>;
}

const ACTIVATIONS = [
  "linear",
  "relu",
  "sigmoid",
  "tanh",
  "softplus",
  "elu",
  "relu6",
  "selu",
  "softsign",
  "hard_sigmoid",
  "swish",
];

function pick<T>(d: Drawing, list: readonly T[]): T {
  const item = list[Math.floor(d.random() * list.length)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}

type Operation = (d: Drawing, x: Map2d) => Map2d | null;

function conv(d: Drawing, x: Map2d, more: JsonObject = {}): Map2d {
  const channels = pick(d, [3, 4, 6, x.channels]);
  const config = { use_bias: d.random() < 0.5, activation: pick(d, ACTIVATIONS), ...more };
  return { ref: d.k.conv(x.ref, channels, pick(d, [1, 3]), 1, config), channels };
}

function partner(d: Drawing, x: Map2d): Ref {
  const others = d.pool.filter((y) => y.channels === x.channels && y.ref !== x.ref);
  // Stock TensorFlow.js cannot run a layer that gets one tensor twice, so a lone tensor is joined to its projection.
  return others.length > 0 ? pick(d, others).ref : d.k.conv(x.ref, x.channels, 1, 1, { use_bias: true });
}

function same(className: string, config: JsonObject): Operation {
  return (d, x) => ({ ref: d.b.call(className, config, [x.ref]), channels: x.channels });
}

function join(className: string): Operation {
  return (d, x) => ({ ref: d.b.call(className, {}, [x.ref, partner(d, x)]), channels: x.channels });
}

const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ["conv", (d, x) => conv(d, x)],
  ["conv again", (d, x) => conv(d, x)],
  ["dilated conv", (d, x) => conv(d, x, { dilation_rate: [2, 2] })],
  [
    "batch norm",
    (d, x) => ({
      ref: d.k.bn(x.ref, { scale: d.random() < 0.8, center: d.random() < 0.8 }),
      channels: x.channels,
    }),
  ],
  ["batch norm again", (d, x) => ({ ref: d.k.bn(x.ref), channels: x.channels })],
  ["activation", (d, x) => same("Activation", { activation: pick(d, ACTIVATIONS) })(d, x)],
  ["leaky", same("LeakyReLU", { alpha: 0.2 })],
  ["thresholded", same("ThresholdedReLU", { theta: 0.1 })],
  ["add", join("Add")],
  ["multiply", join("Multiply")],
  ["average", join("Average")],
  ["maximum", join("Maximum")],
  ["minimum", join("Minimum")],
  [
    "concat",
    (d, x) => {
      const y = pick(d, d.pool);
      if (y.ref === x.ref || x.channels + y.channels > 24) return null;
      return { ref: d.k.cat(x.ref, y.ref), channels: x.channels + y.channels };
    },
  ],
  [
    "depthwise",
    (d, x) => {
      if (x.channels > 12) return null;
      const depth_multiplier = pick(d, [1, 2]);
      const config = {
        kernel_size: [3, 3],
        padding: "same",
        depth_multiplier,
        activation: pick(d, ACTIVATIONS),
      };
      return { ref: d.b.call("DepthwiseConv2D", config, [x.ref]), channels: x.channels * depth_multiplier };
    },
  ],
  [
    "separable",
    (d, x) => {
      const filters = pick(d, [3, 5]);
      const depth_multiplier = pick(d, [1, 2]);
      const config = {
        filters,
        kernel_size: [3, 3],
        padding: "same",
        depth_multiplier,
        activation: pick(d, ACTIVATIONS),
      };
      return { ref: d.b.call("SeparableConv2D", config, [x.ref]), channels: filters };
    },
  ],
  [
    "gate",
    (d, x) => {
      const s = d.k.dense(
        d.k.dense(d.k.gap(x.ref), 3, "relu"),
        x.channels,
        pick(d, ["sigmoid", "hard_sigmoid", "softplus"]),
      );
      const shaped = d.random() < 0.5 ? d.b.call("Reshape", { target_shape: [1, 1, x.channels] }, [s]) : s;
      return { ref: d.k.mul(x.ref, shaped), channels: x.channels };
    },
  ],
  [
    "transposed",
    (d, x) => {
      const filters = pick(d, [3, 5]);
      const config = { filters, kernel_size: [3, 3], padding: "same", activation: pick(d, ACTIVATIONS) };
      return { ref: d.b.call("Conv2DTranspose", config, [x.ref]), channels: filters };
    },
  ],
  [
    "pool",
    (d, x) => ({ ref: d.k.pool(x.ref, pick(d, ["Max", "Average"]), 3, 1, "same"), channels: x.channels }),
  ],
  [
    "down and up",
    (d, x) => {
      const small = d.k.pool(x.ref, pick(d, ["Max", "Average"]));
      const interpolation = pick(d, ["nearest", "bilinear"]);
      return {
        ref: d.b.call("UpSampling2D", { size: [2, 2], interpolation }, [small]),
        channels: x.channels,
      };
    },
  ],
  [
    "dropout",
    (d, x) =>
      same(
        "Dropout",
        d.random() < 0.5 ? { rate: 0.3 } : { rate: 0.3, noise_shape: [null, 1, 1, x.channels] },
      )(d, x),
  ],
  ["noise", same("GaussianNoise", { stddev: 0.1 })],
  [
    "reshape twice",
    (d, x) => {
      const r = d.b.call("Reshape", { target_shape: [4, 16, x.channels] }, [x.ref]);
      return { ref: d.b.call("Reshape", { target_shape: [8, -1, x.channels] }, [r]), channels: x.channels };
    },
  ],
  [
    "rows as channels",
    (d, x) => {
      const r = d.b.call("Reshape", { target_shape: [8, 8 * x.channels] }, [x.ref]);
      const q = d.k.dense(r, 48, pick(d, ACTIVATIONS));
      return { ref: d.b.call("Reshape", { target_shape: [8, 8, 6] }, [q]), channels: 6 };
    },
  ],
  [
    "odd reshape",
    (d, x) => {
      if (x.channels % 3 === 0 || 3 * x.channels > 24) return null;
      const r = d.b.call("Reshape", { target_shape: [-1, 3, 4] }, [d.k.conv(x.ref, 3, 1)]);
      return { ref: d.b.call("Reshape", { target_shape: [8, 8, 3] }, [r]), channels: 3 };
    },
  ],
  [
    "shared conv",
    (d, x) => {
      const known = d.shared.get(x.channels);
      if (known) return { ref: d.b.again(known.ref, [x.ref]), channels: known.channels };
      const made = conv(d, x);
      d.shared.set(x.channels, made);
      return made;
    },
  ],
  [
    "shared norm",
    (d, x) => {
      const known = d.norms.get(x.channels);
      if (known) return { ref: d.b.again(known, [x.ref]), channels: x.channels };
      const ref = d.k.bn(x.ref);
      d.norms.set(x.channels, ref);
      return { ref, channels: x.channels };
    },
  ],
  [
    "partly shared",
    (d, x) => {
      // The sum of one layer and two beside each other, in either order.
      const wide = (): Ref => conv(d, x, { filters: 6 }).ref;
      const [near, far] = [conv(d, x, { filters: 4 }).ref, conv(d, x, { filters: 2 }).ref];
      const parts = d.random() < 0.5 ? [d.k.cat(near, far), wide()] : [wide(), d.k.cat(near, far)];
      return { ref: d.k.add(...parts), channels: 6 };
    },
  ],
  ["prelu", (d, x) => same("PReLU", { shared_axes: pick(d, [[1, 2], [1], [1, 2, 3]]) })(d, x)],
  ["layer norm", (d, x) => (d.random() < 0.6 ? null : same("LayerNormalization", { axis: -1 })(d, x))],
  [
    "dense",
    (d, x) => {
      const channels = pick(d, [3, 5]);
      return { ref: d.k.dense(x.ref, channels, pick(d, ACTIVATIONS)), channels };
    },
  ],
  [
    "spatial concat",
    (d, x) => {
      const tall = d.b.call("Concatenate", { axis: 1 }, [x.ref, partner(d, x)]);
      return {
        ref: d.b.call("MaxPooling2D", { pool_size: [2, 1], strides: [2, 1], padding: "valid" }, [tall]),
        channels: x.channels,
      };
    },
  ],
  [
    "nested",
    (d, x) => {
      const inner = topology();
      const k = blocks(inner);
      const i = inner.input([8, 8, x.channels]);
      const y = k.bn(k.conv(i, x.channels, 3, 1, { use_bias: true, activation: pick(d, ACTIVATIONS) }));
      const once = d.b.nest(inner.build([d.random() < 0.5 ? k.add(y, i) : y], "inner"), [x.ref]);
      return { ref: d.random() < 0.5 ? d.b.again(once, [once]) : once, channels: x.channels };
    },
  ],
  [
    "thin gate",
    (d, x) => {
      const gate = d.k.conv(x.ref, 1, 1, 1, { use_bias: true, activation: "sigmoid" });
      return { ref: d.k.mul(x.ref, gate), channels: x.channels };
    },
  ],
  ["transpose space", same("Permute", { dims: [2, 1, 3] })],
  [
    "pad and crop",
    (d, x) => {
      const crop = {
        cropping: [
          [2, 0],
          [0, 2],
        ],
      };
      return { ref: d.b.call("Cropping2D", crop, [d.k.pad(x.ref, 1)]), channels: x.channels };
    },
  ],
  ["soft-max", (d, x) => (d.random() < 0.6 ? null : same("Softmax", { axis: -1 })(d, x))],
  [
    "sequence",
    (d, x) => {
      const rows = d.b.call("Reshape", { target_shape: [64, x.channels] }, [x.ref]);
      const short = d.b.call("MaxPooling1D", { pool_size: [16], strides: [16], padding: "valid" }, [rows]);
      const kind = pick(d, ["LSTM", "GRU", "SimpleRNN"]);
      const activation = pick(d, ["tanh", "sigmoid"]);
      const rnn = { units: 4, activation, return_sequences: true };
      const both = {
        layer: { class_name: kind, config: { name: "cell", ...rnn } },
        merge_mode: pick(d, ["concat", "sum", "mul", "ave"]),
      };
      const y = d.random() < 0.5 ? d.b.call(kind, rnn, [short]) : d.b.call("Bidirectional", both, [short]);
      const last = d.b.call("GlobalAveragePooling1D", {}, [y]);
      return {
        ref: d.k.mul(x.ref, d.k.dense(last, x.channels, pick(d, ["sigmoid", "tanh"]))),
        channels: x.channels,
      };
    },
  ],
]);

export const operationNames: readonly string[] = [...OPERATIONS.keys(), "keras 3"];

export interface RandomNetwork {
  readonly model: JsonObject;
  /** Operations used, for messages. */
  readonly operations: readonly string[];
}

/** A network of about `length` operations, with one head of four outputs. The same numbers give the same network. */
export function randomNetwork(random: () => number, length = 10): RandomNetwork {
  const b = topology();
  const d: Drawing = { b, k: blocks(b), random, pool: [], shared: new Map(), norms: new Map() };
  const input: Map2d = { ref: b.input([8, 8, 2]), channels: 2 };
  d.pool.push(conv(d, input));
  const operations: string[] = [];
  for (let i = 0; i < length; i++) {
    const [name, operation] = pick(d, [...OPERATIONS]);
    const made = operation(d, pick(d, d.pool));
    if (!made) continue;
    operations.push(name);
    d.pool.push(made);
    if (d.pool.length > 5) d.pool.splice(Math.floor(random() * 4), 1);
  }
  const tail = d.pool.slice(-3).map((x) => x.ref);
  const all = tail.length > 1 ? d.k.cat(...tail) : (tail[0] ?? input.ref);
  const head = random() < 0.5 ? d.k.gap(all) : d.k.flatten(all);
  const model = b.build([d.k.dense(head, 4)]);
  return random() < 0.2
    ? { model: asKeras3(model), operations: [...operations, "keras 3"] }
    : { model, operations };
}
