import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readNetwork } from "../../core/network/read.js";
import type { JsonObject, Network } from "../../core/network/types.js";
import { randomStream } from "../../core/random.js";
import type { DataSource, IndexedSplit } from "../../runtime/data/types.js";
import { blocks, topology, type Blocks, type Ref, type TopologyBuilder } from "../helpers/networks.js";
import { asKeras3 } from "../helpers/networks/keras3.js";

/** Networks of a few hundred weights that whole programs are tried on, and data for each. */

export interface SmallNetwork {
  readonly name: string;
  readonly network: Network;
  /** Path of its model.json; weights are drawn by the seed of the run. */
  readonly path: string;
  readonly data: DataSource;
  /** Paths of the layers with kernels, and what patterns may name besides them. */
  readonly layers: readonly string[];
  /** The one that is quicker on it: both are tried. */
  readonly backend: "cpu" | "wasm";
  /** What it has units of, those that matter more often. */
  readonly structures: readonly string[];
}

/** Every structure of the language that is available. */
export const structures = [
  ...["filters", "units", "neurons", "channels", "weights", "kernels", "taps", "rows", "columns"],
  ...["blocks(2x1)", "blocks(2x2)", "2:4 of weights", "strided(2, offset: 1)", "layers"],
];
const ofKernels = [
  "weights",
  "weights",
  "weights",
  "rows",
  "columns",
  "blocks(2x1)",
  "blocks(2x2)",
  "2:4 of weights",
];
const ofImages = ["filters", "filters", "units", "channels", "kernels", "taps", "strided(2, offset: 1)"];

const classes = 3;
const trained = 12;
const tested = 6;
/** Two steps an epoch. */
export const batch = 6;

type Draw = (b: TopologyBuilder, k: Blocks) => Ref;

function build(draw: Draw): JsonObject {
  const b = topology();
  return b.build([draw(b, blocks(b))], "small");
}

const named = (b: TopologyBuilder, k: Blocks) => ({
  conv: (name: string, x: Ref, filters: number, kernel = 3, more: JsonObject = {}): Ref =>
    b.call(
      "Conv2D",
      { filters, kernel_size: [kernel, kernel], padding: "same", use_bias: false, ...more },
      [x],
      name,
    ),
  bnRelu: (x: Ref): Ref => k.relu(k.bn(x)),
  dense: (name: string, x: Ref, units: number, activation: string): Ref =>
    b.call("Dense", { units, activation, use_bias: true }, [x], name),
});

const residual: Draw = (b, k) => {
  const { conv, bnRelu, dense } = named(b, k);
  const stem = bnRelu(conv("stem", b.input([4, 4, 2]), 4));
  const inner = bnRelu(conv("inner", stem, 5));
  const joined = k.relu(k.add(k.bn(conv("outer", inner, 4)), stem));
  const last = conv("last", joined, 6, 3, { use_bias: true, activation: "relu" });
  return dense("head", dense("hidden", k.flatten(k.pool(last)), 5, "relu"), classes, "softmax");
};

const depthwise: Draw = (b, k) => {
  const { conv, bnRelu, dense } = named(b, k);
  const stem = bnRelu(conv("stem", b.input([4, 4, 2]), 4));
  const deep = b.call(
    "DepthwiseConv2D",
    { kernel_size: [3, 3], padding: "same", use_bias: false },
    [stem],
    "deep",
  );
  const point = bnRelu(conv("point", bnRelu(deep), 6, 1));
  return dense("head", k.gap(point), classes, "softmax");
};

const recurrent: Draw = (b, k) => {
  const { dense } = named(b, k);
  const states = b.call("GRU", { units: 5, return_sequences: true }, [b.input([4, 3])], "first");
  return dense("head", b.call("LSTM", { units: 4 }, [states], "second"), classes, "softmax");
};

const partlyShared: Draw = (b, k) => {
  const { conv, dense } = named(b, k);
  const x = k.relu(conv("stem", b.input([4, 4, 2]), 4));
  const sum = k.add(conv("wide", x, 5), k.cat(conv("left", x, 3, 1), conv("right", x, 2)));
  const norm = k.bn(sum);
  const again = b.again(norm, [conv("after", k.relu(norm), 5)]);
  return dense("head", k.gap(k.relu(again)), classes, "softmax");
};

const convolutional = [...ofImages, ...ofKernels];
const joined = [...convolutional, "layers", "neurons"];
const overTime = ["neurons", "neurons", "units", "channels", ...ofKernels];
const drawn: readonly (readonly [string, JsonObject, readonly string[]])[] = [
  ["residual", build(residual), joined],
  ["residual of Keras 3", asKeras3(build(residual)), joined],
  ["depthwise", build(depthwise), convolutional],
  ["recurrent", build(recurrent), overTime],
  ["recurrent of Keras 3", asKeras3(build(recurrent)), overTime],
  ["partly shared", build(partlyShared), convolutional],
];

/** All of them, written below a folder of their own. */
export function smallNetworks(): readonly SmallNetwork[] {
  const folder = mkdtempSync(join(tmpdir(), "espalier-programs-"));
  return drawn.map(([name, modelTopology, has], i) => {
    const path = join(folder, `${i}.json`);
    writeFileSync(path, JSON.stringify({ format: "layers-model", modelTopology, weightsManifest: [] }));
    const { network, diagnostics } = readNetwork(modelTopology, { name: `${i}` });
    if (network === null) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
    const layers = network.layers.filter(({ weights }) => weights.some(({ isKernel }) => isKernel));
    return {
      name,
      network,
      path,
      data: dataFor(network),
      layers: layers.map(({ path: layer }) => layer),
      structures: has,
      backend: has === overTime ? "cpu" : "wasm",
    };
  });
}

function dataFor(network: Network): DataSource {
  const [input = 0] = network.inputs;
  const shape = (network.tensors[input]?.shape ?? []).slice(1).map((size) => size ?? 1);
  return {
    train: split(trained, 1, shape),
    test: split(tested, 2, shape),
    describe: () => ({
      name: "classes",
      inputs: [shape],
      targets: [{ kind: "labels", classes }],
      train: trained,
      test: tested,
    }),
  };
}

/** Noise around a level that tells the class. */
function split(examples: number, which: number, shape: readonly number[]): IndexedSplit {
  const size = shape.reduce((a, b) => a * b, 1);
  return {
    kind: "indexed",
    examples,
    gather(indices) {
      const data = new Float32Array(indices.length * size);
      const labels = Int32Array.from(indices, (example) => example % classes);
      indices.forEach((example, row) => {
        const noise = randomStream(which, "classes", example);
        for (let i = 0; i < size; i++) data[row * size + i] = noise.normal(i) + (labels[row] ?? 0) - 1;
      });
      return {
        inputs: [{ kind: "dense", data, shape: [indices.length, ...shape] }],
        targets: [{ kind: "labels", data: labels, classes }],
        size: indices.length,
      };
    },
  };
}
