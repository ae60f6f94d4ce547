import { counted } from "../../core/ir/words.js";
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Network } from "../../core/network/types.js";
import type { Batch, Dense, Labels } from "../types.js";
import { reasonOf } from "../reason.js";
import { settled } from "../settled.js";
import { raise } from "../../core/diagnostics/create.js";
import { sizeOf } from "./examples.js";
import type { DataSource, Pass, StreamedSplit, TargetFacts } from "./types.js";

/**
 * A JavaScript module that yields batches: `export function train({ epoch, size, seed })` and optionally `test`, each returning
 * an (async) iterable of `{ inputs, targets }`. `inputs` is `{ data: Float32Array, shape: [n, …] }` or a list of them, one per
 * network input; `targets` is `{ labels: Int32Array }` or `{ data, shape }`, or a list, one per output. `batches(size)` may tell
 * the number of batches of a pass; else one pass is counted before training.
 */
export async function openModule(path: string, network: Network): Promise<DataSource> {
  const name = basename(path);
  return streamedSource(await load(path, name), network, name);
}

/**
 * The functions of a module, or of an object of the same form, as a source. The first batch is drawn to see that it fits.
 * @throws DiagnosticError P6005, P6006, P6010
 */
export async function streamedSource(exported: Exports, network: Network, name: string): Promise<DataSource> {
  const train = stream(exported.train, exported.batches, network, name);
  if (!train)
    raise("P6010", `\`${name}\` exports no function \`train\``, {
      help: "export function* train({ epoch, size, seed }) { yield { inputs, targets }; }",
    });
  const first = await firstBatch(train, name);
  return {
    train,
    test: stream(exported.test, undefined, network, name),
    describe: () => ({
      name,
      inputs: first.inputs.map((input) => input.shape.slice(1)),
      targets: first.targets.map(factsOf),
      train: null,
      test: null,
    }),
  };
}

type Exports = Readonly<Record<string, unknown>>;
type Make = (pass: Pass) => unknown;
const isMake = (value: unknown): value is Make => typeof value === "function";
const isObject = (value: unknown): value is Exports => typeof value === "object" && value !== null;

async function load(path: string, name: string): Promise<Exports> {
  try {
    const module: Exports = await settled(import(pathToFileURL(resolve(path)).href));
    return isObject(module.default) ? module.default : module;
  } catch (cause) {
    raise("P6010", `\`${name}\` cannot be loaded: ${reasonOf(cause)}`);
  }
}

function stream(make: unknown, counter: unknown, network: Network, name: string): StreamedSplit | null {
  if (!isMake(make)) return null;
  return {
    kind: "streamed",
    batches(size) {
      const count: unknown = typeof counter === "function" ? counter(size) : null;
      return typeof count === "number" && Number.isSafeInteger(count) && count > 0 ? count : null;
    },
    open: (pass) => checked(make, pass, network, name),
  };
}

async function* checked(make: Make, pass: Pass, network: Network, name: string): AsyncGenerator<Batch> {
  let position = 0;
  const iterate = async (): Promise<AsyncIterable<unknown>> => {
    const made: unknown = await settled(Promise.resolve(make({ ...pass })));
    if (!isIterable(made))
      raise("P6010", `\`${name}\`: \`train\` and \`test\` must return an iterable of batches`);
    return stepwise(made);
  };
  try {
    for await (const batch of await iterate())
      yield toBatch(batch, network, `\`${name}\`, batch ${++position}`);
  } catch (cause) {
    if (cause instanceof Error && cause.name === "DiagnosticError") throw cause;
    raise("P6010", `\`${name}\` failed after batch ${position}: ${reasonOf(cause)}`);
  }
}

/** The same values one by one; a step that never ends is an error. */
async function* stepwise(made: AsyncIterable<unknown> | Iterable<unknown>): AsyncGenerator<unknown> {
  const steps = Symbol.asyncIterator in made ? made[Symbol.asyncIterator]() : made[Symbol.iterator]();
  try {
    for (;;) {
      const step = await settled(Promise.resolve(steps.next()));
      if (step.done === true) return;
      yield await step.value;
    }
  } finally {
    await steps.return?.();
  }
}

