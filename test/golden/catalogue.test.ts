import { deepEqual } from "node:assert/strict";
import { beforeAll, describe, it } from "vitest";
import { compile } from "../../compiler/compile.js";
import { front } from "../../compiler/passes/index.js";
import { valueAt } from "../../compiler/plan/value.js";
import { programOf } from "../../compiler/render/methods.js";
import { statements, type StatementIr } from "../../core/ir/walk.js";
import { killUnits } from "../../core/masks/kill.js";
import { dead } from "../../core/masks/state.js";
import { spaceOf } from "../../core/units/spaces.js";
import { penaltyRule } from "../../runtime/along/penalty.js";
import { pullRule } from "../../runtime/along/pull.js";
import { updateRule } from "../../runtime/along/update-only.js";
import { openBackend, type Backend } from "../../runtime/backend/index.js";
import { compensate, rememberBefore } from "../../runtime/compensate/compensate.js";
import { createExecutor } from "../../runtime/executor/index.js";
import { optimizerNamed } from "../../runtime/optimizers/registry.js";
import type { ScoringContext } from "../../runtime/scores/gather.js";
import { scoreUnits } from "../../runtime/scores/scores.js";
import type { Batch } from "../../runtime/types.js";
import { momentOf, networkOf } from "../core/masks/setting.js";
import { denseSetting, executorOf } from "../core/masks/vectors.js";
import { topology } from "../helpers/networks.js";
import { exact, statementOf } from "./method.js";
import { near } from "./vector.js";

/** Numbers of the catalogue of vectors that no method of the library gives by itself: asked of statements that say them. */

type Of<K extends StatementIr["kind"]> = Extract<StatementIr, { readonly kind: K }>;

/** The statement of this kind in a program. */
function said<K extends StatementIr["kind"]>(kind: K, program: string): Of<K> {
  const { ir, diagnostics } = front(program);
  const found = statements(ir?.body ?? []).find((one): one is Of<K> => one.kind === kind);
  if (found === undefined) throw new Error(diagnostics.map(({ message }) => message).join("; "));
  return found;
}

/** The scores of the weights of a dense layer by what a program says. */
async function scored(by: string, context: ScoringContext): Promise<ArrayLike<number>> {
  const { by: criterion } = said("prune", `prune weights by ${by} 50%\ntrain 1 epoch`);
  const space = spaceOf(context, "weights", {});
  return (await scoreUnits(context, { id: 1, criterion, space, moment: momentOf() })).units;
}

describe("G1: synaptic flow", () => {
  it("of six weights keeps four, then three, in two rounds to a half", () => {
    const b = topology();
    const linear = (units: number) => ({ units, use_bias: false, activation: "linear" });
    const hidden = b.call("Dense", linear(2), [b.input([2])], "first");
    const network = networkOf(b.build([b.call("Dense", linear(1), [hidden], "second")]));
    const set = { rounds: "2", sparsity: "50%" };
    const { plan } = compile(programOf("synflow") ?? "", { network, set, emit: false });
    deepEqual(
      plan?.events.map((event) => 6 - exact(event.dead)),
      [4, 3],
    );
  });
});

