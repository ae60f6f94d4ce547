import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { front } from "../../compiler/passes/index.js";
import { allMethods, programOf } from "../../compiler/render/methods.js";
import { statements } from "../../core/ir/walk.js";
import { runs } from "../helpers/runs.js";
import { smallNetwork } from "../runtime/run/fixtures.js";
import { killedAt } from "../runtime/run/killed.js";
import { runProgram, type Outcome } from "../runtime/run/program.js";

const root = mkdtempSync(join(tmpdir(), "espalier-methods-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const network = smallNetwork();

/** Every parameter as small as it may be, by its name; those of another kind in one method below. */
const small: Readonly<Record<string, string>> = {
  sparsity: "60%",
  share: "30%",
  rounds: "2",
  epochs: "2 epochs",
  retrain: "2 steps",
  interval: "2 steps",
  calibration: "1",
  episodes: "3",
  warmup: "1",
  rollouts: "2",
  trials: "3",
};
/** What other runs would have saved, here by the run itself, before the method. */
const saved: Readonly<Record<string, string>> = {
  "ticket-transfer": `train 2 steps\nmark early\nprune weights by l1 except last to 60%\nrewind weights to early\nsave "ticket"\nrewind masks, weights to start`,
  "custom-from-mask": `train 1 steps\nprune weights by l1 to 60%\nsave "masks"\nrewind masks, weights to start`,
};
const own: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "late-rewinding": { begin: "2 steps" },
  // So few steps close no gate that starts wide open: these start where a step or two decides.
  l0: { drop: "0.917" },
  "bernoulli-ste": { open: "0.5" },
  supermask: { open: "0.5" },
  // A step takes no more from its convolutions.
  "intra-kernel-strided": { limit: "90%" },
};
/** What is asked of methods that take no exact share. */
const otherwise: Readonly<Record<string, (outcome: Outcome) => void>> = {
  // So few steps bring no norm to zero: nothing is removed, but what fell below 1e-4.
  ssl: ({ result: { report } }) =>
    expect(report.amounts.map(({ structure }) => structure)).toEqual(["weights", "filters"]),
  // Nor does noise grow over the signal of any unit; weights that were drawn near zero begin below theirs.
  sbp: ({ result: { report } }) =>
    expect(report.amounts).toMatchObject([{ structure: "units", achieved: 0 }]),
  "bayesian-compression": ({ result: { report } }) =>
    expect(report.amounts).toMatchObject([{ structure: "units", achieved: 0 }]),
  "sparse-vd": ({ result: { report } }) => expect(report.amounts[0]?.achieved).toBeGreaterThan(10),
  // Nor do they close a gate, which begins at 0.5 and moves by the rate of Adam, 0.001, a step.
  autoprune: ({ result: { report } }) =>
    expect(report.amounts).toMatchObject([{ structure: "weights", achieved: 0 }]),
  // What their agents choose is no share that is asked for: the wall, or any.
  amc: ({ result: { report } }) => {
    expect(report.searches?.[0]?.trials).toHaveLength(3);
    expect(report.after.macs).toBeLessThanOrEqual(0.5 * report.before.macs);
  },
  "try-and-learn": ({ result: { report } }) => expect(report.searches?.[0]?.trials).toHaveLength(2),
  "two-in-four": ({ result: { report } }) => expect(report.amounts[0]?.achieved).toBeGreaterThan(300),
  // Rows round: 5 of 9, 32 of 54, 43 of 72, 6 of 10.
  wanda: ({ result: { report } }) => expect(report.amounts[0]?.achieved).toBe(30 + 256 + 430 + 24),
};

/** Killing every method takes as long as running it: `npm run test:long` does, and every fourth stands for them in `npm test`. */
const killsAll = runs(0, 1) > 0;

function settingsOf(name: string): Record<string, string> {
  const { parameters = [] } = allMethods().find((one) => one.name === name) ?? {};
  const known = { ...small, ...own[name] };
  return Object.fromEntries(
    parameters.flatMap((one) => (known[one.name] === undefined ? [] : [[one.name, known[one.name] ?? ""]])),
  );
}

/** The program with its parameters written into it, since loops run without `--set`. */
const programWith = (name: string): string => {
  const text = Object.entries(settingsOf(name)).reduce(
    (written, [parameter, value]) => written.replace(new RegExp(`(param ${parameter} = ).*`), `$1${value}`),
    programOf(name) ?? "",
  );
  return saved[name] === undefined ? text : text.replace(/^(?=[a-z0-9-]+\()/m, `${saved[name]}\n`);
};

/** What came of a run, but for its times. */
const cameOf = ({ result: { report }, run: { session } }: Outcome) => ({
  events: report.events,
  amounts: report.amounts,
  weights: [...session.parameters].map(([key, { data }]) => [
    key,
    Buffer.from(data.buffer).toString("base64"),
  ]),
});

describe("every method, on a small network", () => {
  it.each(allMethods().map(({ name }, nth) => [name, nth] as const))("%s", async (name, nth) => {
    const program = programWith(name);
    const isKilled = killsAll || nth % 4 === 0;
    let checkpoints = 0;
    const whole = await runProgram(program, network, {
      out: join(root, `${name} whole`),
      ...(isKilled && { checkpointEvery: "1steps" }),
      onCheckpoint: () => void checkpoints++,
    });
    const { before, after, amounts } = whole.result.report;
    const body = front(program).ir?.body ?? [];
    expect(whole.run.session.state.gates.size).toBe(0);
    const kinds = new Set(statements(body).map(({ kind }) => kind));

    expect(amounts.length > 0).toBe(kinds.has("prune"));
    const check = otherwise[name];
    const target = settingsOf(name)["sparsity"];
    if (check !== undefined) check(whole);
    else if (kinds.has("slim")) {
      expect(after.params).toBeLessThan(before.params);
      for (const { achieved, physical } of amounts) expect(physical).toBe(achieved);
    } else {
      expect(after.params).toBe(before.params);
      for (const { achieved, total } of amounts) {
        if (target === undefined) expect(achieved).toBeGreaterThan(0);
        // To half a weight in each of four layers.
        else expect(Math.abs((achieved ?? 0) - 0.6 * total)).toBeLessThanOrEqual(2);
      }
    }

    if (checkpoints > 1 && isKilled)
      expect(
        cameOf(
          await killedAt(Math.ceil(checkpoints / 2), program, network, {
            out: join(root, name),
            checkpointEvery: "1steps",
          }),
        ),
      ).toEqual(cameOf(whole));
  });
});
