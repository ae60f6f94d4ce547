import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openRun, type ProgressEvent } from "../../../runtime/index.js";
import { options, smallNetwork } from "./fixtures.js";

const network = smallNetwork();
const root = await mkdtemp(join(tmpdir(), "espalier-resume-"));
afterAll(() => rm(root, { recursive: true, force: true }));

class Crash extends Error {}

describe("a run that is killed and resumed", () => {
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
});
