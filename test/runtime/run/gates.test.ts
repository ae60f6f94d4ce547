import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { randomStream } from "../../../core/random.js";
import { runs } from "../../helpers/runs.js";
import { runStock } from "../../helpers/stock.js";
import { residualNetwork, smallNetwork } from "./fixtures.js";
import { killedAt } from "./killed.js";
import { runProgram, type Outcome } from "./program.js";

const root = await mkdtemp(join(tmpdir(), "espalier-gates-"));
afterAll(() => rm(root, { recursive: true, force: true }));
const small = smallNetwork();
const residual = residualNetwork();

/** Kinds with what they guard here, and how much closes. */
const cases = [
  ["filters", "scale strength 0.01", "prune gates by gate global 30%"],
  ["units", "hard-concrete(drop: 0.4) strength 0.5", "prune gates by gate below 0.62"],
  ["weights", "hard-concrete(drop: 0.9) strength 20", "prune weights by gate below 1e-6"],
  ["weights", "bernoulli(open: 0.6) strength 0.02", "prune weights by gate below 0.5"],
  ["weights", "sigmoid(temperature: 1 -> 200 exponential) strength 1e-4", "prune weights by gate below 0.5"],
  ["filters", "sigmoid(temperature: 1 -> 100) strength 0.01", "prune gates by gate below 0.5"],
  ["weights", "threshold(start: 0.1) strength 0.1", "prune weights by gate below 0"],
  ["weights", "score to 50%", "prune weights by gate to 50%"],
  ["weights", "variational-dropout(start: -4) strength 3", "prune weights by alpha above 0"],
  ["units", "log-normal(start: -1) strength 2", "prune gates by snr global 30%"],
  ["filters", "horseshoe(scale: 0.5, start: -2)", "prune filters by gate global 30%"],
  ["kernels", "bernoulli(open: 0.6) strength 0.02", "prune gates by gate below 0.5"],
  ["units", "attention(reduction: 2)", "prune gates by gate global 30%"],
  ["taps", "softmax(temperature: 1 -> 30 exponential)", "prune taps by gate keep 1 each"],
  ["taps", "shared-softmax(temperature: 1 -> 30)", "prune gates by gate keep 1 each"],
] as const;

/** Each case in one of the networks; in both in `npm run test:long`. */
const asked = (network: unknown) =>
  cases.filter((_, nth) => runs(0, 1) > 0 || (nth + Number(network === small)) % 2 === 0);

const trained = (structure: string, gate: string) =>
  `train 2 epochs with adam(rate: 0.02, weight-decay: 0.1) { learn masks on ${structure} by ${gate} }`;

const images = (n: number): Float32Array => {
  const stream = randomStream(7, "images");
  return Float32Array.from({ length: n * 64 }, (_, i) => stream.normal(i));
};

/** The outputs of the network a run ended with, as stock TensorFlow.js computes them from what would be saved. */
async function outputs({ result }: Outcome): Promise<Float32Array> {
  const { outputs: all } = await runStock(result.network, result.parameters, [images(5)], 5);
  return all[0] ?? new Float32Array(0);
}

function expectClose(a: Float32Array, b: Float32Array): void {
  const most = Math.max(...b.map(Math.abs));
  expect(a).toHaveLength(b.length);
  a.forEach((value, i) => expect(Math.abs(value - (b[i] ?? NaN))).toBeLessThanOrEqual(1e-5 * (1 + most)));
}

