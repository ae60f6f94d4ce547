import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { alignmentOf, keepAlignment, knownAlignment } from "../../../runtime/backend/alignment.js";
import { openBackend } from "../../../runtime/backend/index.js";

let cache = "";
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), "espalier-alignment-"));
  vi.stubEnv("XDG_CACHE_HOME", cache);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
  rmSync(cache, { recursive: true });
});

const measured = { on: "wasm (SIMD, 1 thread)", aligned: 8, gains: [{ of: 8, gain: 2.1 }] };

/** As a process to come reads it. */
const anew = async () => {
  vi.resetModules();
  return (await import("../../../runtime/backend/alignment.js")).knownAlignment({ backend: "wasm" });
};

test("what was measured is kept for the backend and its threads, and taken", async () => {
  expect(await knownAlignment({ backend: "wasm" })).toBeNull();
  await keepAlignment(measured, "wasm");
  expect(await knownAlignment({ backend: "wasm" })).toEqual(measured);
  expect(await knownAlignment({})).toEqual(measured);
  expect(await knownAlignment({ backend: "wasm", threads: 2 })).toBeNull();
  expect(await knownAlignment({ backend: "cpu" })).toBeNull();
  expect(await anew()).toEqual(measured);
  expect(await alignmentOf(await openBackend({ backend: "wasm" }))).toEqual(measured);
});

test("plain JavaScript has no multiple, and nothing is measured for it", async () => {
  expect(await alignmentOf(await openBackend({ backend: "cpu" }))).toMatchObject({ aligned: 1, gains: [] });
  expect(readdirSync(cache)).toEqual([]);
});

test("a file that holds anything else counts as none", async () => {
  await keepAlignment(measured, "wasm");
  const [folder = ""] = readdirSync(cache);
  const [name = ""] = readdirSync(join(cache, folder));
  const file = join(cache, folder, name);
  const whole: { readonly conditions: string } = JSON.parse(readFileSync(file, "utf8"));
  for (const text of [
    "",
    "null",
    JSON.stringify({ ...whole, conditions: "others" }),
    JSON.stringify({ ...whole, measured: { ...measured, aligned: 3 } }),
    JSON.stringify({ ...whole, measured: { ...measured, gains: null } }),
  ]) {
    writeFileSync(file, text);
    expect(await anew(), text).toBeNull();
  }
  writeFileSync(file, JSON.stringify(whole));
  expect(await anew()).toEqual(measured);
});
