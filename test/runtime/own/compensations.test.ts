import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, test } from "vitest";
import { compileProgram } from "../../../api/compile-program.js";
import { hashJson, withoutTexts } from "../../../core/ir/hash.js";
import { defineCompensation, type RunOptions } from "../../../runtime/index.js";
import { residualNetwork, smallNetwork } from "../run/fixtures.js";
import { killedAt } from "../run/killed.js";
import { runProgram, type Outcome } from "../run/program.js";
import { solved } from "./linear-system.js";

/** Compensations in JavaScript: the same as those of the language where they say the same, and nothing where they change nothing. */

const root = mkdtempSync(join(tmpdir(), "espalier-own-compensations-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const network = smallNetwork();

/** The least squares of the language, from what JavaScript is told alone: every output by itself, by Gauss's elimination. */
const squares = (on: "now" | "before") =>
  defineCompensation({
    on,
    takes: { ridge: 1e-6 },
    compensate({ weights, free, moments, missing }, { rows, outputs, args }) {
      const found = weights.slice();
      const isOpen = (row: number): boolean => free.subarray(row * outputs, (row + 1) * outputs).includes(1);
      const open = Array.from({ length: rows }, (_, row) => row).filter(isOpen);
      const mean = open.reduce((sum, row) => sum + (moments[row * rows + row] ?? 0), 0) / open.length;
      for (let output = 0; output < outputs; output++) {
        const own = open.filter((row) => free[row * outputs + output] === 1);
        const change = solved(
          own.map((row) =>
            own.map((other) => (moments[row * rows + other] ?? 0) + (row === other ? args.ridge * mean : 0)),
          ),
          own.map((row) => missing[row * outputs + output] ?? 0),
        );
        own.forEach(
          (row, i) =>
            (found[row * outputs + output] = (found[row * outputs + output] ?? 0) + (change[i] ?? 0)),
        );
      }
      return found;
    },
  });
const compensations = { "my-squares": squares("now"), "my-obs": squares("before") };
const nothing = defineCompensation({ compensate: ({ weights }) => weights });

const refits = ({ run }: Outcome): readonly string[] =>
  run.session.record.notes.filter((note) => note.includes("re-fitted"));

function near(found: Outcome, wanted: Outcome): void {
  for (const [key, { data }] of wanted.run.session.parameters) {
    const values = found.run.session.parameters.get(key)?.data;
    data.forEach((value, i) =>
      expect(Math.abs((values?.[i] ?? NaN) - value), key).toBeLessThan(2e-5 * (1 + Math.abs(value))),
    );
  }
}

describe("least squares, written again,", () => {
  it.each([
    ["filters", "prune filters in c1, c2 by l1 50%"],
    ["single weights", "prune weights by magnitude local 60%"],
  ])("gives what that of the language gives: %s", async (_, cut) => {
    for (const [own, ofLanguage] of [
      ["my-squares", "least-squares"],
      ["my-obs", "obs"],
    ] as const) {
      const call = (name: string) => `${cut} compensating by ${name}(ridge: 1e-3, points: 7) over 3 batches`;
      const wanted = await runProgram(call(ofLanguage), network);
      const found = await runProgram(call(own), network, { compensations });
      near(found, wanted);
      expect(refits(found)).toEqual(refits(wanted));
      expect(refits(found).length).toBeGreaterThan(1);
      expect(found.run.session.state).toEqual(wanted.run.session.state);
    }
  });

  it("does so behind joins, and where it is given nothing", async () => {
    const residual = residualNetwork();
    const call = (name: string) =>
      `prune filters in stem, x2, y2 by l1 2 compensating by ${name} over 2 batches\nslim`;
    const found = await runProgram(call("my-squares"), residual, { compensations });
    near(found, await runProgram(call("least-squares"), residual));
  });
});

it.each(["prune filters by l1 50%", "prune weights by magnitude 70%"])(
  "one that changes nothing leaves the network as it is without: %s",
  async (cut) => {
    const program = (more: string) => `train 1 epoch\n${cut}${more}\ntrain 3 steps`;
    const plain = await runProgram(program(""), network);
    const made = await runProgram(program(" compensating by nothing"), network, {
      compensations: { nothing },
    });
    expect(made.run.session.parameters).toEqual(plain.run.session.parameters);
    expect(made.run.session.state).toEqual(plain.run.session.state);
    expect(refits(made)).toHaveLength(cut.includes("weights") ? 4 : 2);
    for (const note of refits(made)) expect(note).toMatch(/off by (\S+ %) \(\1 before\)/);
  },
);

test("sums and weights are those of the layer: what is missed is what went, times what was read", async () => {
  const seen: string[] = [];
  const looking = defineCompensation({
    on: "before",
    compensate(
      { before, weights, free, moments, missing },
      { layer, rows, taps, inputs, outputs, bias, samples },
    ) {
      seen.push(`${layer} ${taps}x${inputs} ${outputs}`);
      expect(bias).toBe(true);
      expect(rows).toBe(taps * inputs + 1);
      expect([before, weights, free, missing].map(({ length }) => length)).toEqual(
        Array(4).fill(rows * outputs),
      );
      expect(samples).toBe(layer === "c2" ? 3 * 16 * 4 : 3 * 16);
      expect(moments[rows * rows - 1]).toBe(samples);
      for (let row = 0; row < rows; row++)
        for (let other = 0; other < rows; other++)
          expect(moments[row * rows + other]).toBe(moments[other * rows + row]);
      weights.forEach((value, at) => {
        expect(value).toBe(free[at] === 1 ? before[at] : 0);
        let went = 0;
        const [row, output] = [Math.floor(at / outputs), at % outputs];
        for (let other = 0; other < rows; other++) {
          const lost = (before[other * outputs + output] ?? 0) - (weights[other * outputs + output] ?? 0);
          went += (moments[row * rows + other] ?? 0) * lost;
        }
        expect(missing[at]).toBeCloseTo(went, 3);
      });
      return weights;
    },
  });
  const program = `prune filters in c1 by l1 3 compensating by looking(points: 4) over 3 batches
prune weights in d1 by random 20% latently
prune weights in d1 by magnitude 50% compensating by looking over 3 batches
harden masks`;
  await runProgram(program, network, { compensations: { looking }, batch: 16 });
  expect(seen).toEqual(["c2 9x6 8", "d1 1x72 10"]);
});

test("what is dead stays so, whatever it is given, and the log says how far outputs are off", async () => {
  const wild = defineCompensation({
    takes: { to: 3, by: "w" },
    compensate: async ({ free, weights, missing, moments }, { args }) => {
      for (const values of [free, missing, moments]) values.fill(1);
      await new Promise((done) => setTimeout(done, 5));
      return Array.from(weights, (_, at) => (at % 2 === 0 ? args.to : 0.5));
    },
  });
  const cut = "prune weights in d1 by magnitude 50%";
  const made = await runProgram(`${cut} compensating by wild(by: "g")`, network, { compensations: { wild } });
  const codes = made.run.session.state.elements.get("d1/kernel");
  made.run.session.parameters
    .get("d1/kernel")
    ?.data.forEach((value, i) => expect(value).toBe(codes?.[i] === 1 ? 0 : i % 2 === 0 ? 3 : 0.5));
  const [note = ""] = refits(made);
  expect(Number(/off by (\S+) %/.exec(note)?.[1])).toBeGreaterThan(1000);
});

test("a run that is killed between two events ends with the same weights when it is resumed", async () => {
  const program = `train 3 epochs batch 32 {
  prune filters in c1 by l1 1 every epoch compensating by my-squares(ridge: 1e-4) over 2 batches
}
prune weights in d1 by magnitude 30% compensating by my-obs over 2 batches`;
  const whole = await runProgram(program, network, { compensations });
  const { run } = await killedAt(2, program, network, {
    compensations,
    out: join(root, "out"),
    checkpointEvery: "2steps",
  });
  expect(run.session.parameters).toEqual(whole.run.session.parameters);
});

const cut = "prune weights in d1 by magnitude 50% compensating by bad";
const bad = (compensate: unknown, more = {}) => ({
  compensations: { bad: { compensate, ...more } as never },
});
test.each<[string, Pick<RunOptions, "compensations">, RegExp]>([
  [
    "throws",
    bad(() => {
      throw new Error("out of order");
    }),
    /P7019.*the compensation `bad` failed: out of order/,
  ],
  ["refuses", bad(() => Promise.reject(new Error("not today"))), /P7019.*failed: not today/],
  [
    "never ends",
    bad(() => new Promise(() => undefined), { seconds: 0.1 }),
    /P7019.*failed: it was waited for 0.1 seconds/,
  ],
  ["gives nothing", bad(() => undefined), /P7019.*gives undefined, where numbers belong/],
  ["gives too few", bad(() => [1, 2]), /P7019.*gives 2 numbers for 730 weights/],
  [
    "gives a tensor",
    bad((_: unknown, { tf }: { readonly tf: { ones(of: number[]): unknown } }) => tf.ones([3])),
    /P7019.*gives a tensor/,
  ],
  [
    "gives no number",
    bad(({ weights }: { readonly weights: Float32Array }) => weights.map(() => NaN)),
    /P7019.*gives what is not a number/,
  ],
  [
    "says that nothing was open",
    bad(({ weights, free }: { readonly weights: Float32Array; readonly free: Uint8Array }) => {
      free.fill(0);
      return weights.map(() => NaN);
    }),
    /P7019.*gives what is not a number/,
  ],
  [
    "gives what are no numbers",
    bad(({ weights }: { readonly weights: Float32Array }) => Array.from(weights, () => Symbol("w"))),
    /P7019.*gives what is not a number/,
  ],
  [
    "gives too much",
    bad(({ weights }: { readonly weights: Float32Array }) => Array.from(weights, () => 1e39)),
    /P7019.*gives infinity/,
  ],
  [
    "is nothing",
    { compensations: { bad: 3 as never } },
    /P7010.*`bad` of `compensations` is 3, where an object with `compensate` belongs/,
  ],
  [
    "says when wrongly",
    bad(() => [], { on: "later" }),
    /has "later" for `on`, where "now" or "before" belongs/,
  ],
  ["has no time", bad(() => [], { seconds: 0 }), /has 0 for `seconds`/],
  [
    "takes the points",
    bad(() => [], { takes: { points: 3 } }),
    /takes `points`, an argument of every compensation/,
  ],
])("one that %s is told", async (_, options, message) => {
  await expect(runProgram(cut, network, options)).rejects.toThrow(message);
});

const program = `use compensation own-fit, plain from "./fits.mjs"
prune filters in c1 by l1 50% compensating by own-fit(points: 4, ridge: 10%, by: "w") over 2 batches
prune filters in c2 by l1 50% compensating by plain`;
const file = `export const ownFit = { on: "before", takes: { ridge: 0, by: "" }, compensate: ({ weights }) => weights };
export const plain = { compensate: ({ weights }) => weights };
`;

test("what it is worked out on is known once its file may be looked into, and the loop is the same", async () => {
  writeFileSync(join(root, "fits.mjs"), file);
  const options = { network, file: join(root, "own.prune") };
  const blind = await compileProgram(program, options);
  const looked = await compileProgram(program, { ...options, allowJs: true });
  const of = ({ result }: typeof blind) =>
    result.ir?.body.flatMap((one) => (one.kind === "prune" ? [one.compensating] : []));
  const first = { method: "own-fit", own: true, args: { ridge: 0.1, by: "w" }, batches: 2, points: 4 };
  const second = { method: "plain", own: true, args: {}, batches: 20, points: 10 };
  expect(of(blind)).toEqual([first, second]);
  expect(of(looked)).toEqual([
    { ...first, on: "before" },
    { ...second, on: "now" },
  ]);
  expect(looked.result.code).toBe(blind.result.code);
  const hash = (one: typeof blind) => hashJson(withoutTexts(one.result.ir?.body));
  expect(hash(looked)).toBe(hash(blind));
  expect(looked.result.code).toContain('import { ownFit, plain } from "./fits.mjs";');
  expect(looked.result.code).toContain('args: { ridge: 0.1, by: "w" }');
});