for (const [kind, network] of [
  ["a chain", small],
  ["residual blocks", residual],
] as const)
  describe.each(asked(network))(`masks on %s by %s, in ${kind},`, (structure, gate, prune) => {
    it("fold into the weights as the network computes with them at their test value", async () => {
      const gated = await runProgram(trained(structure, gate), network);
      expect(gated.run.session.state.gates.size).toBe(1);
      const hardened = await runProgram(`${trained(structure, gate)}\nharden masks`, network);
      expect(hardened.run.session.state.gates.size).toBe(0);
      expectClose(await outputs(hardened), await outputs(gated));
      const slimmed = await runProgram(`${trained(structure, gate)}\nslim`, network);
      expectClose(await outputs(slimmed), await outputs(gated));
    });

    it("are pruned by their gates, and what is left loads and computes the same", async () => {
      const pruned = await runProgram(`${trained(structure, gate)}\n${prune}`, network);
      const { state } = pruned.run.session;
      const dead = [state.channels, ...state.elements.values()].some((codes) => codes.includes(1));
      expect(dead).toBe(true);
      const slimmed = await runProgram(`${trained(structure, gate)}\n${prune}\nharden masks\nslim`, network);
      expectClose(await outputs(slimmed), await outputs(pruned));
    });

    it("go on after a kill as if nothing had happened, bit for bit", async () => {
      const program = `${trained(structure, gate)}\n${prune}\ntrain 1 epoch\nslim`;
      const whole = await runProgram(program, network, {
        out: join(root, `${kind} ${structure} ${gate}`.replace(/[^a-z0-9]/gi, "-")),
      });
      for (const last of [4, 9]) {
        const out = join(root, `${kind} ${structure} ${gate} ${last}`.replace(/[^a-z0-9]/gi, "-"));
        const resumed = await killedAt(last, program, network, { out, checkpointEvery: "1steps" });
        expect(resumed.result.parameters).toEqual(whole.result.parameters);
        expect(resumed.result.report.history).toEqual(whole.result.report.history);
      }
    });
  });

it("weights that rest under their gates do not move, nor decay", async () => {
  const before = await runProgram("evaluate on test", small);
  const after = await runProgram(
    "train 2 epochs with adam(rate: 0.02, weight-decay: 0.1) { learn masks on weights by score to 50% }",
    small,
  );
  for (const key of ["c1/kernel", "d1/kernel"])
    expect(after.run.session.parameters.get(key)?.data).toEqual(before.run.session.parameters.get(key)?.data);
});

it("gates never decay, neither by the word of a program nor by the default of AdamW", async () => {
  const after = async (optimizer: string) => {
    const { run } = await runProgram(
      `train 1 step with ${optimizer} { learn masks on filters by scale }`,
      small,
    );
    const { parameters, state } = run.session;
    return {
      gates: [...state.gates.values()].map(({ params }) => params),
      c1: parameters.get("c1/kernel")?.data,
    };
  };
  const plain = await after("adam(rate: 0.1)");
  for (const optimizer of [
    "adamw(rate: 0.1)",
    "adamw(rate: 0.1, weight-decay: 0.5)",
    "adam(rate: 0.1, weight-decay: 0.5)",
  ]) {
    const decayed = await after(optimizer);
    expect(decayed.gates, optimizer).toEqual(plain.gates);
    // What does decay is another after the very step.
    expect(decayed.c1, optimizer).not.toEqual(plain.c1);
  }
});

it("gates of a loop go on in its next pass, and `rewind gates` brings them back", async () => {
  const learn = "train 1 epoch with sgd(rate: 0.5) { learn masks on filters by scale strength 0.01 }";
  const paramsOf = ({ run }: Outcome) =>
    [...run.session.state.gates.values()].map(({ params }) => params["scale"]);
  const once = await runProgram(`${learn}\nmark here`, small);
  const twice = await runProgram(`repeat 2 times { ${learn} }`, small);
  const back = await runProgram(`${learn}\nmark here\ntrain 1 epoch\nrewind gates to here`, small);
  expect(paramsOf(twice)).not.toEqual(paramsOf(once));
  expect(paramsOf(back)).toEqual(paramsOf(once));
});

it("a penalty closes gates, of the units that live, and the same after a kill", async () => {
  const program = (penalty: string) =>
    `train 2 epochs with sgd(rate: 0.05) { learn masks on filters by scale; ${penalty} }
    prune filters by gate 30%
    train 1 epoch with sgd(rate: 0.05)
    slim`;
  const scales = async (penalty: string) => {
    const { run } = await runProgram(program(penalty).split("prune")[0] ?? "", small);
    return [...run.session.state.gates.values()].flatMap(({ params }) => [...(params["scale"] ?? [])]);
  };
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  expect(mean(await scales("penalize gates by gate * size strength 0.01"))).toBeLessThan(
    mean(await scales("")) - 0.05,
  );
  const penalized = program("penalize filters by gate^2 strength 0.5");
  const whole = await runProgram(penalized, small, { out: join(root, "penalized") });
  const options = { out: join(root, "penalized killed"), checkpointEvery: "1steps" };
  const resumed = await killedAt(5, penalized, small, options);
  expect(resumed.result.parameters).toEqual(whole.result.parameters);
});