describe("G2: one layer, three examples", () => {
  const xs = [
    [1, 2, -1],
    [0, 1, 1],
    [2, -1, 0],
  ];
  const ys = [1, 0, 2];
  const start = [1, -2, 0.5];
  /** Gradients of ½ (x·w − y)², one example a batch. */
  function examplewise(): ScoringContext {
    const { setting, w, key } = denseSetting(start);
    const gradient = (batch: number) => {
      const x = xs[batch] ?? [];
      const residual = x.reduce((sum, value, i) => sum + value * (w[i] ?? 0), -(ys[batch] ?? 0));
      return new Map([[key, Float32Array.from(x, (value) => residual * value)]]);
    };
    return { ...setting, ...executorOf(setting, gradient) };
  }

  it("has the gradient −1/6, −25/6, 1 over its examples", async () => {
    near(await scored("g over 3 batches", examplewise()), [-0.166667, -4.166667, 1]);
  });

  it("has |w g| of shares that add up to 1 where they are divided by their sum", async () => {
    const shares = "abs(w * g) / (layer.mean(abs(w * g)) * alive) over 3 batches";
    near(await scored(shares, examplewise()), [0.018519, 0.925926, 0.055556]);
  });

  it("has the empirical Fisher information 12.083, 29.083, 7.5", async () => {
    near(await scored("g2 over 3 batches", examplewise()), [12.083333, 29.083333, 7.5]);
  });

  it("has the Hessian times the gradient −0.611, −8.667, 2.111, and times the weights 1.5, −4.167, 0.667", async () => {
    const { setting, w, key } = denseSetting(start);
    const gradient = () => {
      const g = new Float32Array(3);
      xs.forEach((x, n) => {
        const residual = x.reduce((sum, value, i) => sum + value * (w[i] ?? 0), -(ys[n] ?? 0));
        x.forEach((value, i) => (g[i] = (g[i] ?? 0) + (residual * value) / 3));
      });
      return new Map([[key, g]]);
    };
    const context = { ...setting, ...executorOf(setting, gradient) };
    near(await scored("hg", context), [-0.611111, -8.666667, 2.111111], 3);
    near(await scored("hw", context), [1.5, -4.166667, 0.666667], 3);
  });

  describe("with a real loss", () => {
    let backend: Backend;
    beforeAll(async () => void (backend = await openBackend({ backend: "cpu" })));

    it("loses 4.416667, and 0.068074 less once `obs` took the third weight: −0.136129 by the slope, 0.068056 by the curve", async () => {
      const { setting, w } = denseSetting(start);
      const executor = createExecutor(setting.network, setting.parameters, backend, {
        seed: 1,
        losses: [{ name: "mean-squared-error" }],
      });
      const batch: Batch = {
        inputs: [{ kind: "dense", data: Float32Array.from(xs.flat()), shape: [3, 3] }],
        targets: [{ kind: "dense", data: Float32Array.from(ys), shape: [3, 1] }],
        size: 3,
      };
      // The sum over three examples, of a squared error that is twice the loss of the vector.
      const loss = (): number => executor.evaluate(batch).loss / 3 / 2;
      const before = loss();
      near([before], [4.416667]);
      const g = [...executor.gradients(batch, "loss").gradients.values()][0] ?? [];
      const context = { ...setting, executor, batches: () => [batch] };
      const remembered = rememberBefore(context);
      killUnits(setting, spaceOf(setting, "weights", {}), Uint8Array.from([0, 0, 1]), dead);
      const { compensating } = statementOf("obs", "prune");
      if (compensating === undefined || "own" in compensating) throw new Error("it compensates");
      // 1e-4 on the diagonal of the Hessian, as a share of the mean of what stays, 5/3 and 2.
      const ridge = 1e-4 / ((5 / 3 + 2) / 2);
      await compensate(context, { ...compensating, ridge }, remembered, momentOf());
      executor.upload(setting.parameters.keys());
      const slope = start.reduce((sum, one, i) => sum + ((g[i] ?? 0) / 2) * ((w[i] ?? 0) - one), 0);
      near([loss() - before, slope, loss() - before - slope], [-0.068074, -0.136129, 0.068056], 5);
      executor.dispose();
    });
  });
});

it("G5: a step of `gsm` at a rate of 0.01, a momentum of 0.98 and a decay of 5e-4", () => {
  const { setting, w, key } = denseSetting([0.5, -1, 0.2, 0.05]);
  const set = { sparsity: "50%", rate: "0.01", momentum: "0.98", decay: "5e-4" };
  const gradient = Float32Array.from([0.1, -0.02, 0.3, 0.4]);
  updateRule(statementOf("gsm", "update", set)).gate(setting, momentOf(), new Map([[key, gradient]]));
  const { name = "adam", rate, args = {} } = statementOf("gsm", "train", set).optimizer ?? {};
  const momentum = new Float32Array(4);
  const hyper = {
    rate: Number(rate),
    step: 1,
    args: new Map(Object.entries(args).map(([k, v]) => [k, Number(v)])),
  };
  optimizerNamed(name).update(w, gradient, { momentum }, hyper);
  near(momentum, [0.10025, -0.0005, 0.3001, 0.000025], 6);
  near(w, [0.4989975, -0.999995, 0.196999, 0.05], 6);
});

