import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compileProgram } from "../../../api/compile-program.js";
import { hashJson, withoutTexts } from "../../../core/ir/hash.js";
import { layers, openBackend, tf } from "../../../runtime/backend/index.js";
import {
  defineCriterion,
  definePenalty,
  defineStep,
  type RunOptions,
  type StepDefinition,
} from "../../../runtime/index.js";
import type { LiveModel } from "../../../runtime/model/index.js";
import { runProgram } from "../run/program.js";

/** Criteria, penalties and steps in JavaScript, given by the host or named by a program. */

let folder = "";
beforeAll(async () => {
  await openBackend({ backend: "wasm" });
  folder = await mkdtemp(join(tmpdir(), "own-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const [rows, inputs, units] = [8, 4, 3];
const wave = (size: number, by: number) =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(by * i + 1));
const xs = Array.from({ length: rows }, (_, i) => [...wave(inputs, 0.3 + i)]);
const data = { train: { xs, ys: [0, 2, 1, 1, 2, 0, 1, 2] } };

function made(): layers.LayersModel {
  const model = layers.sequential({
    layers: [
      layers.layers.dense({ inputShape: [inputs], units: 6, activation: "tanh", name: "one" }),
      layers.layers.dense({ units: 5, activation: "tanh", name: "two" }),
      layers.layers.dense({ units, activation: "softmax", name: "head" }),
    ],
  });
  model.setWeights(model.getWeights().map((w, i) => tf.tensor(wave(w.size, 0.7 + i), w.shape)));
  return model;
}

type Given = Omit<RunOptions, "network"> & { readonly network?: LiveModel };
const run = (source: string, { network = made(), ...options }: Given = {}) =>
  runProgram(source, network, { batch: rows, ...options, data });

type Ran = Awaited<ReturnType<typeof run>>;
const weightsOf = ({ result }: Ran) =>
  Object.fromEntries([...result.parameters].map(([key, one]) => [key, [...one.data]]));
const near = (found: Ran, wanted: Ran) => {
  const expected = weightsOf(wanted);
  for (const [key, values] of Object.entries(weightsOf(found)))
    values.forEach((value, i) => expect(value, key).toBeCloseTo(expected[key]?.[i] ?? NaN, 5));
};

const perWeight = defineCriterion({
  reads: ["w", "g"],
  score: ({ w, g }) => w.map((one, i) => Math.abs(one * (g[i] ?? 0))),
});
const perUnit = defineCriterion({
  reads: ["w", "g", "size", "fan-in"],
  score: ({ w, g, size, fanIn }, { units: count, size: width, living, layer }) => {
    expect([size.length, fanIn.length, living.length]).toEqual([count, count, count]);
    expect([...size]).toEqual([...size].map(() => width));
    expect(["one", "two"]).toContain(layer);
    return Array.from({ length: count }, (_, unit) => {
      let sum = 0;
      for (let i = unit * width; i < (unit + 1) * width; i++) sum += Math.abs((w[i] ?? 0) * (g[i] ?? 0));
      return sum;
    });
  },
});

test.each([
  ["neurons", "prune neurons in one, two by SCORE 50%"],
  ["weights", "prune weights by SCORE global 50%"],
  ["columns", "prune columns in two by 2 * SCORE 40%"],
  ["over training", "prune neurons in one, two by SCORE over training 50% at epoch 1\ntrain 2 epochs"],
  ["some weights", "train 2 epochs { update only top 30% by SCORE }"],
  ["a regrow", "prune neurons in two by l1 2\nregrow neurons by SCORE 1"],
  [
    "a restore",
    "train 2 epochs { prune weights by magnitude 30% latently every epoch\nrestore weights by SCORE above 0.001 }\nharden masks",
  ],
])("a criterion scores as the expression that it is: %s", async (what, source) => {
  const own = await run(source.replaceAll("SCORE", "fisher"), { criteria: { fisher: perWeight } });
  const builtIn = await run(source.replaceAll("SCORE", "abs(w * g)"));
  near(own, builtIn);
  const byUnit = what !== "weights" && what !== "some weights" && what !== "a restore" && what !== "columns";
  if (byUnit)
    near(await run(source.replaceAll("SCORE", "fisher"), { criteria: { fisher: perUnit } }), builtIn);
});

const saliency = defineCriterion({
  reads: ["w", "hinv"],
  score: ({ w, hinv }) => w.map((one, i) => one ** 2 / (hinv[i] ?? 1)),
});
const greedy = defineCriterion({ reads: ["greedy-order"], score: ({ greedyOrder }) => greedyOrder });
test.each([
  ["hinv", "prune weights in one, two by SCORE over 1 batches global 50%", "w^2 / hinv", saliency],
  ["greedy-order", "prune channels in two, head by SCORE over 1 batches 50%", "greedy-order", greedy],
])("a criterion may read second moments of what layers read: %s", async (_, source, written, own) => {
  near(
    await run(source.replace("SCORE", "own"), { criteria: { own } }),
    await run(source.replace("SCORE", written)),
  );
});

const sine = definePenalty({
  reads: ["w"],
  penalty: ({ w }, { tf: own }) => own.sum(own.mul(w, w)),
});
test.each([
  ["weights", "train 2 epochs { penalize weights by P strength 0.3 }"],
  ["neurons", "prune neurons in one by l1 2\ntrain 2 epochs { penalize neurons by P strength 0.3 }"],
  ["some", "train 2 epochs { penalize neurons in one, two by P among bottom 50% by l1 strength 0.3 }"],
])("a penalty pulls as the expression that it is: %s", async (_, source) => {
  const own = await run(source.replace("P", "sine"), { penalties: { sine } });
  const builtIn = await run(source.replace("P", "w^2"));
  near(own, builtIn);
  expect(own.result.report.history.at(-1)?.trainLoss).toBeCloseTo(
    builtIn.result.report.history.at(-1)?.trainLoss ?? NaN,
    5,
  );
});

test("a penalty by units sees each in a row, and may read the change since the start", async () => {
  const group = definePenalty({
    reads: ["dw"],
    penalty: ({ dw }, { tf: own, units: count, size }) => {
      expect(dw.shape).toEqual([count, size]);
      return own.sum(own.sqrt(own.add(own.sum(own.square(dw), 1), 1e-6)));
    },
  });
  const source = "train 3 epochs { penalize neurons in one, two by P strength 0.1 }";
  near(
    await run(source.replace("P", "group"), { penalties: { group } }),
    await run(source.replace("P", "sqrt(sum(dw^2) + 1e-6)")),
  );
});

const doubles: StepDefinition = defineStep({
  act: ({ network, setWeight }) => {
    for (const { weights } of network.layers)
      for (const { key } of weights)
        setWeight(
          key,
          network.weight(key).map((value) => 2 * value + 1),
        );
  },
});

test("a step sets weights, and what masks hold stays dead", async () => {
  const source = "prune neurons in two by l1 2\nprune weights in one by magnitude 50%";
  const [before, after] = [await run(source), await run(`${source}\ndoubles()`, { steps: { doubles } })];
  const [old, now] = [weightsOf(before), weightsOf(after)];
  let dead = 0;
  for (const [key, values] of Object.entries(now))
    values.forEach((value, i) => {
      const was = old[key]?.[i] ?? NaN;
      const isDead = was === 0 && (key.endsWith("kernel") || key === "two/bias");
      if (isDead) dead++;
      expect(value, key).toBeCloseTo(isDead ? 0 : 2 * was + 1, 5);
    });
  expect(dead).toBeGreaterThan(10);
  expect(after.result.report.after.params).toBe(before.result.report.after.params);
});

test("a step draws alike in every run of a seed, and sees batches and their gradients", async () => {
  const losses: number[] = [];
  const noise = defineStep({
    async act({ network, setWeight, random, batches, gradients }) {
      const key = "one/kernel";
      setWeight(
        key,
        network.weight(key).map((value) => value + 0.1 * random.normal()),
      );
      for await (const batch of batches(2)) losses.push(gradients(batch).loss);
      expect(random.integer(3)).toBeLessThan(3);
      expect(random.uniform()).toBeLessThan(1);
    },
  });
  const source = "noise()\ntrain 1 epoch\nnoise()";
  const batch = rows / 2;
  const [first, again, other] = [
    await run(source, { steps: { noise }, batch }),
    await run(source, { steps: { noise }, batch }),
    await run(source, { steps: { noise }, batch, seed: 2 }),
  ];
  expect(weightsOf(again)).toEqual(weightsOf(first));
  expect(weightsOf(other)).not.toEqual(weightsOf(first));
  expect(losses).toHaveLength(12);
  expect(losses.slice(4, 8)).toEqual(losses.slice(0, 4));
});

test.each<[string, string, Given, RegExp]>([
  [
    "a score of another length",
    "prune neurons in one by bad 1",
    { criteria: { bad: { reads: ["w"], score: () => [1, 2] } } },
    /P7019.*the criterion `bad` gives 2 numbers for 6 units of 4 weights/,
  ],
  [
    "a score that is no number",
    "prune neurons in one by bad 1",
    { criteria: { bad: { reads: ["w"], score: ({ w }: { readonly w: Float32Array }) => w.map(() => NaN) } } },
    /P7019.*the criterion `bad` gives what is not a number/,
  ],
  [
    "a score that promises",
    "prune neurons in one by bad 1",
    { criteria: { bad: { reads: ["w"], score: (async () => [1]) as never } } },
    /P7019.*gives a promise/,
  ],
  [
    "a score that is a tensor",
    "prune neurons in one by bad 1",
    { criteria: { bad: { reads: ["w"], score: (() => tf.ones([6])) as never } } },
    /P7019.*gives a tensor/,
  ],
  [
    "a score that throws",
    "prune neurons in one by bad 1",
    {
      criteria: {
        bad: {
          reads: ["w"],
          score() {
            throw new Error("out of order");
          },
        },
      },
    },
    /P7019.*failed: out of order/,
  ],
  [
    "a penalty of every row",
    "train 1 epoch { penalize weights by bad strength 1 }",
    { penalties: { bad: definePenalty({ reads: ["w"], penalty: ({ w }) => tf.sum(w, 1) }) } },
    /P7019.*the penalty `bad` gives a tensor of shape \[24\]/,
  ],
  [
    "a penalty without the weights",
    "train 1 epoch { penalize weights by bad strength 1 }",
    { penalties: { bad: definePenalty({ reads: ["w"], penalty: () => tf.scalar(3) }) } },
    /P7019.*does not depend on the weights/,
  ],
  [
    "a penalty that is no number",
    "train 1 epoch { penalize weights by bad strength 1 }",
    {
      penalties: {
        bad: definePenalty({ reads: ["w"], penalty: ({ w }) => tf.mean(tf.log(tf.neg(tf.abs(w)))) }),
      },
    },
    /P7019.*gives what is not a number/,
  ],
  [
    "a penalty that is no tensor",
    "train 1 epoch { penalize weights by bad strength 1 }",
    { penalties: { bad: { reads: ["w"], penalty: (() => 3) as never } } },
    /P7019.*gives no tensor but 3/,
  ],
  [
    "a step that never ends",
    "bad()",
    { steps: { bad: { seconds: 0.1, act: () => new Promise(() => undefined) } } },
    /P7019.*the step `bad` failed: it was waited for 0.1 seconds/,
  ],
  [
    "a step that sets what is not there",
    "bad()",
    { steps: { bad: { act: ({ setWeight }) => setWeight("three/kernel", []) } } },
    /P7019.*the network has no weight `three\/kernel`/,
  ],
  [
    "a step that sets other lengths",
    "bad()",
    { steps: { bad: { act: ({ setWeight }) => setWeight("one/bias", [1]) } } },
    /P7019.*`one\/bias` has 6 values, not 1/,
  ],
  [
    "a step that sets no numbers",
    "bad()",
    { steps: { bad: { act: ({ setWeight }) => setWeight("one/bias", [1, 2, NaN, 4, 5, 6]) } } },
    /P7019.*what is not a number cannot be a value of `one\/bias`/,
  ],
])("%s ends the run with a message of its own", async (_, source, options, message) => {
  await expect(run(source, options)).rejects.toThrow(message);
});

const program = `use criterion own-score from "./own.mjs"
use penalty ripple from "./own.mjs"
use step refit from "./own.mjs"
prune neurons in one by own-score over 2 batches 50%
train 1 epoch { penalize weights by ripple strength 1e-3 }
refit()
slim`;
const file = `globalThis.looked = (globalThis.looked ?? 0) + 1;
export const ownScore = { reads: ["w", "g"], score: ({ w, g }) => w.map((one, i) => Math.abs(one * g[i])) };
export const ripple = { reads: ["w"], penalty: ({ w }, { tf }) => tf.sum(tf.sin(w)) };
export const refit = { act({ setWeight }) { setWeight("one/bias", [1, 1, 1, 1, 1, 1]); } };
`;

test("what a score reads is known once its file may be looked into, and nothing else runs", async () => {
  await writeFile(join(folder, "own.mjs"), file);
  const options = { network: made(), file: join(folder, "own.prune") };
  const blind = await compileProgram(program, options);
  expect(blind.diagnostics).toEqual([]);
  expect(Reflect.get(globalThis, "looked")).toBeUndefined();
  const looked = await compileProgram(program, { ...options, allowJs: true });
  expect(looked.diagnostics).toEqual([]);
  expect(Reflect.get(globalThis, "looked")).toBe(1);
  expect(JSON.stringify(blind.result.ir?.body)).toContain('["own",["string","own-score"]]');
  expect(JSON.stringify(looked.result.ir?.body)).toContain('["own",["string","own-score"],"w","g"]');
  // The loop says the same, looked into or not, hash included.
  expect(looked.result.code).toBe(blind.result.code);
  for (const line of [
    'import { ownScore, ripple, refit } from "./own.mjs";',
    'const ownScoreScore = criterion("own-score", own("own-score"), { over: 2 });',
    "by: ripplePenalty,",
    'await run.call(4, "refit");',
  ])
    expect(looked.result.code).toContain(line);
});

const powered = defineCriterion({
  reads: ["w"],
  takes: { power: 1, sign: "kept" },
  score: ({ w }, { args }) => w.map((one) => (args.sign === "turned" ? -1 : 1) * Math.abs(one) ** args.power),
});

test("what a program gives reaches criteria, penalties and steps, and what it does not give is as usual", async () => {
  const criteria = { powered };
  for (const [call, expression] of [
    ["powered", "abs(w)"],
    ["powered(power: 2)", "w^2"],
    ['powered(sign: "turned", power: 50%)', "-sqrt(abs(w))"],
  ] as const)
    near(
      await run(`prune neurons in one, two by ${call} 50%`, { criteria }),
      await run(`prune neurons in one, two by ${expression} 50%`),
    );
  const towards = definePenalty({
    reads: ["w"],
    takes: { centre: 0 },
    penalty: ({ w }, { args, tf: { sum, square, sub } }) => sum(square(sub(w, args.centre))),
  });
  near(
    await run("param to = 0.25\ntrain 3 steps { penalize weights by towards(centre: to) strength 0.1 }", {
      penalties: { towards },
    }),
    await run("train 3 steps { penalize weights by sum((w - 0.25)^2) strength 0.1 }"),
  );
  const seen: unknown[] = [];
  const telling = defineStep({
    takes: { times: 1, unitShare: 0.5 },
    act: ({ args }) => void seen.push({ ...args }),
  });
  await run("telling()\ntelling(unit-share: 30%)", { steps: { telling } });
  expect(seen).toEqual([
    { times: 1, unitShare: 0.5 },
    { times: 1, unitShare: 0.3 },
  ]);
});

test("what a program gives is part of its hash, and names that nothing takes are told", async () => {
  const network = made();
  const hashOf = async (source: string) => {
    const { result } = await compileProgram(source, { network, data, criteria: { powered } });
    return hashJson(withoutTexts(result.ir?.body));
  };
  expect(await hashOf("prune neurons by powered(power: 2) 50%")).not.toBe(
    await hashOf("prune neurons by powered(power: 3) 50%"),
  );
  const { diagnostics } = await compileProgram("prune neurons by powered(pwer: 2) 50%", {
    network,
    data,
    criteria: { powered },
  });
  expect(diagnostics).toMatchObject([{ code: "P2023", help: expect.stringContaining("`power`") }]);
});
