import { expect, it } from "vitest";
import { onWasm, resultsOf } from "./cli.js";
import { killAndResume, program } from "./killed.js";
import { smallProject } from "./project.js";

it("a run killed by SIGKILL 28 times, at slims and amid writing too, gives the bytes of one that was not", async () => {
  const project = await smallProject(program);
  let expected: Record<string, string> | null = null;
  const died = await killAndResume({
    project,
    args: [...onWasm, "--seed", "5", "--checkpoint-every", "3steps"],
    kills: 28,
    ended(out) {
      expected ??= resultsOf(project, out);
      expect(resultsOf(project, out), out).toEqual(expected);
    },
  });
  expect(died.moment + died.change + died.slim).toBe(28);
  expect(Math.min(died.moment, died.change, died.slim)).toBeGreaterThanOrEqual(3);
}, 400_000);
