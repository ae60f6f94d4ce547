import { exact, planOf } from "./method.js";
import { near, type Vector } from "./vector.js";

const TOTAL = 266200;

/** The share of LeNet-300-100's weights that is dead after each event. */
const shares = (method: string, set: Record<string, string>): number[] =>
  planOf(method, set).flatMap((event) => (event.action === "prune" ? [exact(event.dead) / TOTAL] : []));

export const schedules: readonly Vector[] = [
  {
    vector: "cubic",
    method: "agp",
    about:
      "at a quarter, a half, three quarters and the end of the ramp 0.5203, 0.7875, 0.8859 and 0.9 of the weights are dead",
    check: () =>
      near(
        shares("agp", { begin: "0%", end: "100%", epochs: "4 epochs", interval: "100 steps" }),
        [0.520313, 0.7875, 0.885938, 0.9],
        4,
      ),
  },
  {
    vector: "rounds",
    method: "lottery-ticket",
    about: "after 5, 10, 15 and 20 rounds of a fifth 0.3277, 0.1074, 0.0352 and 0.0115 of the weights live",
    check() {
      const dead = shares("lottery-ticket", { rounds: "20" });
      near(
        [4, 9, 14, 19].map((round) => 1 - (dead[round] ?? 0)),
        [0.3277, 0.1074, 0.0352, 0.0115],
        4,
      );
    },
  },
];
