import { raise } from "../../core/diagnostics/create.js";
import { networkKey } from "../../core/latency/calls.js";
import type { LatencyTable } from "../../core/latency/table.js";
import type { Alignment } from "../../core/schedule/alignment.js";
import type { Backend } from "../backend/types.js";
import type { Wanted } from "../latency/wanted.js";
import type { Host } from "../run/host/host.js";
import { reportData } from "../run/report/report-data.js";
import { modelBytes } from "../model/bytes.js";
import { maskedView } from "../../core/masks/masked.js";
import { openBackend } from "./backend.js";
import { isNetwork, loadModel } from "./model.js";
import { digest, openOutput, savedArtifacts, savedMasks, ticket, writeSaved } from "./output.js";
import { openStorage, type PageStorage } from "./storage.js";

/** What was measured of backends, by their descriptions, as long as the page lives. */
const measured = new Map<string, Alignment>();

/** Which counts of channels a backend computes fastest, measured once for a page. */
export async function alignmentOf(backend: Backend): Promise<Alignment> {
  const { name, description } = backend;
  if (name === "cpu") return { on: description, aligned: 1, gains: [] };
  const { measureAlignment } = await import("../backend/measure-alignment.js");
  const found = measured.get(description) ?? measureAlignment(backend);
  measured.set(description, found);
  return found;
}

/** Tables of layers' times that were measured, by backend, batch and network, as long as the page lives. */
const timed = new Map<string, LatencyTable>();

/** @throws DiagnosticError P7024 on a GPU, which goes on working when a call returns */
async function latencyTable(backend: Backend, { network, batch, own }: Wanted): Promise<LatencyTable> {
  if (backend.name === "webgl" || backend.name === "webgpu")
    raise("P7024", `the layers of a network cannot be timed one by one on ${backend.name}`, {
      notes: ["a GPU goes on working when a call returns"],
      help: "give a table of another run as `latencyTable`, or run on `wasm`",
    });
  const key = JSON.stringify([backend.description, batch, networkKey(network)]);
  const { measureLatencyTable } = await import("../latency/measure.js");
  const machine = { cpu: "", cores: globalThis.navigator?.hardwareConcurrency ?? 1 };
  // Clocks of pages tick slowly.
  const options = { machine, batch, ...(own && { own }), shortest: 3 };
  const found = timed.get(key) ?? measureLatencyTable(backend, network, options);
  timed.set(key, found);
  return found;
}

/** A page or a worker: networks come by address or from memory, data from memory, and what is kept goes into a storage of the page. */
export function pageHost(given: unknown): Host {
  // Opened once, and by runs alone that keep something.
  let opening: Promise<PageStorage> | null = null;
  const storage = (): Promise<PageStorage> => (opening ??= openStorage(given));
  return {
    openBackend,
    alignmentOf,
    knownAlignment: ({ description }) => Promise.resolve(measured.get(description) ?? null),

    latencyTable,

    isNetwork,
    loadModel,
    openData: (name) =>
      raise("P6001", `there are no data \`${name}\` in a page`, {
        help: "give tensors, arrays or functions: `train({ data: { train: { xs, ys } } })`",
      }),
    masksBeside: () => Promise.resolve(null),
    savedMasks: async (options, path) => savedMasks(await storage(), ticket(options, path)),
    savedModel: async (options, path) =>
      loadModel(await savedArtifacts(await storage(), ticket(options, path)), { seed: options.seed }),

    placeOf(option, place) {
      if (option !== "out")
        raise("P7010", `\`${option}\` writes files, of which a page has none`, {
          help: "watch the run by `onProgress` or `callbacks`",
        });
      // What every storage takes for a name.
      if (typeof place === "string" && /^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/.test(place)) return place;
      raise(
        "P7010",
        `\`out\` names a place in the storage of the page by letters, digits, \`-\`, \`_\` and \`.\``,
        {
          help: 'for example `out: "digits"`',
        },
      );
    },
    openOutput: async (options) =>
      options.out === null ? null : openOutput(await storage(), options, options.out),
    watchers: () => Promise.resolve([]),
    async writeResults(session, path, failed) {
      if (path !== null) return writeSaved(await storage(), session, path);
      return reportData(session, await modelBytes(session.network, maskedView(session)), failed);
    },
    howToResume: "give the same options with `resume: true` to go on from here",

    machine: () => ({
      cpu: "",
      cores: globalThis.navigator?.hardwareConcurrency ?? 1,
      node: null,
      browser: globalThis.navigator?.userAgent ?? "",
    }),
    digest,
    turn,
  };
}

/** A message to oneself comes behind what waits already; timers of pages wait for milliseconds. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
