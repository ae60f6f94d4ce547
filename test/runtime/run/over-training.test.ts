import { describe, expect, it } from "vitest";
import type { ExprIr } from "../../../core/ir/types.js";
import { evaluateEntries } from "../../../core/expr/domain.js";
import { spaceDomain } from "../../../core/expr/domains.js";
import { sampleTerms } from "../../../core/expr/terms.js";
import { spaceOf } from "../../../core/units/spaces.js";
import {
  a,
  abs,
  add,
  criterion,
  div,
  g,
  g2,
  ga,
  layer,
  mean,
  mul,
  norm,
  openRun,
  pow,
  sgd,
  sub,
  sum,
  w,
  x,
  type OpenRun,
} from "../../../runtime/index.js";
import { pruningContext } from "../../../runtime/run/host/engine.js";
import type { StructureIr } from "../../../core/ir/types.js";
import { sampleStatistics } from "../../../runtime/scores/sample-statistics.js";
import { options, residualNetwork, smallNetwork } from "./fixtures.js";
import { runProgram } from "./program.js";

const network = smallNetwork();
const everything = {};

/** What the units score on one batch by a pass of its own. */
function scoresOn(
  run: OpenRun,
  batch: Parameters<OpenRun["session"]["executor"]["gradients"]>[0],
  structure: StructureIr,
  expr: ExprIr,
) {
  const context = pruningContext(run.session);
  const space = spaceOf(context, structure, everything);
  const statistics = sampleStatistics(space, sampleTerms([expr]));
  const { gradients } = run.session.executor.gradients(batch, "loss", {
    observe: statistics.observation,
    statistics: "batch",
  });
  const squares = new Map([...gradients].map(([key, values]) => [key, values.map((one) => one * one)]));
  const { seed, slots } = context;
  const gathered = statistics.node;
  return evaluateEntries(
    expr,
    spaceDomain(space, { seed, keys: [2], slots, g: gradients, g2: squares, gathered }),
  );
}

