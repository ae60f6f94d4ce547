import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compileProgram } from "../../api/compile-program.js";
import { savedSteps, stretchesOf } from "../../api/compare/stretches.js";
import type { Stretch, Variant } from "../../api/compare/types.js";
import { chainOf } from "../../compiler/plan/chain.js";
import { openBackend } from "../../runtime/backend/index.js";
import { checkpointFolder } from "../../runtime/run/report/write-results.js";
import { quarters, smallNetwork } from "../runtime/run/fixtures.js";
import { runProgram } from "../runtime/run/program.js";

const network = smallNetwork();
const root = await mkdtemp(join(tmpdir(), "espalier-beginnings-"));
beforeAll(() => openBackend({ backend: "wasm" }));
afterAll(() => rm(root, { recursive: true, force: true }));

async function variantOf(text: string, i: number): Promise<Variant> {
  const { result } = await compileProgram(text, { network, data: quarters() });
  if (result.ir === null) throw new Error(result.diagnostics.map(({ message }) => message).join("\n"));
  const program = { name: `p${i}`, file: `p${i}.prune`, text, set: {}, amounts: null };
  const chain = chainOf(result.ir, result.simulation);
  const bound = { network, data: "" };
  return { program, amount: null, set: {}, compiled: result, bound, shares: "", key: text, chain };
}

/** 96 examples in batches of 32: 3 steps an epoch. */
const families: Readonly<
  Record<string, { readonly texts: readonly string[]; readonly ends: readonly string[] }>
> = {
  "a training before different cuts": {
    texts: [
      "train 2 epochs\nprune weights by magnitude to 50%\nfinetune 1 epoch",
      "train 2 epochs\nprune weights by magnitude to 80%\nfinetune 1 epoch",
      "train 2 epochs\nprune filters by l1 to 50%\nslim",
    ],
    ends: ["1/0"],
  },
  "a training up to the first event in it that differs": {
    texts: [
      "train 4 epochs { prune weights by magnitude from 0% to 50% every 2 steps during epochs 2..3 cubic }",
      "train 4 epochs { prune weights by magnitude from 0% to 90% every 2 steps during epochs 2..3 cubic }",
    ],
    ends: ["0/3"],
  },
  "rounds, of which one program has more": {
    texts: [2, 3].map(
      (n) =>
        `repeat ${n} times { train 3 steps prune weights by magnitude 20% rewind weights to start }\ntrain 3 steps`,
    ),
    ends: ["6/0"],
  },
  "events that agree, with others that do not and come later": {
    texts: ["40%", "60%"].map(
      (to) =>
        `train 4 epochs {\n prune filters by taylor over training 10% at step 4\n prune weights by magnitude to ${to} at step 9\n}\ntrain 2 steps`,
    ),
    ends: ["0/8"],
  },
  "one beginning within another": {
    texts: [
      "train 3 steps\nprune weights by magnitude to 30%\nfinetune 3 steps\nprune weights by magnitude to 50%\nfinetune 2 steps",
      "train 3 steps\nprune weights by magnitude to 30%\nfinetune 3 steps\nprune weights by magnitude to 70%\nfinetune 2 steps",
      "train 3 steps\nprune weights by random to 30%\nfinetune 3 steps",
    ],
    ends: ["1/0", "3/0"],
  },
};

const placeOf = ({ place }: Stretch) => `${place.statements}/${place.step}`;

