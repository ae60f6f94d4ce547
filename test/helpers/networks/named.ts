import type { JsonObject } from "../../../core/network/types.js";
import { blocks, type Blocks } from "./blocks.js";
import { sequenceNetworks } from "./sequences.js";
import { sequential, topology, type Ref, type TopologyBuilder } from "./builder.js";

/** Small networks, one for each way in which channels can be tied. */

type Draw = (b: TopologyBuilder, k: Blocks) => Ref | readonly Ref[];

function net(draw: Draw): JsonObject {
  const b = topology();
  const out = draw(b, blocks(b));
  const refs = isRef(out) ? [out] : out;
  return b.build(refs);
}

function isRef(out: Ref | readonly Ref[]): out is Ref {
  return typeof out[0] === "string";
}

const BIASED = { use_bias: true, activation: "relu" };

/** A conv that ends in its own activation and has a bias. */
function biased(k: Blocks, x: Ref, filters: number, activation: string, more: JsonObject = {}): Ref {
  return k.conv(x, filters, 3, 1, { use_bias: true, activation, ...more });
}

function squeezeExcite(b: TopologyBuilder, k: Blocks, x: Ref, channels: number, gate: string): Ref {
  const s = k.dense(k.dense(k.gap(x), Math.max(2, channels >> 2), "relu"), channels, gate);
  return k.mul(x, b.call("Reshape", { target_shape: [1, 1, channels] }, [s]));
}

function invertedResidual(b: TopologyBuilder, k: Blocks): Ref {
  const relu6 = (x: Ref): Ref => b.call("ReLU", { max_value: 6 }, [x]);
  let x = relu6(k.bn(k.conv(b.input([16, 16, 3]), 8, 3, 2)));
  let channels = 8;
  for (const [filters, stride, expand] of [
    [6, 1, 1],
    [8, 2, 4],
    [8, 1, 4],
  ] as const) {
    let y = expand > 1 ? relu6(k.bn(k.conv(x, channels * expand, 1))) : x;
    if (stride === 2)
      y = b.call(
        "ZeroPadding2D",
        {
          padding: [
            [0, 1],
            [0, 1],
          ],
        },
        [y],
      );
    const padding = stride === 2 ? "valid" : "same";
    const config = {
      kernel_size: [3, 3],
      strides: [stride, stride],
      padding,
      use_bias: false,
      depth_multiplier: 1,
    };
    y = relu6(k.bn(b.call("DepthwiseConv2D", config, [y])));
    y = k.bn(k.conv(y, filters, 1));
    x = stride === 1 && filters === channels ? k.add(x, y) : y;
    channels = filters;
  }
  return k.dense(k.gap(relu6(k.bn(k.conv(x, 16, 1)))), 5);
}

function uNet(b: TopologyBuilder, k: Blocks): Ref {
  const a = biased(k, biased(k, b.input([8, 8, 3]), 6, "relu"), 6, "relu");
  const c = biased(k, k.pool(a), 8, "relu");
  let x = biased(k, k.pool(c), 10, "relu");
  const up = { kernel_size: [2, 2], strides: [2, 2], padding: "valid", use_bias: true, activation: "linear" };
  x = b.call("Conv2DTranspose", { ...up, filters: 8 }, [x]);
  x = biased(k, k.cat(x, c), 8, "relu");
  const same = { ...up, kernel_size: [3, 3], padding: "same", activation: "relu", filters: 6 };
  x = b.call("Conv2DTranspose", same, [x]);
  return k.conv(biased(k, k.cat(x, a), 6, "relu"), 2, 1, 1, { use_bias: true });
}

function nestedModel(): JsonObject {
  const inner = topology();
  const ki = blocks(inner);
  const sub = inner.build([ki.cbr(ki.cbr(inner.input([6, 6, 5]), 8), 5)], "sub");
  return net((b, k) => {
    const x = k.cbr(b.input([6, 6, 3]), 5);
    const u = b.nest(sub, [x], "encoder");
    const v = b.again(u, [u]);
    return k.dense(k.gap(k.cat(u, v, u)), 4);
  });
}

