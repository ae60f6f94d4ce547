import { spaceOf } from "../../core/units/spaces.js";
import { scoreUnits } from "../../runtime/scores/scores.js";
import { momentOf } from "../core/masks/setting.js";
import { statementOf } from "./method.js";
import { regression } from "./scores.js";
import { near, type Vector } from "./vector.js";

/** What the prune of a method scores the weights of the regression by, with so many draws where it makes any. */
async function scoresOf(method: string, draws?: string): Promise<ArrayLike<number>> {
  const { by: criterion } = statementOf(method, "prune", draws === undefined ? {} : { draws });
  const context = regression();
  const space = spaceOf(context, "weights", {});
  return (await scoreUnits(context, { id: 1, criterion, space, moment: momentOf() })).units;
}

/** From the Hessian XᵀX / 3 and the gradient −1/6, −25/6, 1 of the regression. */
export const secondOrder: readonly Vector[] = [
  {
    vector: "G2",
    method: "grasp",
    about: "w times the Hessian times the gradient of a regression with three examples",
    check: async () => near(await scoresOf("grasp"), [-0.611111, 17.333333, 1.055556], 3),
  },
  {
    vector: "G2",
    method: "obd",
    about: "half the diagonal of the Hessian times w², within a hundredth, by 10,000 probes",
    check: async () => near(await scoresOf("obd", "10000"), [0.833333, 4, 0.083333], 1.7),
  },
  {
    vector: "second-order Taylor",
    method: "taylor-so",
    about: "(w g − w · H w / 2)² of a regression with three examples",
    check: async () => near(await scoresOf("taylor-so"), [0.840278, 17.361111, 0.111111], 3),
  },
];
