import { beforeAll, describe, expect, it } from "vitest";
import { front } from "../../../compiler/passes/index.js";
import { statements } from "../../../core/ir/walk.js";
import type { PenalizeIr } from "../../../core/ir/types.js";
import { openBackend, type Backend } from "../../../runtime/backend/index.js";
import { createExecutor } from "../../../runtime/executor/index.js";
import { penaltyRule } from "../../../runtime/along/penalty.js";
import { productNow } from "../../../runtime/scores/second-order.js";
import { randomStream } from "../../../core/random.js";
import { differencesOn } from "../../helpers/backends.js";
import { topology } from "../../helpers/networks.js";
import { momentOf, settingOf } from "./setting.js";

let backend: Backend;

function ruleOf(text: string): PenalizeIr {
  const { ir, diagnostics } = front(`train 1 epoch { penalize ${text} strength 0.3 }`, {});
  const rule = statements(ir?.body ?? []).find(({ kind }) => kind === "penalize");
  if (rule?.kind !== "penalize") throw new Error(diagnostics.map(({ message }) => message).join("; "));
  return rule;
}

describe.each(differencesOn())("on %s", (name) => {
  beforeAll(async () => void (backend = await openBackend({ backend: name })));

  it.each([
    "weights by g^2",
    "weights by abs(w * g)",
    "weights by g2 + 0.1 * w^2",
    "neurons by norm(g) * sqrt(size)",
    "neurons by sum(w * g)^2",
  ])("the slope of a penalty over gradients is that of differences: %s", (text) => {
    const b = topology();
    const hidden = b.call("Dense", { units: 4, activation: "tanh" }, [b.input([3])], "hidden");
    const model = b.build([b.call("Dense", { units: 2 }, [hidden], "out")]);
    const setting = settingOf(model, 2);
    const { network, parameters } = setting;
    const executor = createExecutor(network, parameters, backend, {
      seed: 1,
      losses: [{ name: "mean-squared-error" }],
    });
    const noise = randomStream(4, "batch");
    const dense = (columns: number, at: number) => ({
      kind: "dense" as const,
      data: Float32Array.from({ length: 5 * columns }, (_, i) => noise.normal(at + i)),
      shape: [5, columns],
    });
    const batch = { inputs: [dense(3, 0)], targets: [dense(2, 100)], size: 5 };
    const rule = penaltyRule(ruleOf(text));
    const gradients = () => executor.gradients(batch, "loss").gradients;
    const zeros = (of: ReadonlyMap<string, Float32Array>) =>
      new Map([...of].map(([key, g]) => [key, new Float32Array(g.length)] as const));
    const value = (slopes?: Map<string, Float32Array>, along?: Map<string, Float32Array>): number => {
      executor.upload();
      const of = new Map([...gradients()].map(([key, g]) => [key, g.slice()] as const));
      return rule.add(setting, momentOf(), slopes ?? zeros(of), of, along);
    };
    executor.upload();
    const slopes = zeros(gradients());
    const along = new Map<string, Float32Array>();
    expect(value(slopes, along)).toBeGreaterThan(0);
    expect(along.size).toBeGreaterThan(0);
    const before = new Map([...parameters].map(([key, { data }]) => [key, data.slice()]));
    for (const [key, more] of productNow({ ...setting, executor }, along, gradients)) {
      const slope = slopes.get(key);
      more.forEach((one, i) => slope && (slope[i] = (slope[i] ?? 0) + one));
    }
    for (const [key, { data }] of parameters) expect(data).toEqual(before.get(key));
    let compared = 0;
    for (const [key, { data }] of parameters)
      for (let i = 0; i < data.length; i += 3) {
        const at = data[i] ?? 0;
        const [far = 0, near = 0] = [0.04, 0.01].map((h) => {
          data[i] = at + h;
          const above = value();
          data[i] = at - h;
          const below = value();
          data[i] = at;
          return (above - below) / (2 * h);
        });
        if (Math.abs(far - near) > 0.01 * (1 + Math.abs(near))) continue;
        compared++;
        expect(Math.abs((slopes.get(key)?.[i] ?? NaN) - near), `${key} ${i}`).toBeLessThan(
          0.02 * (1 + Math.abs(near)),
        );
      }
    expect(compared).toBeGreaterThan(4);
  });
});
