import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openStore } from "../../../runtime/checkpoint/store.js";
import { openRun, type OpenRun, type ProgressEvent, type RunOptions } from "../../../runtime/index.js";
import { resultIn } from "../../../runtime/run/host/folder.js";
import { options, smallNetwork } from "./fixtures.js";

let out = "";
beforeEach(async () => void (out = await mkdtemp(join(tmpdir(), "espalier-run-"))));
afterEach(() => rm(out, { recursive: true, force: true }));
const network = smallNetwork();

async function loop(given: RunOptions, use: (run: OpenRun) => void = () => undefined): Promise<OpenRun> {
  const run = await openRun(options({ network, out, ...given }));
  use(run);
  const phase = await run.train(1, { epochs: 2 });
  for await (const epoch of phase.epochs()) {
    for await (const batch of phase.batches(epoch)) await phase.step(batch);
  }
  await phase.end();
  return run;
}

/** Stops after some steps, with a checkpoint. */
async function interrupted(given: RunOptions = {}, after = 5): Promise<string> {
  let run: OpenRun | undefined;
  const onProgress = (event: ProgressEvent): void => {
    if (event.kind === "step" && event.step === after) run?.interrupt();
  };
  return loop({ ...given, onProgress }, (opened) => (run = opened)).then(
    () => "finished",
    (cause: unknown) => String(cause),
  );
}

describe("an interrupted run", () => {
  it("leaves a checkpoint, says how to go on, and goes on from there", async () => {
    expect(await interrupted()).toMatch(/P7009/);
    const events: ProgressEvent[] = [];
    await loop({ resume: true, onProgress: (event) => events.push(event) });
    expect(events.find(({ kind }) => kind === "resumed")).toMatchObject({ step: 5 });
    expect(events.filter(({ kind }) => kind === "step")).toHaveLength(7);
  });

  it("ends by the host's signal too", async () => {
    const abort = new AbortController();
    const onProgress = (event: ProgressEvent): void => {
      if (event.kind === "step" && event.step === 3) abort.abort();
    };
    await expect(loop({ signal: abort.signal, onProgress })).rejects.toThrow(/P7009/);
    expect(await readdir(join(out, "checkpoint"))).toHaveLength(1);
  });

  it("starts anew, with a note, when there is nothing to resume from", async () => {
    const notes: string[] = [];
    await loop({ resume: true, onProgress: (event) => event.kind === "note" && notes.push(event.text) });
    expect(notes.join()).toMatch(/no checkpoint/);
  });

  it("is neither resumed nor dropped without being told", async () => {
    await interrupted();
    await expect(loop({})).rejects.toThrow(/P7014.*at step 5/);
    expect(await readdir(join(out, "checkpoint"))).toHaveLength(1);
    await expect(loop({ resume: true, restart: true })).rejects.toThrow(/P7010/);
    const events: ProgressEvent[] = [];
    await loop({ restart: true, onProgress: (event) => events.push(event) });
    expect(events.filter(({ kind }) => kind === "step")).toHaveLength(12);
  });

  it("leaves nothing half-written where the disk is full", async () => {
    await writeFile(join(out, "checkpoint"), "");
    await expect(openStore(join(out, "checkpoint")).write({ state: {}, tensors: new Map() })).rejects.toThrow(
      /P7005/,
    );
    await rm(join(out, "checkpoint"));
    const store = openStore(join(out, "checkpoint"));
    await store.write({ state: {}, tensors: new Map() });
    // What cannot be put in its place: all of it is written already when that fails.
    await mkdir(join(out, "checkpoint", "000002", "in the way"), { recursive: true });
    await expect(store.write({ state: {}, tensors: new Map() })).rejects.toThrow(/P7005/);
    expect((await readdir(join(out, "checkpoint"))).sort()).toEqual(["000001", "000002"]);
  });
});

describe("a complete run", () => {
  it("is overwritten only when told, and left as it is when resumed", async () => {
    const run = await loop({});
    const { report } = await run.finish();
    const files = async () =>
      Promise.all(
        (await readdir(out)).map(async (name) => [name, await readFile(join(out, name), "base64")]),
      );
    const before = await files();
    await expect(loop({})).rejects.toThrow(/P7014/);
    await expect(loop({ resume: true })).rejects.toThrow(/P7015/);
    await expect(loop({ resume: true, seed: 7 })).rejects.toThrow(/P7002/);
    expect(await files()).toEqual(before);
    expect(await resultIn(out)).toMatchObject({ report, metrics: { accuracy: report.after.accuracy } });
    await (await loop({ restart: true })).finish();
  });
});

