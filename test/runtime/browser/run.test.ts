import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  abs,
  openRun,
  savedNetwork,
  type ProgressEvent,
  type RunOptions,
} from "../../../runtime/browser/index.js";
import { openRun as openInNode } from "../../../runtime/run/host/open.js";
import type { toolkit } from "../../../runtime/toolkit.js";
import { options, smallNetwork } from "../run/fixtures.js";
import { fakeStorage } from "./fake-storage.js";

const path = smallNetwork();
const network = JSON.parse(readFileSync(path, "utf8"));
afterEach(() => void vi.unstubAllGlobals());

/** Trains, cuts, saves and slims, as an emitted loop does. */
async function loop(given: RunOptions = {}, open = openRun) {
  const run = await open(options({ network, ...given }));
  const phase = await run.train(1, { epochs: 1 });
  for await (const epoch of phase.epochs())
    for await (const batch of phase.batches(epoch)) await phase.step(batch);
  await phase.end();
  await run.prune(2, { structure: "filters", by: abs("w"), scope: "local", to: 0.5 });
  await run.save(3, "early");
  await run.slim(4);
  return run.finish();
}

const weights = ({ artifacts }: Awaited<ReturnType<typeof loop>>) =>
  Buffer.from(artifacts().weightData).toString("base64");

/** Ended by its signal after so many steps. */
async function aborted(given: RunOptions, after = 3): Promise<string> {
  const abort = new AbortController();
  const onProgress = (event: ProgressEvent) => {
    if (event.kind === "step" && event.step === after) abort.abort();
  };
  return loop({ ...given, signal: abort.signal, onProgress }).then(
    () => "finished",
    (cause: unknown) => String(cause),
  );
}

it("leaves what a process of Node leaves", async () => {
  const storage = fakeStorage();
  const { report, ...page } = await loop({ storage, out: "small" });
  const node = await loop({ network: path }, async (given) => {
    const run = await openInNode(given);
    return { ...run, save: () => Promise.resolve() };
  });
  expect(weights({ report, ...page })).toBe(weights(node));
  expect(report.after.params).toBeLessThan(report.before.params);
  expect(report.after.gzipped).toBe(node.report.after.gzipped);
  // The checkpoint goes, what was saved stays: masked, before the slim.
  expect([...storage.entries.keys()].map((name) => name.split("/").slice(0, 2).join("/"))).toEqual(
    Array(4).fill("small/early"),
  );
  const early = await savedNetwork("small/early", storage);
  const again = await openRun({ network: early, backend: "wasm" });
  expect(again.session.start.measures.params).toBe(report.before.params);
  // Three of the six filters of the first convolution, and what reads them.
  expect(again.session.parameters.get("c1/kernel")?.data.filter((value) => value === 0)).toHaveLength(27);
  await again.finish();
  await expect(savedNetwork("small/late", storage)).rejects.toThrow(/P5101.*small\/late/);
});

describe("a run that was ended", () => {
  it("is found whole, or not, in a page without SHA-256", async () => {
    vi.stubGlobal("crypto", {});
    const storage = fakeStorage();
    await aborted({ storage, out: "a" });
    const [[name, bytes] = ["", new Uint8Array()]] = storage.entries;
    storage.entries.set(name, bytes.with(bytes.length - 1, 1));
    await expect(loop({ storage, out: "a", resume: true })).rejects.toThrow(/P7003/);
    storage.entries.set(name, bytes);
    await loop({ storage, out: "a", resume: true });
  });

  it("goes on where it stood, to the same bytes", async () => {
    const storage = fakeStorage();
    expect(await aborted({ storage, out: "a" })).toMatch(/P7009/);
    await expect(loop({ storage, out: "a" })).rejects.toThrow(/P7014.*at step 3/);
    const steps: number[] = [];
    const onProgress = (event: ProgressEvent) => void (event.kind === "step" && steps.push(event.step));
    const resumed = await loop({ storage, out: "a", resume: true, onProgress });
    expect(steps).toEqual([4, 5, 6]);
    expect(weights(resumed)).toBe(weights(await loop({ storage, out: "b" })));
  });

  it.each([
    ["the tensors of the newest cut short", (name: string) => name.endsWith("2/tensors.safetensors"), 100],
    ["the state of the newest empty", (name: string) => name.endsWith("2/state.json"), 0],
    ["the state of the newest not there", (name: string) => name.endsWith("2/state.json"), null],
  ])("goes on from the last whole checkpoint over %s", async (_, damaged, size) => {
    const storage = fakeStorage();
    await aborted({ storage, out: "a", checkpointEvery: "2steps" });
    const [name = ""] = [...storage.entries.keys()].filter(damaged);
    if (size === null) storage.entries.delete(name);
    else storage.entries.set(name, storage.entries.get(name)?.slice(0, size) ?? new Uint8Array());
    const told: string[] = [];
    const resumed = await loop({
      storage,
      out: "a",
      resume: true,
      onProgress: (event) => {
        if (event.kind === "resumed") told.push(`resumed at ${event.step}`);
        if (event.kind === "note") told.push(event.text);
      },
    });
    expect(told.join("\n")).toMatch(/a\/checkpoint\/000002. is damaged.*\(P7012\)\nresumed at 2/);
    expect(weights(resumed)).toBe(weights(await loop({ storage, out: "b" })));
  });

  it("leaves the checkpoint before where the storage is full, and nothing of the new one", async () => {
    const storage = fakeStorage();
    const onProgress = (event: ProgressEvent) => {
      // Room for its tensors, and none for its state.
      if (event.kind === "checkpoint" && event.step === 2)
        storage.room = storage.entries.get("a/checkpoint/000001/tensors.safetensors")?.length ?? 0;
    };
    await expect(loop({ storage, out: "a", checkpointEvery: "2steps", onProgress })).rejects.toThrow(
      /P7005.*checkpoint cannot be written.*full/,
    );
    expect([...storage.entries.keys()]).toEqual([
      "a/checkpoint/000001/tensors.safetensors",
      "a/checkpoint/000001/state.json",
    ]);
    storage.room = Infinity;
    await loop({ storage, out: "a", resume: true });
  });
});

