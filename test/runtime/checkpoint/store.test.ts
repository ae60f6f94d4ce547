import { mkdtemp, readdir, readFile, rm, truncate, writeFile, mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Checkpoint } from "../../../runtime/checkpoint/checkpoints.js";
import { openStore } from "../../../runtime/checkpoint/store.js";
import { DiagnosticError } from "../../../core/diagnostics/diagnostic.js";

let directory = "";
beforeEach(async () => void (directory = join(await mkdtemp(join(tmpdir(), "espalier-")), "checkpoint")));
afterEach(() => rm(join(directory, ".."), { recursive: true, force: true }));

const checkpoint = (n: number): Checkpoint => ({
  state: { n, text: "×" },
  tensors: new Map([["w", { shape: [3], data: Float32Array.of(n, n + 0.5, -n) }]]),
});

describe("the checkpoint store", () => {
  it("has nothing where nothing was written", async () => {
    expect(await openStore(directory).read()).toEqual({ checkpoint: null, diagnostics: [] });
  });

  it("gives the newest back, and keeps one more", async () => {
    const store = openStore(directory);
    for (let n = 1; n <= 5; n++) await store.write(checkpoint(n));
    expect((await openStore(directory).read()).checkpoint).toEqual(checkpoint(5));
    expect((await readdir(directory)).sort()).toEqual(["000004", "000005"]);
  });

  it("counts on in a new process", async () => {
    await openStore(directory).write(checkpoint(1));
    await openStore(directory).write(checkpoint(2));
    expect((await openStore(directory).read()).checkpoint).toEqual(checkpoint(2));
  });

  it.each<[string, (path: string) => Promise<unknown>]>([
    ["cut tensors", (path) => truncate(join(path, "tensors.safetensors"), 30)],
    ["cut state", (path) => truncate(join(path, "state.json"), 30)],
    ["no tensors", (path) => rm(join(path, "tensors.safetensors"))],
    [
      "a changed number",
      async (path) => {
        const text = await readFile(join(path, "state.json"), "utf8");
        await writeFile(join(path, "state.json"), text.replace('"n":2', '"n":3'));
      },
    ],
    [
      "a changed byte",
      async (path) => {
        const bytes = await readFile(join(path, "tensors.safetensors"));
        bytes[bytes.length - 1] = 1;
        await writeFile(join(path, "tensors.safetensors"), bytes);
      },
    ],
    ["JSON of another kind", (path) => writeFile(join(path, "state.json"), "null")],
  ])("falls back to the one before over %s", async (_, damage) => {
    const store = openStore(directory);
    await store.write(checkpoint(1));
    await store.write(checkpoint(2));
    await damage(join(directory, "000002"));
    const { checkpoint: found, diagnostics } = await openStore(directory).read();
    expect(found).toEqual(checkpoint(1));
    expect(diagnostics.map((d) => d.code)).toEqual(["P7012"]);
  });

  it("refuses when all are damaged", async () => {
    await openStore(directory).write(checkpoint(1));
    await truncate(join(directory, "000001", "state.json"), 1);
    await expect(openStore(directory).read()).rejects.toThrow(DiagnosticError);
  });

  it("takes no half-written checkpoint for one, and sweeps it away", async () => {
    const store = openStore(directory);
    await store.write(checkpoint(1));
    await mkdir(join(directory, ".000002.77-0123abcd.tmp"));
    expect((await openStore(directory).read()).checkpoint).toEqual(checkpoint(1));
    await openStore(directory).write(checkpoint(2));
    expect((await readdir(directory)).sort()).toEqual(["000001", "000002"]);
  });

  it("says so when the directory cannot be written", async () => {
    await mkdir(join(directory, ".."), { recursive: true });
    await writeFile(directory, "a file");
    await expect(openStore(directory).write(checkpoint(1))).rejects.toThrow(/P7005/);
  });
});
