import { compensate, rememberBefore } from "../../runtime/compensate/compensate.js";
import type { ScoringContext } from "../../runtime/scores/gather.js";
import { scoreUnits } from "../../runtime/scores/scores.js";
import { killUnits } from "../../core/masks/kill.js";
import { dead } from "../../core/masks/state.js";
import { spaceOf } from "../../core/units/spaces.js";
import { topology } from "../helpers/networks.js";
import { denseSetting, executorOf } from "../core/masks/vectors.js";
import { momentOf, settingOf } from "../core/masks/setting.js";
import { statementOf } from "./method.js";
import { near, type Vector } from "./vector.js";

/** With an executor under which every layer reads these rows. */
function reading(setting: ScoringContext, rows: readonly (readonly number[])[]): ScoringContext {
  const { executor, batches } = executorOf(setting, () => new Map());
  if (executor === undefined || batches === undefined) throw new Error("there are both");
  const shape = [rows.length, rows[0]?.length ?? 0];
  return {
    ...setting,
    batches: (_, moment) => batches(1, moment),
    executor: {
      ...executor,
      evaluate(batch, observe) {
        const input = Float32Array.from(rows.flat());
        for (const layer of observe?.layers ?? [])
          observe?.onActivation?.(layer, 0, new Float32Array(0), [], input, shape);
        return executor.evaluate(batch);
      },
    },
  };
}

/** The regression of three examples: the Hessian is XᵀX / 3. */
const examples = [
  [1, 2, -1],
  [0, 1, 1],
  [2, -1, 0],
];

/** Three neurons that one output reads with these weights, and what they give in some examples. */
async function orderOf(method: string, weights: readonly number[], given: readonly (readonly number[])[]) {
  const b = topology();
  const config = { activation: "linear", use_bias: false };
  const hidden = b.call("Dense", { units: 3, ...config }, [b.input([2])], "hidden");
  const setting = settingOf(b.build([b.call("Dense", { units: 1, ...config }, [hidden], "out")]));
  setting.parameters.get("out/kernel")?.data.set(weights);
  const space = spaceOf(setting, "neurons", {});
  const { by: criterion } = statementOf(method, "prune");
  return (await scoreUnits(reading(setting, given), { id: 1, criterion, space, moment: momentOf() })).units;
}

export const reconstruction: readonly Vector[] = [
  {
    vector: "G2",
    method: "obs",
    about: "w² / 2 [H⁻¹] of a regression with three examples, within a thousandth",
    async check() {
      const { setting } = denseSetting([1, -2, 0.5]);
      const { by: criterion } = statementOf("obs", "prune");
      const space = spaceOf(setting, "weights", {});
      const request = { id: 1, criterion, space, moment: momentOf() };
      near((await scoreUnits(reading(setting, examples), request)).units, [0.74249, 3.629894, 0.068069], 2.7);
    },
  },
  {
    vector: "G2",
    method: "obs",
    about: "the weights that stay once the one of the lowest score went, 1e-4 on the diagonal of the Hessian",
    async check() {
      const { setting, w } = denseSetting([1, -2, 0.5]);
      const context = reading(setting, examples);
      const before = rememberBefore(context);
      killUnits(setting, spaceOf(setting, "weights", {}), Uint8Array.from([0, 0, 1]), dead);
      const { compensating } = statementOf("obs", "prune");
      if (compensating === undefined || "own" in compensating) throw new Error("it compensates");
      // A share of the mean of the diagonal of what stays, 5/3 and 2.
      await compensate(context, { ...compensating, ridge: 1e-4 / ((5 / 3 + 2) / 2) }, before, momentOf());
      near(w, [0.900006, -2.083329, 0], 5);
    },
  },
  {
    vector: "greedy order",
    method: "thinet",
    about:
      "of neurons that add 3, 6 and −3, −6 and 2, 1 to an output the third goes first, then the second, since it makes up for it",
    check: async () =>
      near(
        await orderOf(
          "thinet",
          [3, -3, 1],
          [
            [1, 1, 2],
            [2, 2, 1],
          ],
        ),
        [3, 2, 1],
      ),
  },
  {
    vector: "LASSO by hand",
    method: "lasso-channel",
    about:
      "of neurons that give 2, 3 and 1 to an output, each in an example of its own, the path lets them in at 4, 9 and 1 ninths",
    check: async () =>
      near(
        await orderOf(
          "lasso-channel",
          [2, 3, 1],
          [
            [1, 0, 0],
            [0, 1, 0],
            [0, 0, 1],
          ],
        ),
        [0.444444, 1, 0.111111],
      ),
  },
];