function isIterable(value: unknown): value is AsyncIterable<unknown> | Iterable<unknown> {
  return isObject(value) && (Symbol.asyncIterator in value || Symbol.iterator in value);
}

async function firstBatch(split: StreamedSplit, name: string): Promise<Batch> {
  for await (const batch of split.open({ epoch: 1, size: 1, seed: 0 })) return batch;
  raise("P6010", `\`${name}\` yields no batch`);
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

function toBatch(value: unknown, network: Network, where: string): Batch {
  if (!isObject(value)) raise("P6010", `${where} is not an object with \`inputs\` and \`targets\``);
  const inputs = listOf(value.inputs).map((input, i) =>
    toDense(input, network.tensors[network.inputs[i] ?? -1]?.shape, `${where}, input ${i + 1}`),
  );
  const targets = listOf(value.targets).map((target, i) =>
    toTarget(target, network.tensors[network.outputs[i] ?? -1]?.shape, `${where}, target ${i + 1}`),
  );
  if (inputs.length !== network.inputs.length)
    raise(
      "P6005",
      `${where} has ${counted(inputs.length, "inputs")}, the network reads ${network.inputs.length}`,
    );
  if (targets.length !== network.outputs.length)
    raise(
      "P6006",
      `${where} has ${counted(targets.length, "targets")}, the network has ${counted(network.outputs.length, "outputs")}`,
    );
  const size = inputs[0]?.shape[0] ?? 0;
  const rows = [
    ...inputs.map((input) => input.shape[0]),
    ...targets.map((t) => (t.kind === "labels" ? t.data.length : t.shape[0])),
  ];
  if (size < 1 || rows.some((count) => count !== size))
    raise("P6010", `${where} mixes ${rows.join(", ")} rows`);
  return { inputs, targets, size };
}

function toDense(value: unknown, shape: readonly (number | null)[] | undefined, where: string): Dense {
  if (!isObject(value) || !(value.data instanceof Float32Array) || !Array.isArray(value.shape)) {
    raise("P6010", `${where} is not \`{ data: Float32Array, shape: [rows, …] }\``);
  }
  const own = value.shape.map(Number);
  if (
    !own.every((extent) => Number.isSafeInteger(extent) && extent > 0) ||
    sizeOf(own) !== value.data.length
  ) {
    raise("P6010", `${where} has ${counted(value.data.length, "numbers")} for the shape ${own.join(" × ")}`);
  }
  const fits =
    shape &&
    shape.length === own.length &&
    shape.every((extent, axis) => axis === 0 || extent === null || extent === own[axis]);
  if (!fits)
    raise(
      "P6005",
      `${where} has the shape ${own.join(" × ")}, the network wants ${(shape ?? []).map((e) => e ?? "any").join(" × ")}`,
    );
  return { kind: "dense", data: value.data, shape: own };
}

function toTarget(
  value: unknown,
  shape: readonly (number | null)[] | undefined,
  where: string,
): Dense | Labels {
  if (!isObject(value) || !(value.labels instanceof Int32Array)) return toDense(value, shape, where);
  const units = shape?.[shape.length - 1] ?? 0;
  // One unit, a sigmoid, tells two classes apart.
  const classes = units === 1 ? 2 : units;
  const wrong = value.labels.findIndex((label) => label < 0 || label >= classes);
  if (wrong >= 0)
    raise(
      "P6006",
      `${where} has the label ${value.labels[wrong]} at row ${wrong + 1}, the network tells ${counted(classes, "classes")} apart`,
    );
  return { kind: "labels", data: value.labels, classes };
}

function factsOf(target: Dense | Labels): TargetFacts {
  return target.kind === "labels"
    ? { kind: "labels", classes: target.classes }
    : { kind: "dense", shape: target.shape.slice(1) };
}
