import { raise } from "../../core/diagnostics/create.js";
import { isObject } from "../../core/network/json.js";
import type { Network } from "../../core/network/types.js";
import { settled } from "../settled.js";
import type { Batch, Dense, Labels } from "../types.js";
import { toBatch } from "./batch.js";
import { gather } from "./examples.js";
import { datasetStream, failed, functionStream, guarded, isDataset, type Owner } from "./streams.js";
import type { DataFacts, DataSource, IndexedSplit, Split, TargetFacts } from "./types.js";

/**
 * What a host gave as `data` or a module exports, which the types of TypeScript may not have seen: a DataSource; `{ train, test,
 * batches }` of functions, datasets or examples; or a dataset or examples alone, to train on. The first batch is looked at.
 * @throws DiagnosticError P6010 when it is none of these, saying what is missing; P6005, P6006, P6007 when its batches do not fit
 */
export async function givenSource(given: unknown, network: Network, name = "data"): Promise<DataSource> {
  if (!isObject(given)) refused(name, `it is ${given === null ? "null" : `a ${typeof given}`}`);
  const parts = isDataset(given) || holdsExamples(given) ? { train: given } : given;
  if (parts["train"] === undefined) refused(name, "it has no `train`");
  const split = (role: Owner["split"], count?: unknown): Split =>
    splitOf(parts[role], count, { network, name, split: role });
  const train = split("train", parts["batches"]);
  const heldOut = (role: "test" | "validation") =>
    parts[role] === undefined || parts[role] === null ? null : split(role);
  const [test, validation] = [heldOut("test"), heldOut("validation")];
  const { describe, close } = parts;
  const facts = typeof describe === "function" ? () => described(() => describe.call(parts), name) : null;
  if (isSplit(parts["train"])) {
    if (facts === null) refused(name, "it has no function `describe`");
    facts();
  }
  const first = await firstBatch(train, name);
  for (const held of [test, validation]) if (held?.kind === "indexed") await firstBatch(held, name);
  return {
    train,
    test,
    ...(validation && { validation }),
    describe: facts ?? (() => factsOf(first, { train, test, validation }, name)),
    ...(typeof close === "function" && { close: () => settled(Promise.resolve(close.call(parts))) }),
  };
}

type Fields = Readonly<Record<string, unknown>>;

const forms =
  "`train` (and `test`) is a function that gives batches, as `export function* train({ epoch, size, seed }) { yield { inputs, targets }; }`, a tf.data.Dataset of batches, `{ xs, ys }`, or a split of a DataSource";

function refused(name: string, why: string): never {
  raise("P6010", `\`${name}\` is no data: ${why}`, { help: forms });
}

const holdsExamples = (value: Fields): boolean => ["inputs", "xs"].some((key) => value[key] !== undefined);

function splitOf(value: unknown, count: unknown, owner: Owner): Split {
  if (typeof value === "function") return functionStream((pass) => value(pass), count, owner);
  if (isDataset(value)) return datasetStream(value, count, owner);
  if (isSplit(value))
    return value.kind === "indexed"
      ? checkedIndexed(value, owner)
      : functionStream(
          (pass) => value.open(pass),
          (size: number) => value.batches(size),
          owner,
        );
  const { network, name, split } = owner;
  if (isObject(value) && holdsExamples(value))
    return inMemory(toBatch(value, network, split !== "train" ? `\`${name}\`, ${split}` : `\`${name}\``));
  return refused(name, `its \`${split}\` is none of what it may be`);
}

function isSplit(value: unknown): value is Split {
  if (!isObject(value)) return false;
  const { kind, examples } = value;
  if (kind === "streamed")
    return typeof value["open"] === "function" && typeof value["batches"] === "function";
  return (
    kind === "indexed" &&
    typeof value["gather"] === "function" &&
    typeof examples === "number" &&
    Number.isSafeInteger(examples) &&
    examples > 0
  );
}

/** A split whose batches are looked at where they come. */
function checkedIndexed(split: IndexedSplit, { network, name }: Owner): IndexedSplit {
  const where = `\`gather\` of \`${name}\``;
  return {
    kind: "indexed",
    examples: split.examples,
    async gather(indices) {
      const given: unknown = await settled(Promise.resolve().then(() => split.gather(indices))).catch(
        (cause: unknown) => failed(cause, where),
      );
      const batch = toBatch(given, network, where);
      if (batch.size === indices.length) return batch;
      return raise("P6010", `${where} gives ${batch.size} rows for ${indices.length} indices`);
    },
  };
}

/** Examples that are all there, as one large batch. */
function inMemory({ inputs, targets, weights, size }: Batch): IndexedSplit {
  const rows = <T extends Dense | Labels>(one: T, indices: Int32Array): T => ({
    ...one,
    data: gather<Float32Array | Int32Array>(one.data, indices, one.data.length / size),
    ...(one.kind === "dense" && { shape: [indices.length, ...one.shape.slice(1)] }),
  });
  return {
    kind: "indexed",
    examples: size,
    gather: (indices) => ({
      inputs: inputs.map((one) => rows(one, indices)),
      targets: targets.map((one) => rows(one, indices)),
      size: indices.length,
      ...(weights && { weights: weights.map((one) => one && gather(one, indices, one.length / size)) }),
    }),
  };
}

async function firstBatch(split: Split, name: string): Promise<Batch> {
  if (split.kind === "indexed") return split.gather(Int32Array.of(0));
  for await (const batch of split.open({ epoch: 1, size: 1, seed: 0 })) return batch;
  return raise("P6010", `\`${name}\` yields no batch`);
}

function factsOf(
  first: Batch,
  { train, test, validation }: Record<Owner["split"], Split | null>,
  name: string,
): DataFacts {
  const examples = (split: Split | null) => (split?.kind === "indexed" ? split.examples : null);
  return {
    name,
    inputs: first.inputs.map(({ shape }) => shape.slice(1)),
    targets: first.targets.map((target): TargetFacts =>
      target.kind === "labels"
        ? { kind: "labels", classes: target.classes }
        : { kind: "dense", shape: target.shape.slice(1) },
    ),
    train: examples(train),
    test: examples(test),
    ...(validation && { validation: examples(validation) }),
  };
}

function described(describe: () => unknown, name: string): DataFacts {
  const facts = guarded(describe, `\`describe\` of \`${name}\``);
  if (isFacts(facts)) return facts;
  return refused(name, "its `describe()` does not give `{ name, inputs, targets, train, test }`");
}

const isCount = (count: unknown): boolean => count === null || Number.isSafeInteger(count);
const isFacts = (facts: unknown): facts is DataFacts =>
  isObject(facts) &&
  typeof facts["name"] === "string" &&
  Array.isArray(facts["inputs"]) &&
  Array.isArray(facts["targets"]) &&
  isCount(facts["train"]) &&
  isCount(facts["test"]);
