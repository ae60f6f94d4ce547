import { expect, it } from "vitest";
import { runs } from "../helpers/runs.js";
import { onWasm, resultsOf } from "./cli.js";
import { killAndResume, program } from "./killed.js";
import { smallProject } from "./project.js";

const kills = runs(4, 24);

it(
  `a run killed by SIGKILL ${kills} times, at slims and amid writing too, gives the bytes of one that was not`,
  async () => {
    const project = await smallProject(program);
    let expected: Record<string, string> | null = null;
    const died = await killAndResume({
      project,
      args: [...onWasm, "--seed", "5", "--checkpoint-every", "3steps"],
      kills,
      ended(out) {
        expected ??= resultsOf(project, out);
        expect(resultsOf(project, out), out).toEqual(expected);
      },
    });
    expect(died.moment + died.change + died.slim).toBeGreaterThanOrEqual(kills);
    expect(Math.min(died.moment, died.change, died.slim)).toBeGreaterThanOrEqual(runs(1, 3));
  },
  runs(400_000, 1_600_000),
);
