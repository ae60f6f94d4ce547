import { counted } from "../../core/ir/words.js";
import { layerClass } from "../../core/network/layers/index.js";
import type { Network } from "../../core/network/types.js";
import type { Batch, Dense, Labels } from "../types.js";
import { raise } from "../../core/diagnostics/create.js";
import { gather, sizeOf, type ExampleSet, type RawData } from "./examples.js";
import type { DataSource, IndexedSplit, TargetFacts } from "./types.js";

/** In-memory examples as a source that fits one network: shapes checked once, batches built without per-example tensors. */
export function arraySource(raw: RawData, network: Network, name: string): DataSource {
  const input = inputShape(network);
  const output = outputShape(network);
  const asBytes = readsBytes(network);
  const fit = (set: ExampleSet) => {
    const shape = adaptInput(set, input, name);
    const targets = adaptTargets(set, output, name);
    checkWeights(set, output, name);
    const scale = set.inputs instanceof Uint8Array && !asBytes ? 1 / 255 : 1;
    return { shape, facts: targets.facts, split: split(set, shape, targets, scale) };
  };
  const train = fit(raw.train);
  const test = raw.test && fit(raw.test).split;
  return {
    train: train.split,
    test,
    describe: () => ({
      name,
      inputs: [train.shape],
      targets: [train.facts],
      train: train.split.examples,
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

/** The shape that examples of shape `own` take for a network that wants `wanted`; null where they do not fit. */
function fitted(own: readonly number[], wanted: Free): readonly number[] | null {
  if (wanted.every((extent): extent is number => extent !== null))
    return sizeOf(wanted) === sizeOf(own) ? wanted : null;
  const fits =
    own.length === wanted.length &&
    own.every((extent, axis) => wanted[axis] === null || wanted[axis] === extent);
  return fits ? own : null;
}

function adaptInput(set: ExampleSet, input: Free, name: string): readonly number[] {
  const shape = fitted(set.shape, input);
  if (shape !== null && set.inputs.length === set.examples * sizeOf(set.shape)) return shape;
  raise(
    "P6005",
    `the network reads ${written(input)} numbers an example, \`${name}\` has ${written(set.shape)}`,
    { help: "use the network's own data, or a JavaScript module that brings these into shape" },
  );
}

interface Targets {
  readonly facts: TargetFacts;
  /** Those of the examples at these indices. */
  gather(indices: Int32Array): Dense | Labels;
}

/** Class labels stay indices for an output of that many units, one for each of its positions; a single output unit gets numbers. */
function adaptTargets({ targets }: ExampleSet, output: Free, name: string): Targets {
  const units = output.at(-1) ?? null;
  const own = targets.kind === "dense" ? targets.shape : (targets.places ?? [1]);
  const labelled = targets.kind === "classes" && units !== 1 && isMap(own, output);
  if (labelled) {
    if (units !== null && targets.classes > units) {
      raise(
        "P6006",
        `\`${name}\` has ${counted(targets.classes, "classes")}, the network's output has ${counted(units, "units")}`,
      );
    }
    const kind = "labels";
    const classes = units ?? targets.classes;
    return {
      facts: { kind, classes },
      gather: (indices) => ({ kind, data: gather(targets.labels, indices, sizeOf(own)), classes }),
    };
  }
  const shape = fitted(own, output);
  if (shape === null)
    raise(
      "P6006",
      `\`${name}\` has targets of ${written(own)} numbers, the network's output is ${written(output)}`,
      {
        help:
          output.length > 1 && units !== 1
            ? `class indices are whole numbers, ${written(output.slice(0, -1))} of them an example`
            : undefined,
      },
    );
  const data = targets.kind === "classes" ? Float32Array.from(targets.labels) : targets.data;
  const kind = "dense";
  return {
    facts: { kind, shape },
    gather: (indices) => ({
      kind,
      data: gather(data, indices, sizeOf(own)),
      shape: [indices.length, ...shape],
    }),
  };
}

/** Whether there is one number for each position of the output. */
function isMap(own: readonly number[], output: Free): boolean {
  const places = output.slice(0, -1);
  const flat = own.at(-1) === 1 ? own.slice(0, -1) : own;
  const fits = (shape: readonly number[]): boolean =>
    shape.length === places.length && shape.every((n, axis) => places[axis] === null || places[axis] === n);
  return fits(own) || fits(flat);
}

/** @throws DiagnosticError P6004 for weights that are neither of examples nor of the positions of the output */
function checkWeights({ weights, examples }: ExampleSet, output: Free, name: string): void {
  const each = (weights?.length ?? 0) / examples;
  const places = output.slice(0, -1);
  const all = places.every((extent): extent is number => extent !== null) ? sizeOf(places) : each;
  if (weights === undefined || each === 1 || each === all) return;
  raise(
    "P6004",
    `\`${name}\` has ${each} weights an example, the network's output ${counted(all, "positions")}`,
  );
}

function split(
  { examples, inputs, weights }: ExampleSet,
  shape: readonly number[],
  targets: Targets,
  scale: number,
): IndexedSplit {
  const size = sizeOf(shape);
  let data = new Float32Array(0);
  return {
    kind: "indexed",
    examples,
    gather(indices): Batch {
      const count = indices.length;
      if (data.length !== count * size) data = new Float32Array(count * size);
      for (let row = 0, at = 0; row < count; row++) {
        let from = (indices[row] ?? 0) * size;
        for (const end = from + size; from < end; from++, at++) data[at] = (inputs[from] ?? 0) * scale;
      }
      const input: Dense = { kind: "dense", data, shape: [count, ...shape] };
      return {
        inputs: [input],
        targets: [targets.gather(indices)],
        ...(weights && { weights: [gather(weights, indices, weights.length / examples)] }),
        size: count,
      };
    },
  };
}