describe("results", () => {
  it("stand alone: what a killed process left half-written is swept away", async () => {
    await writeFile(join(out, ".report.json.123-0123abcd.tmp"), "{");
    await writeFile(join(out, ".01234567-89ab-cdef-0123-456789abcdef.tmp.bin"), "x");
    const run = await loop({});
    await run.finish();
    const names = (await readdir(out)).map((name) => name.replace(/-[0-9a-f]{12}/, "")).sort();
    expect(names).toEqual(["masks.safetensors", "model.json", "report.html", "report.json", "weights.bin"]);
  });

  it("are saved inside the output folder, and found again there", async () => {
    const run = await openRun(options({ network, out }));
    await run.save(1, "early/one");
    expect(await readdir(join(out, "early", "one"))).toContain("masks.safetensors");
    await run.load(2, "masks", "early/one");
    run.session.executor.dispose();
  });

  it.each(["../elsewhere", "/etc/espalier", "a/../../b", "..", "checkpoint", "./checkpoint/x"])(
    "are not saved to %s",
    async (path) => {
      const run = await openRun(options({ network, out }));
      await expect(run.save(1, path)).rejects.toThrow(/P7005/);
      run.session.executor.dispose();
    },
  );

  it("that cannot be written say so", async () => {
    const file = join(out, "file");
    await writeFile(file, "");
    const run = await openRun(options({ network, out }));
    await expect(run.save(1, "file/below")).rejects.toThrow(/P5117/);
  });
});

describe("a checkpoint of another run is refused, saying what changed:", () => {
  it.each<[string, RunOptions]>([
    ["the program", { program: "other" }],
    ["the seed", { seed: 4 }],
    ["the batch size", { batch: 8 }],
    ["the network", { network: smallNetwork({ units: 12 }) }],
  ])("%s", async (what, change) => {
    await interrupted();
    const error = await loop({ resume: true, ...change }).catch((cause: unknown) => String(cause));
    expect(error).toMatch(/P7002/);
    expect(error).toContain(what);
  });
});

describe("a damaged checkpoint", () => {
  const newest = async (): Promise<string> =>
    join(out, "checkpoint", (await readdir(join(out, "checkpoint"))).sort().at(-1) ?? "");

  it("gives way to the one before, with a note", async () => {
    await interrupted({ checkpointEvery: "2steps" });
    await truncate(join(await newest(), "tensors.safetensors"), 100);
    const events: ProgressEvent[] = [];
    await loop({ resume: true, onProgress: (event) => events.push(event) });
    expect(events[0]).toMatchObject({ kind: "note" });
    expect(events.find(({ kind }) => kind === "resumed")).toMatchObject({ step: 4 });
  });

  it("of an earlier version says so and is refused", async () => {
    await interrupted();
    const path = join(await newest(), "state.json");
    const text = await readFile(path, "utf8");
    expect(text).toContain('"espalier-checkpoint":2');
    await writeFile(path, text.replace('"espalier-checkpoint":2', '"espalier-checkpoint":1'));
    await expect(loop({ resume: true })).rejects.toMatchObject({
      diagnostics: [{ code: "P7003", notes: [expect.stringContaining("another version")] }],
    });
  });

  it("is refused when no other is left", async () => {
    await interrupted();
    for (const name of await readdir(join(out, "checkpoint")))
      await writeFile(join(out, "checkpoint", name, "state.json"), "{}");
    await expect(loop({ resume: true })).rejects.toThrow(/P7003/);
  });

  it.each<[string, (state: Record<string, unknown>) => unknown]>([
    ["lacks a field", ({ clock: _, ...rest }) => rest],
    ["counts backwards", (state) => ({ ...state, clock: { step: -1, pass: 0, epoch: 0 } })],
    [
      "names an unknown optimizer",
      (state) => ({ ...state, optimizer: { optimizer: { name: "x", rate: 1, args: {} } } }),
    ],
    ["promises slims that are not there", (state) => ({ ...state, slims: 3 })],
    ["is a list", () => []],
  ])("that matches its digest but %s is refused", async (_, change) => {
    await interrupted();
    const store = openStore(join(out, "checkpoint"));
    const { checkpoint } = await store.read();
    if (!checkpoint) throw new Error("no checkpoint");
    await store.write({ ...checkpoint, state: change(Object(checkpoint.state)) });
    await expect(loop({ resume: true })).rejects.toThrow(/P7003/);
  });

  it("whose tensors do not fit is refused", async () => {
    await interrupted();
    const store = openStore(join(out, "checkpoint"));
    const { checkpoint } = await store.read();
    const tensors = new Map(checkpoint?.tensors);
    tensors.set("weights|c1/kernel", { shape: [1], data: Float32Array.of(1) });
    await store.write({ state: checkpoint?.state, tensors });
    await expect(loop({ resume: true })).rejects.toThrow(/P7003/);
  });
});
