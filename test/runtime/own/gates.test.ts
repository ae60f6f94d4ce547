import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { defineGate } from "../../../runtime/index.js";
import { smallNetwork } from "../run/fixtures.js";
import { killedAt } from "../run/killed.js";
import { runProgram, type Outcome } from "../run/program.js";

/** Gates in JavaScript: the same as those of the language where they say the same. */

const root = await mkdtemp(join(tmpdir(), "espalier-own-gates-"));
afterAll(() => rm(root, { recursive: true, force: true }));
const network = smallNetwork();

const plain = defineGate({
  params: { s: 1 },
  gate: ({ s }) => s,
  term: ({ s }, { tf }) => tf.abs(s),
  score: ({ s }, { tf }) => tf.abs(s),
});
const concrete = defineGate({
  params: { s: 1 },
  takes: { slope: 1.5 },
  gate: ({ s }, { args, uniform, tf }) =>
    tf.sigmoid(tf.mul(args.slope, tf.add(s, tf.sub(tf.log(uniform), tf.log(tf.sub(1, uniform)))))),
  test: ({ s }, { args, tf }) => tf.sigmoid(tf.mul(args.slope, s)),
  term: ({ s }, { tf }) => tf.sigmoid(s),
});

const weightsOf = ({ result }: Outcome) =>
  [...result.parameters].map(([key, { data }]) => [key, [...data]] as const);

it.each(["filters", "weights"])("a scale on %s is the scale of the language", async (structure) => {
  const program = (name: string) => `train 2 epochs with adam(rate: 0.02) {
    learn masks on ${structure} by ${name} strength 0.01
    penalize ${structure} by gate^2 strength 0.01
  }
  prune gates by gate 30%
  ${structure === "filters" ? "slim" : "harden masks"}`;
  const own = weightsOf(await runProgram(program("plain"), network, { gates: { plain } }));
  const wanted = new Map(weightsOf(await runProgram(program("scale"), network)));
  for (const [key, values] of own)
    values.forEach((value, i) => expect(value, key).toBeCloseTo(wanted.get(key)?.[i] ?? NaN, 4));
});

it("what moves is what it has come to in every step, as for a gate of the language", async () => {
  const steep = defineGate({
    params: { s: 0 },
    takes: { temperature: 7, most: 2 },
    gate: ({ s }, { args, tf }) => tf.mul(args.most, tf.sigmoid(tf.mul(args.temperature, s))),
    term: ({ s }, { args, tf }) => tf.mul(args.most, tf.sigmoid(tf.mul(args.temperature, s))),
    score: ({ s }, { args, tf }) => tf.sigmoid(tf.mul(args.temperature, s)),
  });
  // Gates that are taken away again: what is left is what the weights learned behind them.
  const trained = async (call: string, gates = {}): Promise<Outcome> => {
    const program = `mark before
    train 2 epochs with adam(rate: 0.02) {
      learn masks on units by ${call} strength 0.01
      penalize units by gate^2 strength 0.01
    }
    rewind gates to before`;
    return runProgram(program, network, { gates });
  };
  const move = "(temperature: 1 -> 20 exponential over 20%..80%)";
  const wanted = new Map(weightsOf(await trained(`sigmoid${move}`)));
  for (const [key, values] of weightsOf(await trained(`steep${move}`, { steep })))
    values.forEach((value, i) => expect(value, key).toBeCloseTo(wanted.get(key)?.[i] ?? NaN, 5));
});

it("goes on after a kill, and from a mark, as if nothing had happened", async () => {
  const program = `mark before
  train 2 epochs with adam(rate: 0.05) { learn masks on units by concrete(slope: 0.5 -> 3) strength 0.1 }
  mark here
  train 2 steps
  rewind gates to here
  prune gates by gate 30%
  train 1 epoch
  slim`;
  const whole = await runProgram(program, network, { gates: { concrete }, out: join(root, "whole") });
  // In the training of the gates, and behind it, where what they take is known from the checkpoint alone.
  for (const last of [4, 21]) {
    const options = { gates: { concrete }, out: join(root, `killed ${last}`), checkpointEvery: "1steps" };
    const resumed = await killedAt(last, program, network, options);
    expect(resumed.result.parameters).toEqual(whole.result.parameters);
  }
});
