import { evaluate } from "../../core/expr/evaluate.js";
import { statementOf } from "./method.js";
import { near, type Vector } from "./vector.js";

export const searches: readonly Vector[] = [
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
