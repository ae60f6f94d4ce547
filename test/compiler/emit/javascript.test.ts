import ts from "typescript";
import { describe, expect, test } from "vitest";
import { emitJavaScript } from "../../../compiler/emit/javascript.js";
import { expressionHelpers } from "../../../compiler/emit/javascript-expressions.js";
import type { Ir, StepIr } from "../../../core/ir/types.js";
import * as expressions from "../../../runtime/expressions.js";
import { l1, program, prune, random, sentence, taylor, train } from "./programs.js";
import { replay } from "./replay.js";

const emit = (ir: Ir) =>
  emitJavaScript(ir, { sources: new Map(), places: new Map(), program: "0123456789abcdef" });

/** Syntax errors of a module, as the TypeScript parser finds them. */
function syntaxErrors(code: string): readonly string[] {
  const result = ts.transpileModule(code, {
    reportDiagnostics: true,
    compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext },
    fileName: "loop.mjs",
  });
  return (result.diagnostics ?? []).map((one) => String(one.messageText));
}

describe("an emitted statement stands for the IR it came from", () => {
  const when = { unit: "steps", every: 100 } as const;
  const steps: readonly [string, StepIr][] = [
    ["defaults", prune(1)],
    [
      "every clause",
      prune(1, {
        structure: { blocks: [4, 1] },
        in: ["conv*", { range: [3, 9] }],
        except: [{ place: "first" }, { layer: 'a"*' }],
        where: ["and", ["=", "kind", ["string", "conv2d"]], [">", "params", 1000]],
        layers: ["a", "b", "c", "d", "e"],
        by: taylor,
        normalized: "mean",
        members: "max",
        scope: "row",
        manner: "latently",
        joins: "agree",
        keeping: { share: 0.1 },
        collapse: true,
        aligned: 8,
      }),
    ],
    ["n:m", prune(1, { structure: "2:4" })],
    ["strided", prune(1, { structure: { strided: 2, offset: 1 } })],
    ["a count", prune(1, { count: 12, keeping: 3 })],
    ["keep each", prune(1, { structure: "taps", keepEach: 1 })],
    [
      "a threshold with a restore",
      prune(1, {
        below: 0.1,
        manner: "latently",
        awaitsRestore: true,
      }),
    ],
    [
      "a threshold",
      prune(1, {
        below: ["*", 0.9, ["layer.mean", ["abs", "w"]]],
      }),
    ],
    ["a budget", prune(1, { budget: [{ measure: "macs", relative: true, value: 0.5 }] })],
    [
      "a synflow score",
      prune(1, {
        by: {
          ...l1,
          name: "synflow",
          expr: ["sum", ["abs", ["*", "w", "g"]]],
          under: "synflow",
        },
      }),
    ],
    ["sums over training", prune(1, { by: { ...taylor, over: "training", under: "synflow" } })],
    [
      "a regrow by itself",
      {
        kind: "regrow",
        id: 1,
        text: "regrow filters random 10%",
        structure: "filters",
        except: { place: "last" },
        by: random,
        drop: 0.1,
        allocated: "evenly",
        values: "start",
        includingDropped: true,
      },
    ],
    [
      "reinitialize",
      {
        kind: "reinitialize",
        id: 1,
        text: "reinitialize by he-normal",
        by: { name: "he-normal", args: {} },
      },
    ],
  ];
  test.each(steps)("%s", async (_, step) => {
    const { code } = emit(program(step));
    expect(syntaxErrors(code)).toEqual([]);
    expect(await replay(code)).toEqual([step]);
  });

  test("a phase with everything", async () => {
    const curve = { name: "slow-start", expr: ["^", "t", 2] } as const;
    const rules = [
      {
        kind: "penalize",
        id: 2,
        text: "penalize",
        structure: "filters",
        by: { ...l1, name: "group-lasso" },
        among: { end: "bottom", share: 0.3, by: l1, scope: "global" },
        strength: {
          moving: { from: 0, to: 1e-4, curve: "linear", over: [{ epochs: 5 }, { epochs: 20 }] },
        },
        when: { unit: "epochs", during: [{ epochs: 5 }, { epochs: 20 }] },
      },
      {
        kind: "freeze",
        id: 3,
        text: "freeze",
        structure: "weights",
        in: "conv1",
        when: { unit: "epochs", during: [{ share: 0 }, { share: 0.5 }] },
      },
      {
        kind: "update",
        id: 4,
        text: "update only",
        end: "top",
        share: 0.1,
        by: taylor,
        scope: "local",
        when: { unit: "steps", every: 2 },
      },
      prune(5, {
        to: { moving: { from: 0, to: 0.9, curve } },
        when: { ...when, lands: true, during: [{ epochs: 4 }, { steps: 900 }] },
      }),
      {
        kind: "restore",
        id: 6,
        text: "restore",
        structure: "weights",
        by: l1,
        above: 0.1,
        when: { unit: "epochs", at: [10, 20] },
      },
    ] as const;
    const phase = train(1, {
      finetune: true,
      steps: 1000,
      batch: 64,
      optimizer: {
        name: "adamw",
        rate: { steps: { base: 0.1, at: [{ epochs: 60 }], by: 0.1 } },
        args: { "weight-decay": 1e-4, "clip-norm": 1 },
      },
      loss: { name: "huber", args: { delta: 2 } },
      until: [">=", "accuracy", 0.99],
      rules,
      snapshots: [{ epochs: 2 }],
    });
    const { code } = emit(program(phase));
    expect(syntaxErrors(code)).toEqual([]);
    const [seen, ...fired] = await replay(code);
    expect(seen).toEqual({ ...phase, rules: rules.slice(0, 3) });
    expect(fired).toEqual(rules.slice(3));
  });

  test("scores that differ in what batch norms normalise by alone", async () => {
    const steps = [prune(1, { by: taylor }), prune(2, { by: { ...taylor, statistics: "batch" } })];
    expect(await replay(emit(program(...steps)).code)).toEqual(steps);
  });

  test("loops hand their counters to JavaScript arithmetic", async () => {
    const body = [
      prune(2, { to: ["/", ["*", 0.9, "i"], 5] }),
      prune(3, { by: { ...taylor, over: ["+", "i", 1] } }),
    ];
    const each: StepIr = {
      kind: "for-each",
      id: 4,
      text: "for each layer as L",
      as: "L",
      body: [prune(5, { in: { variable: "L" } })],
    };
    const { code } = emit(
      program({
        kind: "repeat",
        id: 1,
        text: "repeat 5 times as i",
        times: 5,
        as: "i",
        body: [...body, each],
        until: ["<", "macs", 10],
      }),
    );
    expect(syntaxErrors(code)).toEqual([]);
    const log = await replay(code);
    const targets = log.flatMap((node) => JSON.stringify(node).match(/"to":([\d.]+)/)?.[1] ?? []);
    expect(targets.map(Number)).toEqual([1, 2, 3, 4, 5].map((i) => (0.9 * i) / 5));
    expect(log).toContainEqual(prune(3, { by: { ...taylor, over: 4 } }));
    expect(log).toContainEqual(prune(5, { in: { layer: "conv_a" } }));
    expect(log).toContainEqual(["until", 1, ["<", "macs", 10]]);
  });
});

