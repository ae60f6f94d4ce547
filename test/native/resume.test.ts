import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBackend } from "../../runtime/backend/index.js";
import type { ProgressEvent } from "../../runtime/index.js";
import { loadModel } from "../../runtime/model/index.js";
import { randomStream } from "../../runtime/random.js";
import { options, smallNetwork } from "../runtime/run/fixtures.js";
import { resumable } from "../runtime/run/resumable.js";
import { results } from "../runtime/run/results.js";

const root = await mkdtemp(join(tmpdir(), "espalier-native-resume-"));
afterAll(() => rm(root, { recursive: true, force: true }));

class Crash extends Error {}

describe("a run on tfjs-node that is killed and resumed", () => {
  beforeAll(() => openBackend({ backend: "node" }));

  const runUntil = async (out: string, at: number, resume: boolean): Promise<number | null> => {
    let told = 0;
    const onProgress = (_event: ProgressEvent): void => {
      if (++told === at) throw new Crash();
    };
    try {
      const network = smallNetwork();
      await resumable(
        options({ network, out, resume, onProgress, checkpointEvery: "5steps", backend: "node" }),
      );
      return told;
    } catch (cause) {
      if (cause instanceof Crash) return null;
      throw cause;
    }
  };

  it("ends with the same masks, and the same weights within 1e-5", async () => {
    const whole = join(root, "whole");
    const told = (await runUntil(whole, Infinity, false)) ?? 0;
    const expected = await loadModel(whole);
    const masks = (await results(whole))["masks.safetensors"];
    expect(masks).toBeDefined();
    const draw = randomStream(3, "crashes");
    for (let k = 0; k < 6; k++) {
      const out = join(root, `killed ${k}`);
      let at = 1 + draw.integer(k, told);
      for (let attempt = 0; (await runUntil(out, at, attempt > 0)) === null; attempt++) {
        expect(attempt).toBeLessThan(20);
        at = 1 + draw.integer(100 * k + attempt + 100, told);
      }
      expect((await results(out))["masks.safetensors"]).toBe(masks);
      const found = await loadModel(out);
      for (const [key, { data }] of expected.store) {
        const other = found.store.get(key)?.data ?? new Float32Array(0);
        expect(other.length).toBe(data.length);
        data.forEach((value, i) =>
          expect(Math.abs(value - (other[i] ?? NaN))).toBeLessThanOrEqual(1e-5 * (1 + Math.abs(value))),
        );
      }
    }
  });
});