function nestedSequential(): JsonObject {
  const sub = sequential(
    [
      ["Conv2D", { filters: 6, kernel_size: [3, 3], activation: "relu", batch_input_shape: [null, 6, 6, 5] }],
      ["BatchNormalization", {}],
      ["Flatten", {}],
      ["Dense", { units: 8, activation: "relu" }],
    ],
    "sub",
  );
  return net((b, k) => k.dense(b.nest(sub, [k.cbr(b.input([6, 6, 3]), 5)], "head"), 4));
}

/** The inner model states no shape of its own. */
function unstatedSequential(): JsonObject {
  const sub = sequential(
    [
      ["Conv2D", { filters: 6, kernel_size: [3, 3], activation: "relu" }],
      ["GlobalAveragePooling2D", {}],
    ],
    "sub",
  );
  return net((b, k) => k.dense(b.nest(sub, [k.cbr(b.input([6, 6, 3]), 5)], "head"), 4));
}

function builtSequential(): JsonObject {
  const model = sequential([
    ["Dense", { units: 6, activation: "tanh" }],
    ["Dense", { units: 4 }],
  ]);
  const config = model["config"];
  return {
    ...model,
    config: { ...(typeof config === "object" ? config : {}), build_input_shape: [null, 5] },
  };
}

function recurrentNet(className: string): JsonObject {
  return net((b, k) => {
    const x = b.call(className, { units: 8, return_sequences: true }, [b.input([5, 4])]);
    return k.dense(b.call(className, { units: 6 }, [x]), 3);
  });
}

function bidirectional(mode: string): JsonObject {
  return net((b, k) => {
    let x = b.call("Embedding", { input_dim: 12, output_dim: 6 }, [b.input([7])]);
    const lstm = { class_name: "LSTM", config: { name: "cell", units: 6, return_sequences: true } };
    x = b.call("Bidirectional", { layer: lstm, merge_mode: mode }, [x]);
    const dense = { class_name: "Dense", config: { name: "step", units: 8, activation: "relu" } };
    x = b.call("TimeDistributed", { layer: dense }, [x]);
    return k.dense(k.flatten(x), 4);
  });
}

