import { evaluate } from "../../core/expr/evaluate.js";
import { topology } from "../helpers/networks.js";
import { momentOf, prune, settingOf } from "../core/masks/setting.js";
import { statementOf } from "./method.js";
import { near, type Vector } from "./vector.js";

export const searches: readonly Vector[] = [
  {
    vector: "input channels",
    method: "amc",
    about:
      "of channels that are read by weights with sums 3, 1, 2.5, 1.5 a share of 50 % takes the second and the fourth",
    async check() {
      const b = topology();
      const first = b.call("Dense", { units: 4 }, [b.input([3])], "first");
      const setting = settingOf(b.build([b.call("Dense", { units: 2 }, [first], "second")]));
      const kernel = setting.parameters.get("second/kernel")?.data;
      kernel?.set([1, -2, 0.5, 0.5, 2.25, 0.25, -1.5, 0]);
      // What makes them is large where what reads them is small.
      setting.parameters.get("first/kernel")?.data.set([1, 9, 1, 9, 1, 9, 1, 9, 1, 9, 1, 9]);
      await prune(setting, { ...statementOf("amc", "prune"), drop: 0.5 }, momentOf());
      near(kernel ?? [], [1, -2, 0, 0, 2.25, 0.25, 0, 0]);
    },
  },
  {
    vector: "reward",
    method: "try-and-learn",
    about:
      "of a tolerance of 2 % a drop of 1 % leaves a half, by the logarithm of how many times smaller the network is; a drop of 3 % costs as much",
    check() {
      const { maximizing } = statementOf("try-and-learn", "search", { tolerance: "2%" });
      const rewardOf = (accuracy: number, params: number): number =>
        evaluate(
          maximizing,
          new Map(Object.entries({ "dense.accuracy": 0.9, accuracy, params, "start.params": 800 })),
        ) ?? NaN;
      near([rewardOf(0.89, 400), rewardOf(0.87, 400), rewardOf(0.9, 100)], [0.346574, -0.346574, 2.079442]);
    },
  },
];
