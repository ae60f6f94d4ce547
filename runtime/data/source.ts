import { counted } from "../../core/ir/words.js";
import { layerClass } from "../../core/network/layers/index.js";
import type { Network } from "../../core/network/types.js";
import type { Batch, Dense, Labels } from "../types.js";
import { raise } from "../../core/diagnostics/create.js";
import { sizeOf, type ExampleSet, type RawData } from "./examples.js";
import type { DataSource, IndexedSplit, TargetFacts } from "./types.js";

/** In-memory examples as a source that fits one network: shapes checked once, batches built without per-example tensors. */
export function arraySource(raw: RawData, network: Network, name: string): DataSource {
  const input = inputShape(network);
  const output = outputShape(network);
  const fit = (set: ExampleSet) => {
    checkInput(set, input, name);
    const scale = set.inputs instanceof Uint8Array && !readsBytes(network) ? 1 / 255 : 1;
    return split(set, resolveInput(set, input), adaptTargets(set, output, name), scale);
  };
  const train = fit(raw.train);
  const test = raw.test === null ? null : fit(raw.test);
  const facts = adaptTargets(raw.train, output, name);
  return {
    train,
    test,
    describe: () => ({
      name,
      inputs: [resolveInput(raw.train, input)],
      targets: [facts.facts],
      train: train.examples,
      test: test?.examples ?? null,
    }),
  };
}

/** Whether bytes go into the network as they are. Elsewhere they are brightnesses, and go in as shares of 255. */
function readsBytes(network: Network): boolean {
  const [input] = network.inputs;
  const readers = network.calls.filter(({ inputs }) => input !== undefined && inputs.includes(input));
  return readers.some(({ layer }) => layerClass(network.layers[layer]?.className ?? "").reads !== "shares");
}

type Free = readonly (number | null)[];

function inputShape(network: Network): Free {
  if (network.inputs.length !== 1) {
    raise("P6005", `the network has ${counted(network.inputs.length, "inputs")}, data files feed one`, {
      help: "write a JavaScript module that yields batches with one array per input",
    });
  }
  return network.tensors[network.inputs[0] ?? 0]?.shape.slice(1) ?? [];
}
function outputShape(network: Network): Free {
  if (network.outputs.length !== 1) {
    raise(
      "P6006",
      `the network has ${counted(network.outputs.length, "outputs")}, data files hold one target`,
      { help: "write a JavaScript module that yields batches with one target per output" },
    );
  }
  return network.tensors[network.outputs[0] ?? 0]?.shape.slice(1) ?? [];
}

const written = (shape: Free) => shape.map((extent) => extent ?? "any").join(" × ");

function checkInput(set: ExampleSet, input: Free, name: string): void {
  const known = input.every((extent) => extent !== null);
  const fits = known ? sizeOf(input) === sizeOf(set.shape) : resolves(set.shape, input);
  if (fits && set.inputs.length === set.examples * sizeOf(set.shape)) return;
  raise(
    "P6005",
    `the network reads ${written(input)} numbers an example, \`${name}\` has ${written(set.shape)}`,
    { help: "use the network's own data, or a JavaScript module that brings these into shape" },
  );
}
function resolves(shape: readonly number[], input: Free): boolean {
  return (
    shape.length === input.length &&
    shape.every((extent, axis) => input[axis] === null || input[axis] === extent)
  );
}
function resolveInput(set: ExampleSet, input: Free): readonly number[] {
  return input.every((extent): extent is number => extent !== null) ? input : set.shape;
}

interface AdaptedTargets {
  readonly facts: TargetFacts;
  readonly labels: Int32Array | null;
  readonly dense: Float32Array | null;
  readonly width: number;
}

/** Class labels stay indices for an output of that many units; a single output unit gets numbers. */
function adaptTargets(set: ExampleSet, output: Free, name: string): AdaptedTargets {
  const units = output[output.length - 1] ?? null;
  const { targets } = set;
  if (targets.kind === "classes" && units !== 1) {
    if (units !== null && targets.classes > units) {
      raise(
        "P6006",
        `\`${name}\` has ${counted(targets.classes, "classes")}, the network's output has ${counted(units, "units")}`,
      );
    }
    return {
      facts: { kind: "labels", classes: units ?? targets.classes },
      labels: targets.labels,
      dense: null,
      width: 1,
    };
  }
  const dense = targets.kind === "classes" ? Float32Array.from(targets.labels) : targets.data;
  const shape = targets.kind === "classes" ? [1] : targets.shape;
  const fits = output.every((extent) => extent !== null)
    ? sizeOf(output) === sizeOf(shape)
    : resolves(shape, output);
  if (!fits)
    raise(
      "P6006",
      `\`${name}\` has targets of ${written(shape)} numbers, the network's output is ${written(output)}`,
    );
  const target = output.every((extent): extent is number => extent !== null) ? output : shape;
  return { facts: { kind: "dense", shape: target }, labels: null, dense, width: sizeOf(shape) };
}

function split(
  set: ExampleSet,
  shape: readonly number[],
  targets: AdaptedTargets,
  scale: number,
): IndexedSplit {
  const size = sizeOf(shape);
  let inputs = new Float32Array(0);
  let labels = new Int32Array(0);
  let dense = new Float32Array(0);
  const gather = (indices: Int32Array): Batch => {
    const count = indices.length;
    if (inputs.length !== count * size) inputs = new Float32Array(count * size);
    for (let row = 0, at = 0; row < count; row++) {
      let from = (indices[row] ?? 0) * size;
      for (const end = from + size; from < end; from++, at++) inputs[at] = (set.inputs[from] ?? 0) * scale;
    }
    const input: Dense = { kind: "dense", data: inputs, shape: [count, ...shape] };
    return { inputs: [input], targets: [target(indices)], size: count };
  };
  const target = (indices: Int32Array): Dense | Labels => {
    const count = indices.length;
    if (targets.labels && targets.facts.kind === "labels") {
      if (labels.length !== count) labels = new Int32Array(count);
      for (let row = 0; row < count; row++) labels[row] = targets.labels[indices[row] ?? 0] ?? 0;
      return { kind: "labels", data: labels, classes: targets.facts.classes };
    }
    const { width } = targets;
    if (dense.length !== count * width) dense = new Float32Array(count * width);
    const from = targets.dense ?? new Float32Array(0);
    indices.forEach((index, row) =>
      dense.set(from.subarray(index * width, (index + 1) * width), row * width),
    );
    const targetShape = targets.facts.kind === "dense" ? targets.facts.shape : [1];
    return { kind: "dense", data: dense, shape: [count, ...targetShape] };
  };
  return { kind: "indexed", examples: set.examples, gather };
}
