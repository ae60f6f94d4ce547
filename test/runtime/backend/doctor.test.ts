import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { examine } from "../../../runtime/backend/doctor.js";
import { knownAlignment } from "../../../runtime/backend/alignment.js";
import { openBackend, tf } from "../../../runtime/backend/index.js";
import { DiagnosticError } from "../../../core/diagnostics/diagnostic.js";

// What it measures is no other test's.
const cache = mkdtempSync(join(tmpdir(), "espalier-doctor-"));
vi.stubEnv("XDG_CACHE_HOME", cache);
afterAll(() => rmSync(cache, { recursive: true }));

test("the doctor tells what is in use, why, and how fast", async () => {
  await openBackend({ backend: "wasm" });
  const before = tf.memory().numTensors;
  const report = await examine({ backend: "wasm" });
  expect(report).toMatchObject({
    node: process.version,
    backend: "wasm",
    reason: "it was asked for",
    skipped: [],
    threads: 1,
    simd: true,
    sharp: true,
    refusals: [],
  });
  expect(report.checks.every((c) => c.ok)).toBe(true);
  expect(report.speed.matMul).toBeGreaterThan(0.01);
  expect(report.speed.conv2d).toBeGreaterThan(0.01);
  expect(report.alignment.on).toBe(report.description);
  expect(report.alignment.gains.map(({ of }) => of)).toEqual([2, 4, 8, 16]);
  for (const { gain } of report.alignment.gains) expect(gain).toBeGreaterThan(0);
  expect(await knownAlignment({ backend: "wasm" })).toEqual(report.alignment);
  expect(report.advice.join()).toContain("npx espalier setup-native");
  expect(tf.memory().numTensors).toBe(before);
});

test("auto opens something everywhere", async () => {
  const report = await examine();
  expect(["node", "wasm"]).toContain(report.backend);
  if (report.backend === "wasm") expect(report.skipped).toEqual([{ name: "node", reason: "not installed" }]);
});

test("a backend that does not open is a diagnostic with a way out", async () => {
  const failure = await openBackend({ backend: "webgl" }).catch((e: unknown) => e);
  expect(failure).toBeInstanceOf(DiagnosticError);
  if (!(failure instanceof DiagnosticError)) return;
  const [diagnostic] = failure.diagnostics;
  expect(diagnostic?.code).toBe("P7301");
  expect(diagnostic?.notes).toEqual(["webgl: import @tensorflow/tfjs-backend-webgl first"]);
  expect(diagnostic?.help).toBeDefined();
});
