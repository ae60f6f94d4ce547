import type { Network } from "../../core/network/types.js";
import { reasonOf } from "../reason.js";
import { raise } from "../../core/diagnostics/create.js";
import { streamedSource } from "./module.js";
import type { DataSource, IndexedSplit, Split } from "./types.js";

/**
 * What a host gave as `data`, which the types of TypeScript may not have seen: a DataSource, or functions as a module exports them.
 * @throws DiagnosticError P6010 when it is neither, saying what is missing; P6005, P6006 when its batches do not fit the network
 */
export async function givenSource(given: unknown, network: Network): Promise<DataSource> {
  if (isObject(given) && typeof given.train === "function") return streamedSource(given, network, "data");
  if (!isSource(given))
    raise("P6010", `\`data\` is no data: ${missingFrom(given) ?? ""}`, { help: dataForms });
  for (const split of [given.train, given.test]) if (split?.kind === "indexed") await tryOut(split, network);
  return given;
}

/** Gathers one example, to see that it comes as a batch. Streams are looked at where they flow. */
async function tryOut(split: IndexedSplit, network: Network): Promise<void> {
  const batch: unknown = await Promise.resolve(Int32Array.of(0))
    .then((first) => split.gather(first))
    .catch((cause: unknown) => {
      raise("P6010", `\`gather\` of \`data\` failed: ${reasonOf(cause)}`);
    });
  if (
    isObject(batch) &&
    batch.size === 1 &&
    isListOf(batch.inputs, network.inputs.length, isDense) &&
    isListOf(batch.targets, network.outputs.length, (one) => isDense(one) || isLabels(one))
  )
    return;
  raise("P6010", "`gather` of `data` gives no batch for one index", {
    help: 'it returns `{ inputs: [{ kind: "dense", data, shape }], targets: [{ kind: "labels", data, classes }], size }`, one entry for each input and output',
  });
}

const isListOf = (value: unknown, length: number, is: (one: unknown) => boolean): boolean =>
  Array.isArray(value) && value.length === length && value.every(is);
const isDense = (value: unknown): boolean =>
  isObject(value) &&
  value.kind === "dense" &&
  value.data instanceof Float32Array &&
  Array.isArray(value.shape);
const isLabels = (value: unknown): boolean =>
  isObject(value) && value.kind === "labels" && value.data instanceof Int32Array;

/** What helps where something else is given. */
const dataForms =
  "give a path, functions `{ train, test, batches }` as a data module exports them (`test` and `batches` may be left out), or a DataSource";

type Fields = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Fields => typeof value === "object" && value !== null;
const isSource = (value: unknown): value is DataSource => missingFrom(value) === null;

/** What an object lacks to be a DataSource; null when nothing. */
function missingFrom(value: unknown): string | null {
  if (!isObject(value)) return `it is ${value === null ? "null" : `a ${typeof value}`}`;
  if (value.train === undefined) return "it has no `train`";
  for (const name of ["train", "test"]) {
    const split = value[name];
    if (name === "test" && (split === null || split === undefined)) continue;
    if (!isSplit(split))
      return `its \`${name}\` is neither \`{ kind: "indexed", examples, gather }\` nor \`{ kind: "streamed", batches, open }\``;
  }
  if (typeof value.describe !== "function") return "it has no function `describe`";
  return describes(value.describe.bind(value));
}

function isSplit(value: unknown): value is Split {
  if (!isObject(value)) return false;
  if (value.kind === "streamed")
    return typeof value.open === "function" && typeof value.batches === "function";
  const { examples } = value;
  return (
    value.kind === "indexed" &&
    typeof value.gather === "function" &&
    typeof examples === "number" &&
    Number.isSafeInteger(examples) &&
    examples > 0
  );
}

function describes(describe: () => unknown): string | null {
  try {
    const facts = describe();
    const isCount = (count: unknown): boolean => count === null || Number.isSafeInteger(count);
    return isObject(facts) &&
      typeof facts.name === "string" &&
      Array.isArray(facts.inputs) &&
      Array.isArray(facts.targets) &&
      isCount(facts.train) &&
      isCount(facts.test)
      ? null
      : "its `describe()` does not give `{ name, inputs, targets, train, test }`";
  } catch (cause) {
    return `its \`describe()\` failed: ${reasonOf(cause)}`;
  }
}