/** By name: what must stay exact under slimming. */
export const namedNetworks: ReadonlyMap<string, () => JsonObject> = new Map<string, () => JsonObject>([
  ["plain", () => net((b, k) => k.dense(k.gap(k.cbr(k.cbr(b.input([8, 8, 3]), 8), 6)), 4))],
  [
    "residual, identity",
    () =>
      net((b, k) => {
        const x = k.cbr(b.input([8, 8, 3]), 8);
        return k.dense(k.gap(k.relu(k.add(k.bn(k.conv(k.cbr(x, 6), 8)), x))), 4);
      }),
  ],
  [
    "residual, projected",
    () =>
      net((b, k) => {
        const x = k.cbr(b.input([8, 8, 3]), 6);
        const y = k.bn(k.conv(k.cbr(x, 8, 3, 2), 8));
        return k.dense(k.gap(k.relu(k.add(y, k.bn(k.conv(x, 8, 1, 2))))), 4);
      }),
  ],
  [
    "pre-activation residual",
    () =>
      net((b, k) => {
        let x = k.conv(b.input([8, 8, 3]), 6);
        for (const stride of [1, 2]) {
          const h = k.relu(k.bn(x));
          const filters = stride === 1 ? 6 : 8;
          x = k.add(
            k.conv(k.cbr(h, filters, 3, stride), filters),
            stride === 1 ? x : k.conv(h, filters, 1, stride),
          );
        }
        return k.dense(k.gap(k.relu(k.bn(x))), 4);
      }),
  ],
  [
    "dense concat",
    () =>
      net((b, k) => {
        let x = k.conv(b.input([8, 8, 3]), 6);
        for (let i = 0; i < 3; i++) x = k.cat(x, k.conv(k.relu(k.bn(k.conv(k.relu(k.bn(x)), 8, 1))), 4));
        x = k.pool(k.conv(k.relu(k.bn(x)), 8, 1), "Average");
        return k.dense(k.gap(k.relu(k.bn(x))), 4);
      }),
  ],
  [
    "parallel paths",
    () =>
      net((b, k) => {
        let x = k.cbr(b.input([8, 8, 3]), 6);
        for (let i = 0; i < 2; i++) {
          const pooled = k.cbr(k.pool(x, "Max", 3, 1, "same"), 3, 1);
          x = k.cat(k.cbr(x, 4, 1), k.cbr(k.cbr(x, 4, 1), 5), k.cbr(k.cbr(x, 3, 1), 4, 5), pooled);
        }
        return k.dense(k.gap(x), 4);
      }),
  ],
  [
    "squeeze and excite",
    () =>
      net((b, k) => {
        let x = k.cbr(b.input([8, 8, 3]), 8);
        x = k.relu(k.add(x, squeezeExcite(b, k, k.bn(k.conv(k.cbr(x, 8), 8)), 8, "sigmoid")));
        return k.dense(k.gap(x), 4);
      }),
  ],
  [
    "separable",
    () =>
      net((b, k) => {
        let x = k.cbr(b.input([8, 8, 3]), 6);
        const config = {
          filters: 8,
          kernel_size: [3, 3],
          padding: "same",
          depth_multiplier: 2,
          activation: "relu",
        };
        x = b.call("SeparableConv2D", config, [x]);
        x = b.call("PReLU", { shared_axes: [1, 2] }, [k.bn(x)]);
        x = b.call("DepthwiseConv2D", { kernel_size: [3, 3], padding: "same", depth_multiplier: 2 }, [x]);
        x = b.call("PReLU", {}, [x]);
        return k.dense(k.gap(k.conv(x, 6, 1)), 4);
      }),
  ],
  ["inverted residual", () => net(invertedResidual)],
  ["u-net", () => net(uNet)],
  [
    "flatten to dense",
    () =>
      net((b, k) => {
        const x = k.pool(biased(k, b.input([10, 10, 1]), 6, "relu"));
        return k.dense(
          k.dense(k.flatten(k.conv(x, 8, 3, 1, { ...BIASED, padding: "valid" })), 10, "relu"),
          4,
        );
      }),
  ],
  [
    "shared layer",
    () =>
      net((b, k) => {
        const x = k.cbr(b.input([8, 8, 3]), 6);
        const s = biased(k, x, 6, "relu");
        return k.dense(k.gap(k.add(s, b.again(s, [s]))), 4);
      }),
  ],
  ["nested model", nestedModel],
  ["nested sequential", nestedSequential],
  ["nested sequential without a shape", unstatedSequential],
  ["sequential with a build shape", builtSequential],
  [
    "one tensor twice",
    () =>
      net((b, k) => {
        const x = k.cbr(b.input([8, 8, 3]), 5);
        const y = k.cbr(k.cat(x, x, k.cbr(x, 4)), 6);
        return k.dense(k.gap(y), 4);
      }),
  ],
  [
    "one channel conv",
    () => net((b, k) => k.dense(k.gap(k.cbr(k.cbr(k.cbr(b.input([8, 8, 1]), 6), 1, 1), 6)), 4)),
  ],
  ["lstm", () => recurrentNet("LSTM")],
  ["gru", () => recurrentNet("GRU")],
  ["simple rnn", () => recurrentNet("SimpleRNN")],
  ["bidirectional", () => bidirectional("concat")],
  ["bidirectional sum", () => bidirectional("sum")],
  [
    "sigmoid, batch norm with shift",
    () =>
      net((b, k) => {
        const x = b.call("Activation", { activation: "sigmoid" }, [k.bn(k.conv(b.input([8, 8, 3]), 6))]);
        return k.dense(k.gap(k.conv(x, 6, 3, 1, BIASED)), 4);
      }),
  ],
  [
    "softplus, batch norm without scale",
    () =>
      net((b, k) => {
        let x = k.bn(biased(k, b.input([8, 8, 3]), 6, "softplus"), { scale: false });
        x = k.bn(biased(k, x, 6, "softplus"), { scale: false, center: false });
        return k.dense(k.gap(k.bn(k.conv(x, 6), { center: false })), 4);
      }),
  ],
  [
    "zero padding around constants",
    () =>
      net((b, k) => {
        let x = biased(k, b.input([8, 8, 3]), 6, "sigmoid");
        x = biased(k, k.pad(x, 1), 6, "sigmoid", { padding: "valid" });
        return k.dense(k.gap(biased(k, x, 6, "relu")), 4);
      }),
  ],
  [
    "spatial gate",
    () =>
      net((b, k) => {
        const x = k.cbr(b.input([8, 8, 3]), 6);
        return k.dense(
          k.gap(k.mul(x, k.conv(k.cbr(x, 4), 1, 1, 1, { use_bias: true, activation: "sigmoid" }))),
          4,
        );
      }),
  ],
  [
    "branch into a barrier",
    () =>
      net((b, k) => {
        const x = k.cbr(b.input([8, 8, 3]), 6);
        const z = k.cbr(x, 6);
        const ln = b.call("LayerNormalization", { axis: -1 }, [z]);
        return k.dense(k.cat(k.gap(k.add(z, k.cbr(x, 6))), k.gap(ln)), 4);
      }),
  ],
  [
    "dense to map",
    () =>
      net((b, k) => {
        let x = b.call("Reshape", { target_shape: [4, 4, 4] }, [k.dense(b.input([6]), 64, "relu")]);
        x = b.call("UpSampling2D", { size: [2, 2] }, [biased(k, x, 6, "relu")]);
        x = b.call("Reshape", { target_shape: [8, 48] }, [x]);
        x = b.call("Conv1D", { filters: 6, kernel_size: [1], activation: "relu" }, [x]);
        return k.dense(k.flatten(x), 4);
      }),
  ],
  [
    "states passed on",
    () =>
      net((b, k) => {
        const i = b.input([5, 4]);
        const x = b.call("LSTM", { units: 6, return_state: true }, [i]);
        const y = b.call("LSTM", { units: 6 }, [i, b.output(x, 1), b.output(x, 2)]);
        return k.dense(y, 3);
      }),
  ],
  ["wide layer over two narrow ones", () => net((b, k) => partlyShared(b, k, true))],
  ["two narrow layers under a wide one", () => net((b, k) => partlyShared(b, k, false))],
  [
    "batch norm called twice",
    () =>
      net((b, k) => {
        const x = k.cbr(b.input([8, 8, 3]), 6);
        const norm = k.bn(k.conv(x, 5));
        const y = k.relu(b.again(norm, [k.conv(k.relu(norm), 5)]));
        return k.dense(k.gap(k.conv(y, 6, 3, 1, BIASED)), 4);
      }),
  ],
  [
    "batch norm of two branches",
    () =>
      net((b, k) => {
        const x = k.cbr(b.input([8, 8, 3]), 6);
        const norm = k.bn(k.conv(x, 5));
        const other = b.again(norm, [biased(k, x, 5, "sigmoid")]);
        return k.dense(k.cat(k.gap(k.relu(norm)), k.gap(k.conv(k.relu(other), 4, 1, 1, BIASED))), 4);
      }),
  ],
  ...sequenceNetworks,
]);

/** A sum of one layer and two beside each other: each narrow one shares only some of its channels' layers with the wide one. */
function partlyShared(b: TopologyBuilder, k: Blocks, wideFirst: boolean): Ref {
  const x = k.cbr(b.input([8, 8, 3]), 5);
  const wide = (): Ref => k.conv(x, 7);
  const narrow = (): Ref => k.cat(k.conv(x, 4), k.conv(x, 3));
  const first = wideFirst ? wide() : narrow();
  const joined = k.add(first, wideFirst ? narrow() : wide());
  return k.dense(k.gap(k.conv(k.relu(k.bn(joined)), 6, 3, 1, BIASED)), 4);
}
