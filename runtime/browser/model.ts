import { raise } from "../../core/diagnostics/create.js";
import { DiagnosticError } from "../../core/diagnostics/diagnostic.js";
import { quote, quotePath } from "../../core/diagnostics/quote.js";
import { counted } from "../../core/ir/words.js";
import { cleanJson, isJsonArray, isJsonObject, isObject } from "../../core/network/json.js";
import { tf } from "../backend/tf.js";
import { decode, type StoredWeight } from "../model/decode.js";
import { filled, fromParts, initialised, type LoadedModel, type LoadOptions } from "../model/from-parts.js";
import { isLiveModel, readLive, type LiveParts } from "../model/live.js";
import { isPlainPath, outsideOf, readEntry, type WeightEntry } from "../model/manifest.js";
import { withPlainNames } from "../model/plain-names.js";
import { withSeededRandom } from "../model/seeded.js";
import { groupsIn, quantised, readTopology } from "../model/topology.js";
import { reasonOf } from "../reason.js";
import { toolkit } from "../toolkit.js";
import { thrown } from "../user-code.js";

/** What a page may give as `network`: an address of a model.json, a model or a function that makes it, what a `tf.io` handler loads, or the handler. */
interface Artifacts {
  readonly modelTopology: unknown;
  readonly weightSpecs?: unknown;
  readonly weightData?: unknown;
  readonly trainingConfig?: unknown;
}
interface Handler {
  load(): Promise<unknown>;
}

const isArtifacts = (given: unknown): given is Artifacts =>
  isObject(given) && given["modelTopology"] !== undefined;
const isHandler = (given: unknown): given is Handler =>
  isObject(given) && typeof given["load"] === "function";

export const isNetwork = (given: unknown): boolean =>
  typeof given === "function" ||
  typeof given === "string" ||
  given instanceof URL ||
  isLiveModel(given) ||
  isArtifacts(given) ||
  isHandler(given);

/** @throws DiagnosticError P50xx for the topology, P51xx for what it comes from */
export async function loadModel(given: unknown, { seed = 1 }: LoadOptions = {}): Promise<LoadedModel> {
  if (typeof given === "function") return fromParts(await made(given as Maker, seed), seed);
  if (isLiveModel(given)) return fromParts(readLive(given), seed);
  if (isHandler(given)) return fromArtifacts(await loaded(given), seed);
  if (isArtifacts(given)) return fromArtifacts(given, seed);
  const address = String(given);
  // What tf.io keeps: `indexeddb://name`, `localstorage://name`.
  const scheme = /^(?:indexeddb|localstorage):\/\//.test(address);
  const [handler] = scheme ? tf.io.getLoadHandlers(address) : [];
  if (handler?.load !== undefined) return fromArtifacts(await loaded(handler as Handler), seed);
  return fetched(address, seed);
}

const noModel = (where: string, why: string): never =>
  raise("P5101", `there is no model at ${quotePath(where)}`, {
    notes: [why],
    help: "a page gives `network` as the address of a model.json, as a tf.LayersModel, or as what a handler of `tf.io` loads",
  });

/** As the default export of a module that makes a network. */
type Maker = (tools: typeof toolkit & { readonly seed: number }) => unknown;

async function made(make: Maker, seed: number): Promise<LiveParts> {
  let model: unknown;
  try {
    model = await withSeededRandom(seed, async () => make({ ...toolkit, seed }));
  } catch (cause) {
    const { reason, frames } = thrown(cause);
    return raise("P5114", "the function that makes the network fails", { notes: [reason, ...frames] });
  }
  if (!isLiveModel(model)) return raise("P5114", "the function that makes the network gives no model");
  const parts = withPlainNames(readLive(model));
  if ("dispose" in model && typeof model.dispose === "function") model.dispose();
  return parts;
}

async function loaded(handler: Handler): Promise<Artifacts> {
  const artifacts = await handler
    .load()
    .catch((cause: unknown) =>
      raise("P5114", "the handler of the network fails", { notes: [reasonOf(cause)] }),
    );
  if (isArtifacts(artifacts)) return artifacts;
  return raise("P5114", "the handler of the network gives no `modelTopology`");
}

