import { beforeAll, describe, expect, test } from "vitest";
import type { ExprIr, PenalizeIr } from "../../../core/ir/types.js";
import { openBackend, type Backend } from "../../../runtime/backend/index.js";
import { createExecutor } from "../../../runtime/executor/index.js";
import { activationPenalty } from "../../../runtime/along/activation-penalty.js";
import { prune } from "./setting.js";
import { randomStream } from "../../../core/random.js";
import { backends } from "../../helpers/backends.js";
import { namedNetworks } from "../../helpers/networks.js";
import { runs } from "../../helpers/runs.js";
import { criterionOf, momentOf, pruneOf, settingOf } from "./setting.js";

let backend: Backend;

const ruleOf = (name: "filters" | "units", expr: ExprIr): PenalizeIr => ({
  kind: "penalize",
  id: 7,
  text: "penalize",
  structure: name,
  by: { ...criterionOf("penalty"), expr },
  strength: 1000,
});

/** A network, a batch for it, and its loss with a penalty as a step of training sees it. */
function stage(model: unknown, rule: PenalizeIr) {
  const setting = settingOf(model, 2);
  const { network, parameters } = setting;
  const executor = createExecutor(network, parameters, backend, {
    seed: 1,
    losses: [{ name: "mean-squared-error" }],
  });
  const dense = (tensor: number, stream: string) => {
    const shape = [3, ...(network.tensors[tensor]?.shape ?? []).slice(1).map((extent) => extent ?? 5)];
    const noise = randomStream(4, stream);
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => noise.normal(i));
    return { kind: "dense" as const, data, shape };
  };
  const batch = {
    inputs: network.inputs.map((tensor) => dense(tensor, "x")),
    targets: network.outputs.map((tensor) => dense(tensor, "y")),
    size: 3,
  };
  const penalty = activationPenalty(rule);
  const step = () => {
    executor.upload();
    const pull = penalty.pull(setting, momentOf());
    if (pull === null) throw new Error("it pulls");
    const { loss, gradients } = executor.trainStep(batch, 0, [pull]);
    return { loss, added: penalty.add(setting, momentOf(), gradients), gradients };
  };
  return { setting, executor, step };
}

describe.each(runs(0, 1) > 0 ? backends("cpu", "wasm") : backends("wasm"))("on %s", (name) => {
  beforeAll(async () => void (backend = await openBackend({ backend: name })));

  test.each([
    ["plain", "filters", ["mean", ["^", "a", 2]]],
    ["residual, identity", "filters", ["sqrt", ["+", 0.1, ["sum", ["^", "a", 2]]]]],
    ["residual, projected", "filters", ["^", ["mean", "a"], 2]],
    ["lstm", "units", ["mean", ["^", "a", 2]]],
    ["flatten to dense", "units", ["std", "a"]],
  ] satisfies readonly (readonly [string, "filters" | "units", ExprIr])[])(
    "slopes in %s over %s are those that differences give: %j",
    (name, structure, expr) => {
      const { setting, step } = stage(namedNetworks.get(name)?.(), ruleOf(structure, expr));
      const first = step();
      expect(first.added).toBeGreaterThan(0);
      const kernels = [...setting.parameters.values()].filter(({ key }) => /kernel$/.test(key));
      let compared = 0;
      for (const [n, { key, data }] of kernels.entries()) {
        const i = (31 * n + 17) % data.length;
        const at = data[i] ?? 0;
        const valueAt = (value: number): number => {
          data[i] = value;
          const { loss, added } = step();
          return loss + added;
        };
        const h = 2 ** -7;
        const [far, near] = [4 * h, h].map(
          (width) => (valueAt(at + width) - valueAt(at - width)) / (2 * width),
        );
        data[i] = at;
        const found = first.gradients.get(key)?.[i] ?? NaN;
        // Differences that disagree among themselves met a kink of the network.
        if (Math.abs((far ?? 0) - (near ?? 0)) > 0.02 * (1 + Math.abs(near ?? 0))) continue;
        compared++;
        expect(Math.abs(found - (near ?? 0)), key).toBeLessThan(0.03 * (1 + Math.abs(near ?? 0)));
      }
      expect(compared).toBeGreaterThan(0);
    },
  );

  test("the dead are not penalized", async () => {
    const { setting, step } = stage(namedNetworks.get("plain")?.(), ruleOf("filters", ["sum", ["abs", "a"]]));
    const before = step().added;
    const ir = pruneOf({
      structure: "filters",
      to: 0.5,
      by: criterionOf("random"),
    });
    await prune(setting, ir, momentOf());
    const after = step().added;
    expect(after).toBeGreaterThan(0);
    expect(after).toBeLessThan(before);
  });
});
