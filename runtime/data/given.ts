import type { Network } from "../../compiler/network/types.js";
import { reasonOf } from "../reason.js";
import { dataError } from "./codes.js";
import { streamedSource } from "./module.js";
import type { DataSource, Split } from "./types.js";

/**
 * What a host gave as `data`, which the types of TypeScript may not have seen: a DataSource, or functions as a module exports them.
 * @throws DiagnosticError P6010 when it is neither, saying what is missing; P6005, P6006 when its batches do not fit the network
 */
export async function givenSource(given: unknown, network: Network): Promise<DataSource> {
  if (isObject(given) && typeof given.train === "function") return streamedSource(given, network, "data");
  if (isSource(given)) return given;
  throw dataError("P6010", `\`data\` is no data: ${missingFrom(given) ?? ""}`, dataForms);
}

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