test("of a pair, each score that is summed over training is announced by the id of its own statement", () => {
  const over = { ...taylor, over: "training" } as const;
  const pair = prune(2, {
    by: over,
    in: "conv1",
    when: { unit: "epochs", every: 1 },
    regrow: {
      kind: "regrow",
      id: 3,
      text: "regrow",
      by: { ...over, name: "abs(g)", expr: ["mean", ["abs", "g"]] },
      values: "fresh",
      includingDropped: false,
    },
  });
  const [, announced = ""] =
    /accumulate: \[([^\]]*)\]/.exec(emit(program(train(1, { rules: [pair] }))).code) ?? [];
  expect(announced.trim().split(/\s*\n\s*/)).toEqual([
    expect.stringMatching(/^\{ structure: "filters", in: "conv1", by: \w+ \},$/),
    expect.stringMatching(/^\{ id: 3, structure: "filters", in: "conv1", by: \w+ \},$/),
  ]);
});

test("rules stand in the epoch loop when all of them fire there, else behind the step", () => {
  const at = (rule: Parameters<typeof train>[1]) => emit(program(train(1, rule))).code;
  const every = (unit: "epochs" | "steps", value: number) => prune(2, { when: { unit, every: value } });
  expect(at({ rules: [every("epochs", 2)] })).toMatch(/\n {4}}\n {4}\/\/ prune/);
  expect(at({ rules: [every("epochs", 0.5)] })).toMatch(/step\(batch\);[^\n]*\n {6}\/\/ prune/);
  expect(at({ rules: [every("epochs", 2), every("steps", 10)] })).not.toMatch(/\n {4}}\n {4}\/\/ prune/);
  const start = at({ rules: [prune(2, { when: { unit: "steps", at: [0] } })] });
  expect(start).toMatch(/await phase\.start\(\);\n {2}\/\/ prune[^]*for await/);
});

test("hostile texts and names stay texts and names", async () => {
  const evil = '"); process.exit(1); //\n*/ ${process.exit(1)} \u2028 </script>';
  const step = prune(1, {
    text: evil,
    in: evil,
    except: { layer: evil },
    layers: [evil],
    by: { ...l1, name: evil, expr: ["sum", evil] },
  });
  const loop: StepIr = {
    kind: "repeat",
    id: 2,
    text: evil,
    times: 1,
    as: "await",
    body: [{ ...step, id: 3 }],
  };
  const { code } = emit({
    ...program(step, loop, { kind: "save", id: 4, text: "save", path: evil }),
    source: evil,
    network: evil,
  });
  expect(syntaxErrors(code)).toEqual([]);
  expect(code).not.toMatch(/\u2028/);
  const [seen] = await replay(code);
  expect(seen).toMatchObject({ in: step.in, except: step.except, layers: step.layers, by: step.by });
});

test("every helper that emitted code may name is one of the runtime's", () => {
  const known = new Set(Object.keys(expressions));
  expect(expressionHelpers.filter((name) => !known.has(name))).toEqual([]);
});

test("the same IR gives the same bytes, and lines stay narrow", () => {
  const { code, map } = emit(sentence);
  expect(emit(sentence)).toEqual({ code, map });
  for (const line of code.split("\n")) expect(line.length).toBeLessThanOrEqual(110);
});