describe("a score over training", () => {
  it.each<readonly [StructureIr, ExprIr]>([
    ["filters", mean(abs(a))],
    ["filters", abs(mean(mul(a, ga)))],
    ["neurons", mul(mean(abs(a)), norm(w))],
    ["channels", norm(a)],
    ["weights", mul(abs(w), norm(x))],
    ["weights", g2],
    ["filters", add(sum(mul(w, g)), mean(a))],
  ])("of %s by %j is that of the batches it trains on", async (structure, expr) => {
    const run = await openRun(options({ network, backend: "cpu" }));
    const by = criterion("score", expr, { over: "training" });
    const phase = await run.train(1, { steps: 3, optimizer: sgd({ rate: 0.1 }) });
    phase.rule(2, { at: [3], unit: "steps", accumulate: { structure, by } });
    const expected: number[] = [];
    for await (const epoch of phase.epochs()) {
      for await (const batch of phase.batches(epoch)) {
        scoresOn(run, batch, structure, expr).forEach(
          (value, i) => (expected[i] = (expected[i] ?? 0) + value),
        );
        await phase.step(batch);
      }
    }
    const { steps, sums } = run.session.phase?.training.sums().get(2) ?? { steps: 0, sums: [] };
    expect(steps).toBe(3);
    expect(sums.length).toBe(expected.length);
    const most = Math.max(...expected.map(Math.abs));
    expect(most).toBeGreaterThan(1e-4);
    expected.forEach((value, i) => expect(Math.abs((sums[i] ?? NaN) - value)).toBeLessThan(1e-3 * most));
    await phase.end();
  });

  it("holds a threshold against what was summed beside it", async () => {
    const run = await openRun(options({ network, backend: "cpu" }));
    const score = mean(abs(a));
    const by = criterion("score", score, { over: "training" });
    const beside = mul(0.9, layer.mean(mul(2, score)));
    const phase = await run.train(1, { steps: 3, optimizer: sgd({ rate: 0.1 }) });
    const rule = phase.rule(2, { at: [3], unit: "steps", accumulate: { structure: "neurons", by, beside } });
    const sums: number[] = [];
    for await (const epoch of phase.epochs()) {
      for await (const batch of phase.batches(epoch)) {
        scoresOn(run, batch, "neurons", score).forEach((value, i) => (sums[i] = (sums[i] ?? 0) + value));
        await phase.step(batch);
        if (rule.due()) await run.prune(2, { structure: "neurons", by, below: div(beside, 2) });
      }
    }
    const limit = (0.9 * sums.reduce((one, other) => one + other, 0)) / sums.length;
    const under = sums.filter((value) => value < limit).length;
    expect(under).toBeGreaterThan(0);
    expect(under).toBeLessThan(sums.length);
    expect(run.session.state.channels.filter((code) => code === 1)).toHaveLength(under);
  });

  it("is summed for a restore, a regrow that is paired and one that is not", async () => {
    const { code, told } = await runProgram(
      `train 6 steps batch 8 with sgd(rate: 0.01) {
         prune weights by magnitude 30% at step 2
         regrow by abs(g) over training
         regrow weights by abs(g) over training 10% at step 4
       }
       train 6 steps batch 8 with sgd(rate: 0.01) {
         prune filters by l1 20% latently at step 2
         restore filters by abs(sum(w * g)) over training above 0 at step 5
       }
       harden masks`,
      network,
      { backend: "cpu" },
    );
    expect(code.match(/accumulate: /g)).toHaveLength(3);
    expect(told.join("\n")).not.toContain("scored on one batch");
  });

  it("says so where nothing was trained on yet", async () => {
    const { told } = await runProgram(
      "train 2 steps { prune filters by taylor over training 1 at step 0 }",
      network,
      { backend: "cpu" },
    );
    expect(told.join("\n")).toContain(
      "nothing was trained on since the last event, so this one scored on one batch",
    );
  });

  it("scores what is latently dead by the values underneath", async () => {
    const run = await openRun(options({ network, backend: "cpu" }));
    const by = criterion("score", sub(mul(0, g), abs(w)), { over: "training" });
    const phase = await run.train(1, { steps: 4, optimizer: sgd({ rate: 0 }) });
    const accumulate = { structure: "weights", by, latent: true } as const;
    const rule = phase.rule(2, { every: 2, unit: "steps", accumulate });
    const before = run.session.parameters.get("d1/kernel")?.data.slice();
    for await (const epoch of phase.epochs()) {
      for await (const batch of phase.batches(epoch)) {
        await phase.step(batch);
        if (rule.due()) await run.prune(2, { structure: "weights", by, to: 0.5, manner: "latently" });
      }
    }
    // The largest go. Both events see the same weights: what died at the first one dies again, and nothing else.
    const codes = run.session.state.elements.get("d1/kernel");
    const limit =
      [...(before ?? [])].map(Math.abs).sort((one, other) => one - other)[(before?.length ?? 0) / 2 - 1] ?? 0;
    before?.forEach((value, i) => expect(codes?.[i] !== 0, `weight ${i}`).toBe(Math.abs(value) > limit));
  });
});

describe("a score in every step", () => {
  const trained = async (by: ExprIr) => {
    const run = await openRun(options({ network, backend: "cpu" }));
    const updates = [{ id: 3, end: "top" as const, share: 0.1, by, scope: "global" as const }];
    const phase = await run.train(1, { steps: 4, optimizer: sgd({ rate: 0.1 }), updates });
    for await (const epoch of phase.epochs())
      for await (const batch of phase.batches(epoch)) await phase.step(batch);
    await phase.end();
    return run.session.parameters.get("c2/kernel")?.data;
  };
  it("has the squares of the gradient of its one batch", async () => {
    expect(await trained(mul(pow(w, 2), g2))).toEqual(await trained(pow(mul(w, g), 2)));
  });
});

describe("a threshold", () => {
  it("may be the least of a layer", async () => {
    const { run } = await runProgram("prune filters by l1 below layer.min(l1) * 1.0001", network, {
      backend: "cpu",
    });
    expect(run.session.state.channels.filter((code) => code === 1)).toHaveLength(2);
  });

  it("may be over batch norms", async () => {
    const { run } = await runProgram(
      "train 1 step with sgd(rate: 0.1)\nprune filters in *1 by abs(gamma) below layer.mean(abs(gamma))",
      residualNetwork(),
    );
    const dead = run.session.state.channels.filter((code) => code === 1).length;
    expect(dead).toBeGreaterThan(0);
    expect(dead).toBeLessThan(14);
  });
});