describe("programs that begin alike", () => {
  for (const [name, { texts, ends }] of Object.entries(families))
    it(`share ${name}, and go on from there to the bytes of a run from the start`, async () => {
      const variants = await Promise.all(texts.map(variantOf));
      const { stretches, parents } = stretchesOf(variants, 7);
      expect(stretches.map(placeOf)).toEqual(ends);
      const folder = (hash: string) => join(root, name, hash);
      const begun = async (out: string, parent: Stretch | null) => {
        if (parent === null) return { out };
        await cp(join(folder(parent.hash), checkpointFolder), join(out, checkpointFolder), {
          recursive: true,
        });
        return { out, resume: true, beginning: parent.hash };
      };
      for (const { hash, place, of, parent } of stretches) {
        const given = {
          ...(await begun(folder(hash), parent)),
          seed: 7,
          latency: false,
          program: hash,
          leaveAt: place,
        };
        await expect(runProgram(of.program.text, network, given)).rejects.toThrow("the run was interrupted");
        // Killed right after its last checkpoint, it has nothing left to do.
        const again = { ...given, resume: true };
        await expect(runProgram(of.program.text, network, again)).rejects.toThrow("the run was interrupted");
      }
      for (const [i, variant] of variants.entries()) {
        const parent = parents.get(variant) ?? null;
        expect(parent).not.toBeNull();
        const { text } = variant.program;
        const common = { seed: 7, latency: false };
        const gone = await runProgram(text, network, {
          ...(await begun(folder(`b${i}`), parent)),
          ...common,
        });
        const whole = await runProgram(text, network, { ...common, out: folder(`w${i}`) });
        expect(gone.told.some((line) => line.includes('"kind":"resumed"'))).toBe(true);
        expect([...gone.result.parameters]).toEqual([...whole.result.parameters]);
        expect({ ...gone.result.report, timing: null }).toEqual({ ...whole.result.report, timing: null });
      }
    });

  it("save the steps that are not made again", async () => {
    const variants = await Promise.all(
      (families["one beginning within another"]?.texts ?? []).map(variantOf),
    );
    const { stretches, parents } = stretchesOf(variants, 1);
    // 3 steps of three programs are made once, and 3 more of two of them.
    expect(
      savedSteps(
        stretches,
        variants.map((one) => parents.get(one) ?? null),
      ),
    ).toBe(9);
  });

  it.each<[string, readonly string[], readonly string[]]>([
    [
      "a counter that stands otherwise in the second pass",
      [
        "repeat 2 times as i { repeat 1 times as j { train 3 steps with sgd(rate: 0.1 / i) } }",
        "repeat 1 times as i { repeat 2 times as j { train 3 steps with sgd(rate: 0.1 / i) } }",
      ],
      ["1/0"],
    ],
    [
      "an amount that moves over more passes",
      [2, 3].map((n) => `repeat ${n} times { prune weights by magnitude from 0% to 60%; train 3 steps }`),
      [],
    ],
    [
      "a paired regrow after which nothing trains",
      ["", "\ntrain 3 steps"].map(
        (more) => `train 3 steps { prune weights by magnitude 30% at step 2; regrow random }${more}`,
      ),
      [],
    ],
  ])("do not share %s", async (_, texts, ends) => {
    const { stretches } = stretchesOf(await Promise.all(texts.map(variantOf)), 7);
    expect(stretches.map(placeOf)).toEqual(ends);
  });

  it("share nothing where the first thing that they do differs, or what a condition compares with", async () => {
    const texts = [
      "train 3 steps",
      "train 3 steps with sgd(rate: 0.1)",
      "train 3 steps\nrequire accuracy >= start.accuracy - 100%",
    ];
    const variants = await Promise.all(texts.map(variantOf));
    expect(stretchesOf(variants, 1).stretches).toEqual([]);
  });
});

it("a checkpoint of another beginning is refused", async () => {
  const [variant] = await Promise.all([variantOf("train 4 steps", 0)]);
  const out = join(root, "other");
  const given = { out, seed: 7, program: "one", leaveAt: { statements: 0, step: 2 } };
  await expect(runProgram(variant?.program.text ?? "", network, given)).rejects.toThrow("interrupted");
  const resumed = runProgram("train 5 steps", network, { out, seed: 7, resume: true, beginning: "two" });
  await expect(resumed).rejects.toThrow("the checkpoint is of another run: the program changed since");
});
