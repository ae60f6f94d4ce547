import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openRun, type ProgressEvent } from "../../../runtime/index.js";
import { randomStream } from "../../../runtime/random.js";
import { options, smallNetwork } from "./fixtures.js";
import { resumable } from "./resumable.js";
import { results } from "./results.js";

const network = smallNetwork();
const root = await mkdtemp(join(tmpdir(), "espalier-resume-"));
afterAll(() => rm(root, { recursive: true, force: true }));

class Crash extends Error {}

/** Runs until the `at`th thing the run tells; returns how many things it told, or null when it crashed there. */
async function runUntil(out: string, at: number, resume: boolean): Promise<number | null> {
  let told = 0;
  const onProgress = (_event: ProgressEvent): void => {
    if (++told === at) throw new Crash();
  };
  try {
    await resumable(options({ network, out, resume, onProgress, checkpointEvery: "5steps" }));
    return told;
  } catch (cause) {
    if (cause instanceof Crash) return null;
    throw cause;
  }
}

describe("a run that is killed and resumed", () => {
  it("gives the same bytes as one that was not, wherever it was killed, also more than once", async () => {
    const whole = join(root, "whole");
    const told = (await runUntil(whole, Infinity, false)) ?? 0;
    const expected = await results(whole);
    expect(Object.keys(expected).some((name) => name.endsWith(".bin"))).toBe(true);
    const draw = randomStream(1, "crashes");
    for (let k = 0; k < 22; k++) {
      const out = join(root, `killed ${k}`);
      let at = 1 + draw.integer(k, told);
      for (let attempt = 0; (await runUntil(out, at, attempt > 0)) === null; attempt++) {
        expect(attempt).toBeLessThan(20);
        at = 1 + draw.integer(100 * k + attempt + 100, told);
      }
      expect(await results(out), `killed at ${at} of ${told}`).toEqual(expected);
    }
  }, 120_000);

  it("after the very last step of a phase still has the end of that epoch, and its rules, before it", async () => {
    const loop = async (out: string, resume: boolean, crashes: boolean): Promise<readonly unknown[]> => {
      let step = 0;
      const onProgress = (event: ProgressEvent): void => {
        if (event.kind === "step") step = event.step;
        if (crashes && event.kind === "checkpoint" && step === 12) throw new Crash();
      };
      const run = await openRun(options({ network, out, resume, onProgress, checkpointEvery: "1steps" }));
      const phase = await run.train(1, { epochs: 2 });
      const rule = phase.rule(2, { every: 1, unit: "epochs" });
      for await (const epoch of phase.epochs()) {
        for await (const batch of phase.batches(epoch)) await phase.step(batch);
        if (rule.due()) await run.prune(2, { structure: "filters", by: "random", drop: 0.2 });
      }
      await phase.end();
      return [run.session.record.events, run.session.record.history];
    };
    const whole = await loop(join(root, "whole phase"), false, false);
    const out = join(root, "last step");
    await expect(loop(out, false, true)).rejects.toThrow(Crash);
    expect(await loop(out, true, false)).toEqual(whole);
  });

  it("gives the same bytes when it is run twice", async () => {
    const again = join(root, "again");
    await runUntil(again, Infinity, false);
    expect(await results(again)).toEqual(await results(join(root, "whole")));
  });
});