async function fromArtifacts(
  { modelTopology, weightSpecs, weightData, trainingConfig }: Artifacts,
  seed: number,
): Promise<LoadedModel> {
  const specs = cleanJson(weightSpecs ?? null) ?? [];
  if (!isJsonArray(specs)) raise("P5104", "the `weightSpecs` of the network are no list");
  const entries = specs.map((spec) =>
    isJsonObject(spec) ? readEntry(spec) : raise("P5104", "the `weightSpecs` of the network are no objects"),
  );
  const topology =
    trainingConfig !== undefined && isObject(modelTopology)
      ? { training_config: trainingConfig, ...modelTopology }
      : modelTopology;
  const read = await readTopology(topology, entries);
  const told = { ...read, diagnostics: [...read.diagnostics, ...quantised(entries)] };
  if (entries.length === 0) return initialised(told, seed);
  return filled(told, valuesIn(entries, [weightData].flat().map(bytesOf), "the model in memory"));
}

function bytesOf(data: unknown): Uint8Array {
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return raise("P5107", "the `weightData` of the network are no ArrayBuffer");
}

/** The values of weights that lie one after the other. @throws DiagnosticError P5107 */
function valuesIn(
  entries: readonly WeightEntry[],
  pieces: readonly Uint8Array[],
  where: string,
): StoredWeight[] {
  const there = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const asked = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  if (there !== asked)
    raise("P5107", `the weights of ${where} are ${counted(there, "bytes")}, the manifest asks for ${asked}`, {
      help: there < asked ? "they seem to be cut off" : "they and the topology do not belong together",
    });
  const all = new Uint8Array(there);
  let end = 0;
  for (const piece of pieces) {
    all.set(piece, end);
    end += piece.length;
  }
  let at = 0;
  return entries.map((entry) => {
    // A buffer of its own, so that any type is aligned.
    const bytes = all.slice(at, (at += entry.bytes));
    return { name: entry.name, shape: entry.shape, data: decode(entry, bytes) };
  });
}

async function fetched(address: string, seed: number): Promise<LoadedModel> {
  const url = urlOf(address);
  if (url === null) return noModel(address, "it is no address that a page can load");
  const text = new TextDecoder().decode(await answered(url, (why) => noModel(address, why)));
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    const html = /^\s*</.test(text);
    return raise("P5103", `${quotePath(address)} is not JSON`, {
      notes: [html ? "the server answers with a page of HTML" : reasonOf(cause)],
      help: html
        ? "many servers answer so where a file is missing: look at the address"
        : "the file may be cut short: copy or save the model again",
    });
  }
  if (!isObject(json)) return raise("P5103", `${quotePath(address)} holds no JSON object`);
  const groups = groupsIn(json);
  const entries = groups.flatMap((group) => group.entries);
  const name = /([^/]+?)(?:\/model)?\.json$/.exec(url.pathname)?.[1] ?? "model";
  const read = await readTopology(json, entries, decodeURIComponent(name));
  const told = { ...read, diagnostics: [...read.diagnostics, ...quantised(entries)] };
  if (groups.length === 0) return initialised(told, seed);
  const weights: StoredWeight[] = [];
  for (const group of groups) {
    const pieces: Uint8Array[] = [];
    for (const path of group.paths) {
      if (!isPlainPath(path)) outsideOf(path);
      const refuse = (why: string): never =>
        raise("P5106", `the weight file ${quote(path)} cannot be read`, {
          notes: [why],
          help: "serve the weight files beside their model.json",
        });
      const part = new URL(path, url);
      part.search = url.search;
      pieces.push(await answered(part, refuse));
    }
    weights.push(...valuesIn(group.entries, pieces, quotePath(address)));
  }
  return filled(told, weights);
}

/** What a page can load, by an address that may be relative to its own. */
function urlOf(address: string): URL | null {
  try {
    const url = new URL(address, globalThis.location?.href);
    return /^(?:https?|blob|data):$/.test(url.protocol) ? url : null;
  } catch {
    return null;
  }
}

async function answered(url: URL, refuse: (why: string) => never): Promise<Uint8Array> {
  try {
    const answer = await fetch(url);
    if (answer.ok) return new Uint8Array(await answer.arrayBuffer());
    return refuse(`the server answers ${answer.status} ${answer.statusText}`.trimEnd());
  } catch (cause) {
    if (cause instanceof DiagnosticError) throw cause;
    return refuse(reasonOf(cause));
  }
}
