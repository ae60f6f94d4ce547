import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { loadModel } from "../../runtime/model/index.js";
import { bound } from "../e2e/cli.js";
import { killAndResume, program } from "../e2e/killed.js";
import { smallProject } from "../e2e/project.js";

it("a run on tfjs-node killed by SIGKILL 28 times has the same masks, and the same weights within 1e-5", async () => {
  const project = await smallProject(program);
  const ended: string[] = [];
  const died = await killAndResume({
    project,
    args: [...bound, "--backend", "node", "--batch", "16", "--seed", "5", "--checkpoint-every", "3steps"],
    kills: 28,
    ended: (out) => void ended.push(join(project.folder, out)),
  });
  expect(died.moment + died.change + died.slim).toBe(28);
  expect(Math.min(died.moment, died.change, died.slim)).toBeGreaterThanOrEqual(3);
  const [whole = "", ...killed] = ended;
  const masks = (out: string): string =>
    createHash("sha256")
      .update(readFileSync(join(out, "masks.safetensors")))
      .digest("hex");
  const expected = await loadModel(whole);
  for (const out of killed) {
    expect(masks(out), out).toBe(masks(whole));
    const { store } = await loadModel(out);
    expect([...store.keys()]).toEqual([...expected.store.keys()]);
    for (const [key, { data }] of expected.store) {
      const other = store.get(key)?.data ?? new Float32Array(0);
      expect(other.length).toBe(data.length);
      const far = data.reduce((most, value, i) => Math.max(most, Math.abs(value - (other[i] ?? NaN))), 0);
      expect(far, `${out}: ${key}`).toBeLessThanOrEqual(1e-5);
    }
  }
}, 400_000);
