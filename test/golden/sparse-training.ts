import { deepEqual } from "node:assert/strict";
import { denseSetting, executorOf } from "../core/masks/vectors.js";
import { momentOf, prune } from "../core/masks/setting.js";
import { statementOf } from "./method.js";
import { near, type Vector } from "./vector.js";

export const sparseTraining: readonly Vector[] = [
  {
    vector: "G3",
    method: "rigl",
    about:
      "the smallest of the living drop, the largest gradients grow, and what does both keeps its value and state",
    async check() {
      const start = [0.5, -0.1, 0, 0.9, 0, -0.3, 0.05, 0];
      const { setting, w, key } = denseSetting(start);
      const g = new Map([[key, Float32Array.from([0.1, 0.2, -0.9, 0, 0.4, 0.1, 0.8, -0.5])]]);
      const codes = Uint8Array.from(start, (value) => (value === 0 ? 1 : 0));
      setting.state.elements.set(key, codes);
      setting.slots.set(key, { momentum: new Float32Array(8).fill(2) });
      const swap = { ...statementOf("rigl", "prune", {}, 1), drop: 0.4 };
      await prune({ ...setting, ...executorOf(setting, () => g) }, swap, momentOf());
      deepEqual([...(setting.state.elements.get(key) ?? [])], [0, 1, 0, 0, 1, 0, 0, 1]);
      near(w, [0.5, 0, 0, 0.9, 0, -0.3, 0.05, 0]);
      near(setting.slots.get(key)?.["momentum"] ?? [], [2, 0, 0, 2, 2, 2, 2, 2]);
    },
  },
  {
    vector: "G4",
    method: "set",
    about: "of ten weights the smallest of each sign goes, as many as the share of each gives",
    async check() {
      const { setting, w } = denseSetting([0.9, 0.1, 0.4, 0.2, -0.7, -0.05, -0.3, -0.6, 0.8, -0.2]);
      // 0.2 of five of each sign: the vector's ⌊0.3 · 5⌋.
      const { regrow: _, ...swap } = { ...statementOf("set", "prune", {}, 1), drop: 0.2 };
      await prune(setting, swap, momentOf());
      near(w, [0.9, 0, 0.4, 0.2, -0.7, 0, -0.3, -0.6, 0.8, -0.2]);
    },
  },
];
