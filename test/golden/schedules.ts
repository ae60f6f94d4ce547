import { deepEqual, ok } from "node:assert/strict";
import { exact, planOf } from "./method.js";
import { near, type Vector } from "./vector.js";

const TOTAL = 266200;

/** The share of LeNet-300-100's weights that is dead after each cut. */
const shares = (method: string, set: Record<string, string>): number[] =>
  planOf(method, set).flatMap((event) => (event.action === "prune" ? [exact(event.dead) / TOTAL] : []));

/** s(t) = 0.9 − 0.9 (1 − t)³ at quarters of the way. */
const quarters = [0.520313, 0.7875, 0.885938, 0.9];
const alongQuarters = (method: string, more: Record<string, string>): Vector => ({
  vector: "cubic",
  method,
  about: "at each quarter of the ramp 0.5203, 0.7875, 0.8859 and 0.9 of the weights are dead",
  check() {
    const set = { sparsity: "90%", end: "100%", epochs: "4 epochs", interval: "100 steps", ...more };
    near(shares(method, set).slice(0, 4), quarters, 4);
  },
});

/** Rounds of a fifth of what is left. */
const rounds = (method: string, more: Record<string, string> = {}): Vector => ({
  vector: "rounds",
  method,
  about: "after 5, 10, 15 and 20 rounds of a fifth 0.3277, 0.1074, 0.0352 and 0.0115 of the weights live",
  check() {
    const dead = shares(method, { rounds: "20", ...more });
    near(
      [4, 9, 14, 19].map((round) => 1 - (dead[round] ?? 0)),
      [0.3277, 0.1074, 0.0352, 0.0115],
      4,
    );
  },
});

const kept = [0.630957, 0.398107, 0.251189, 0.158489, 0.1, 0.063096, 0.039811, 0.025119, 0.015849, 0.01];
/** d_k = d_f^(k / n). */
const geometric = (method: string): Vector => ({
  vector: "geometric",
  method,
  about:
    "in ten rounds to 99 % the kept shares fall by the tenth root of a hundredth each: 0.6310, 0.3981, …, 0.01",
  check: () =>
    near(
      shares(method, { rounds: "10", sparsity: "99%" }).map((dead) => 1 - dead),
      kept,
      4,
    ),
});

/** Erdős–Rényi-kernel densities at 90 %. */
const erk = (method: string): Vector => ({
  vector: "densities",
  method,
  about: "at 90 % the layers of LeNet-300-100 keep 0.0796, 0.2302 and all of their weights",
  check() {
    const [first] = planOf(method, { sparsity: "90%" });
    near(
      (first?.layers ?? []).map(({ live, total }) => exact(live) / total),
      [0.079568, 0.230189, 1],
      4,
    );
  },
});

export const schedules: readonly Vector[] = [
  alongQuarters("agp", { begin: "0%" }),
  alongQuarters("polynomial-decay", {}),
  rounds("lottery-ticket"),
  rounds("lr-rewind"),
  rounds("weight-rewind"),
  rounds("late-rewinding"),
  ...["iterative-snip", "force", "synflow"].map(geometric),
  ...["rigl", "random-erk"].map(erk),
  {
    vector: "constant",
    method: "constant-sparsity",
    about: "after every interval the same half of the weights is dead",
    check() {
      const dead = shares("constant-sparsity", { epochs: "3 epochs", interval: "100 steps" });
      deepEqual(dead, [0.5, 0.5, 0.5, 0.5]);
    },
  },
  {
    vector: "turns",
    method: "ac-dc",
    about: "a sparse turn has 90 % of the weights dead, a dense one none, and the last is sparse",
    check() {
      const dead = planOf("ac-dc", { rounds: "2" }).map((event) => exact(event.dead) / TOTAL);
      near(dead, [0.9, 0, 0.9, 0, 0.9]);
    },
  },
  {
    vector: "none",
    method: "dense-control",
    about: "nothing is pruned",
    check: () => deepEqual(planOf("dense-control"), []),
  },
  {
    vector: "rounds",
    method: "han",
    about: "round i of five to 90 % ends with 0.18 i of every layer dead",
    check() {
      const events = planOf("han").filter(({ action }) => action === "prune");
      events.forEach(({ layers }, i) => {
        for (const { live, total } of layers) ok(Math.abs(exact(live) - total * (1 - 0.18 * (i + 1))) <= 0.5);
      });
      deepEqual(events.length, 5);
    },
  },
];