it("is alone with its place, where the browser has locks", async () => {
  const held = new Set<string>();
  const request = async (
    name: string,
    _: object,
    use: (lock: object | null) => Promise<void> | undefined,
  ) => {
    if (held.has(name)) return use(null);
    held.add(name);
    await use({});
    held.delete(name);
  };
  vi.stubGlobal("navigator", { locks: { request } });
  const storage = fakeStorage();
  const first = await openRun(options({ network, storage, out: "a" }));
  await expect(loop({ storage, out: "a" })).rejects.toThrow(/P7005.*another run is writing to `a`/);
  await first.finish();
  await loop({ storage, out: "a" });
  expect([...held]).toEqual([]);
});

describe("what a page cannot do", () => {
  it.each<[string, RunOptions, RegExp]>([
    ["data by a name", { data: "mnist" }, /P6001.*`mnist`/],
    ["a log file", { log: "run.jsonl" }, /P7010.*`log`/],
    ["a place above its own", { out: "../other", storage: fakeStorage() }, /P7010.*`out`/],
    ["a storage that is none", { out: "a", storage: {} as never }, /P7010.*`storage`/],
    ["a storage that is not there", { out: "a", storage: "opfs" }, /P7005.*\(opfs\) cannot be opened/],
    ["tfjs-node", { backend: "node" }, /P7301/],
  ])("%s", (_, given, said) => expect(loop(given)).rejects.toThrow(said));

  it("and what a process cannot", () =>
    expect(loop({ network: path, storage: "opfs" }, openInNode)).rejects.toThrow(/P7010.*`storage`/));
});

describe("a network", () => {
  const dense = { name: "d", units: 4, use_bias: false, batch_input_shape: [null, 3] };
  const modelTopology = {
    class_name: "Sequential",
    config: { name: "one", layers: [{ class_name: "Dense", config: dense }] },
  };
  const spec = { name: "d/kernel", shape: [3, 4], dtype: "float32" };
  const served = (
    answers: Readonly<Record<string, [status: number, body: string | Uint8Array<ArrayBuffer>]>>,
  ) =>
    vi.stubGlobal("fetch", async (url: URL) => {
      const [status, body] = answers[url.pathname] ?? [404, "nothing"];
      if (status === 0) throw new TypeError("Failed to fetch");
      return new Response(body, { status, statusText: status === 404 ? "Not Found" : "" });
    });
  const at = "https://models.test/digits/model.json";
  const manifest = (path: string) =>
    JSON.stringify({ modelTopology, weightsManifest: [{ paths: [path], weights: [spec] }] });

  it.each<[string, Parameters<typeof served>[0], RegExp]>([
    ["at a wrong address", {}, /P5101.*404 Not Found/s],
    ["that cannot be fetched", { "/digits/model.json": [0, ""] }, /P5101.*Failed to fetch/s],
    ["of HTML", { "/digits/model.json": [200, "<!doctype html>"] }, /P5103.*HTML/s],
    ["cut short", { "/digits/model.json": [200, '{"modelTopology":'] }, /P5103/],
    ["that is a list", { "/digits/model.json": [200, "[]"] }, /P5103|P50/],
    ["without its weights", { "/digits/model.json": [200, manifest("w.bin")] }, /P5106.*404/s],
    ["whose weights lie elsewhere", { "/digits/model.json": [200, manifest("https://x/w.bin")] }, /P5105/],
    [
      "whose weights are cut short",
      { "/digits/model.json": [200, manifest("w.bin")], "/digits/w.bin": [200, new Uint8Array(9)] },
      /P5107.*9 bytes.*48/,
    ],
  ])("%s", async (_, answers, said) => {
    served(answers);
    const told = await loop({ network: at }).catch((cause) => JSON.stringify(cause.diagnostics));
    expect(told).toMatch(said);
  });

  it("by an address is that of a file", async () => {
    served({ "/digits/model.json": [200, JSON.stringify(network)] });
    expect(weights(await loop({ network: new URL(at), storage: fakeStorage() }))).toBe(
      weights(await loop({ storage: fakeStorage() })),
    );
  });

  it("made by a function, or loaded by a handler", async () => {
    const made = await openRun({
      network: ({ layers }: typeof toolkit) =>
        layers.sequential({ layers: [layers.layers.dense({ units: 2, inputShape: [3] })] }),
      backend: "wasm",
    });
    const { artifacts } = await made.finish();
    const again = await openRun({ network: { load: async () => artifacts() }, backend: "wasm" });
    expect([...again.session.parameters.values()]).toEqual([...made.session.parameters.values()]);
    await again.finish();
    const failing = { load: () => Promise.reject(new Error("no such database")) };
    await expect(openRun({ network: failing, backend: "wasm" })).rejects.toThrow(/P5114/);
    await expect(openRun({ network: { ...artifacts(), weightData: "x" }, backend: "wasm" })).rejects.toThrow(
      /P5107/,
    );
    await expect(openRun({ network: () => 5, backend: "wasm" })).rejects.toThrow(/P5114/);
  });
});
