import { DiagnosticError } from "../../core/diagnostics/diagnostic.js";
import { raise } from "../../core/diagnostics/create.js";
import { isObject } from "../../core/network/json.js";
import type { Network } from "../../core/network/types.js";
import { settled } from "../settled.js";
import type { Batch } from "../types.js";
import { thrown } from "../user-code.js";
import { toBatch } from "./batch.js";
import type { DatasetGiven, Pass, StreamedSplit } from "./types.js";

/** Batches that code of the user makes: opened by a function, an iterator of a tf.data.Dataset, or a streamed split of its own. */

/** Whose batches they are: `\`data.mjs\`, test` in messages. */
export interface Owner {
  readonly network: Network;
  readonly name: string;
  readonly split: "train" | "test" | "validation";
}

/** `make` gives the batches of one pass, `count`, where it is given, tells how many of a size there are. */
export function functionStream(make: (pass: Pass) => unknown, count: unknown, owner: Owner): StreamedSplit {
  return {
    kind: "streamed",
    batches: (size) => counted(count, size, owner),
    open: (pass) => checked(make, pass, owner),
  };
}

export const isDataset = (value: unknown): value is DatasetGiven =>
  isObject(value) && typeof value["iterator"] === "function" && typeof value["forEachAsync"] === "function";

/** The tensors of a dataset are new in every pass, and disposed of as `fitDataset` does. */
export function datasetStream(dataset: DatasetGiven, count: unknown, owner: Owner): StreamedSplit {
  return {
    kind: "streamed",
    batches(size) {
      const told = dataset.size ?? null;
      if (told === Infinity)
        raise("P7011", `the dataset of \`${owner.name}\` has no end`, {
          help: "say how many batches make an epoch, as by `.take(100)`",
        });
      return told !== null && told > 0 ? told : counted(count, size, owner);
    },
    open: (pass) => checked(() => elements(dataset), pass, owner),
  };
}

async function* elements(dataset: DatasetGiven): AsyncGenerator<unknown> {
  const steps = await dataset.iterator();
  for (;;) {
    const { value, done } = await steps.next();
    if (done === true) return;
    try {
      yield value;
    } finally {
      dispose(value);
    }
  }
}

function dispose(value: unknown): void {
  if (Array.isArray(value)) value.forEach(dispose);
  else if (isObject(value) && typeof value["dispose"] === "function") value["dispose"]();
  else if (isObject(value)) Object.values(value).forEach(dispose);
}

/** @throws DiagnosticError P6010 where `batches` gives no count; null where nothing is said */
function counted(count: unknown, size: number, { name }: Owner): number | null {
  if (count === undefined || count === null) return null;
  if (typeof count !== "function")
    raise("P6010", `\`batches\` of \`${name}\` is no function`, { help: countForm });
  const told: unknown = guarded(() => count(size), `\`batches\` of \`${name}\``);
  if (told === undefined || told === null) return null;
  if (typeof told === "number" && Number.isSafeInteger(told) && told > 0) return told;
  raise("P6010", `\`batches\` of \`${name}\` gives ${String(told)} for batches of ${size}`, {
    help: countForm,
  });
}
const countForm = "`batches(size)` gives the number of batches of an epoch, a whole number from 1";

/** What code of the user gives. @throws DiagnosticError P6010 with what it threw */
export function guarded<T>(work: () => T, what: string): T {
  try {
    return work();
  } catch (cause) {
    failed(cause, what);
  }
}

/** @throws DiagnosticError P6010, or what a diagnostic already says */
export function failed(cause: unknown, what: string, after = ""): never {
  if (cause instanceof DiagnosticError) throw cause;
  const { reason, frames } = thrown(cause);
  raise("P6010", `${what} failed${after}: ${reason}`, { notes: frames });
}

async function* checked(make: (pass: Pass) => unknown, pass: Pass, owner: Owner): AsyncGenerator<Batch> {
  const { network, name, split } = owner;
  let position = 0;
  try {
    const made: unknown = await settled(Promise.resolve(make({ ...pass })));
    if (!isIterable(made)) raise("P6010", `\`${name}\`: \`${split}\` must return an iterable of batches`);
    const batch = split === "test" ? "test batch" : "batch";
    for await (const one of stepwise(made))
      yield toBatch(one, network, `\`${name}\`, ${batch} ${++position}`);
  } catch (cause) {
    failed(cause, `\`${name}\``, position === 0 ? "" : ` after batch ${position}`);
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

const isIterable = (value: unknown): value is AsyncIterable<unknown> | Iterable<unknown> =>
  typeof value === "object" && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value);