it("G6: the thresholds of `dns` lie a tenth under and over the mean 0.313333 and half the deviation 0.309552", async () => {
  const { setting } = denseSetting([0.02, -0.5, 0.3, -0.06, 0.9, 0.1]);
  const all = (value: number) => Array.from({ length: 6 }, () => value);
  near(await scored("layer.mean(abs(w))", setting), all(0.313333));
  near(await scored("layer.std(abs(w))", setting), all(0.309552));
  const set = { strength: "0.5" };
  const { below = NaN } = statementOf("dns", "prune", set);
  const { above } = statementOf("dns", "restore", set);
  const space = spaceOf(setting, "weights", {});
  const at = async (expr: typeof above) =>
    (await scoreUnits(setting, { id: 1, criterion: { name: "at", expr }, space, moment: momentOf() })).units;
  near(await at(below), all(0.421298));
  near(await at(above), all(0.51492));
});

it("G7: the projection of an L0 penalty of 0.2 at a strength of 0.8 keeps what is larger than 0.707107", () => {
  const { setting, key } = denseSetting([0.7, 0.707106, 0.707108, -0.8]);
  const pull = said(
    "pull",
    "train 1 epoch { pull weights toward pruned(by magnitude below sqrt(2 * 0.2 / 0.8)) strength 0.8 }",
  );
  pullRule(pull).add(setting, momentOf(), new Map([[key, new Float32Array(4)]]));
  near(setting.slots.get(key)?.[`aim${pull.id}`] ?? [], [0, 0, 0.707108, -0.8], 6);
});

describe("G9: penalties at −2, −0.5, 0, 0.1, 1", () => {
  const at = [-2, -0.5, 0, 0.1, 1];
  const on = (penalty: string, values: readonly number[]) => {
    const { setting, key } = denseSetting(values);
    const slope = new Float32Array(values.length);
    const penalize = said("penalize", `train 1 epoch { penalize weights by ${penalty} strength 1 }`);
    const value = penaltyRule(penalize).add(setting, momentOf(), new Map([[key, slope]]));
    return { value, slope };
  };
  const each = (penalty: string) => at.map((w) => on(penalty, [w]).value);

  it("weight elimination of scale 1 and of scale 0.5", () => {
    near(each("sum(w^2 / (1 + w^2))"), [0.8, 0.2, 0, 0.009901, 0.5]);
    near(on("sum((w / 0.5)^2 / (1 + (w / 0.5)^2))", at).slope, [-0.055363, -1, 0, 0.739645, 0.32]);
  });

  it("roots, smoothed below 0.2", () => {
    const smooth =
      "sum(sqrt((abs(w) < 0.2) * (3 * w^2 / (4 * 0.2) - w^4 / (8 * 0.2^3) + 3 * 0.2 / 8) + (abs(w) >= 0.2) * abs(w)))";
    near(each(smooth), [1.414214, 0.707107, 0.273861, 0.333073, 1]);
    near(on(smooth, at).slope, [-0.353553, -0.707107, 0, 1.032057, 0.5]);
  });

  it("selective decay, ten times a decay of 5e-4, of the smaller half", () => {
    const { setting, key } = denseSetting([0.5, -0.1, 0.02, -0.9]);
    const slope = new Float32Array(4);
    const penalize = { ...statementOf("swd", "penalize", { sparsity: "50%" }), strength: (10 * 5e-4) / 2 };
    const value = penaltyRule(penalize).add(setting, momentOf(), new Map([[key, slope]]));
    near([value], [2.6e-5], 8);
    near(slope, [0, -5e-4, 1e-4, 0], 8);
  });
});

describe("G13: schedules at parts of their way", () => {
  /** A strength that moves so, at these shares of a phase. */
  const strengths = (moves: string, shares: readonly number[]): number[] => {
    const { strength } = said("penalize", `train 1 epoch { penalize weights by l2 strength ${moves} }`);
    const steps = 84_000;
    return shares.map(
      (share) =>
        valueAt(
          strength,
          {
            names: new Map(),
            phase: {
              times: { epochs: 1, stepsPerEpoch: steps },
              step: Math.round(share * steps),
              window: undefined,
            },
          },
          "value",
        ) ?? NaN,
    );
  };

  it("are those of RigL, SWD and continuous sparsification", () => {
    near(strengths("0.3 -> 0 cosine", [0, 0.25, 0.5, 0.75, 1]), [0.3, 0.256066, 0.15, 0.043934, 0], 6);
    near(strengths("0.1 -> 100000 exponential", [0.25, 0.5, 0.75]), [3.162278, 100, 3162.27766], 3);
    near(strengths("1 -> 200 exponential", [21 / 84, 42 / 84, 63 / 84]), [3.7606, 14.1421, 53.183], 3);
  });
});
