import { deepEqual } from "node:assert/strict";
import { maskedData } from "../../core/masks/masked.js";
import { topology } from "../helpers/networks.js";
import { updateRule } from "../../runtime/along/update-only.js";
import { denseSetting, executorOf } from "../core/masks/vectors.js";
import { momentOf, prune, regrow, restore, settingOf } from "../core/masks/setting.js";
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
  {
    vector: "G5",
    method: "gsm",
    about: "of |w g| = 0.05, 0.02, 0.06, 0.02 the two largest keep their gradient",
    check() {
      const { setting, key } = denseSetting([0.5, -1, 0.2, 0.05]);
      const g = Float32Array.from([0.1, -0.02, 0.3, 0.4]);
      const rule = updateRule(statementOf("gsm", "update", { sparsity: "50%" }));
      rule.gate(setting, momentOf(), new Map([[key, g]]));
      near(g, [0.1, 0, 0.3, 0]);
    },
  },
  {
    vector: "G6",
    method: "dns",
    about: "what lies under the lower threshold takes no part, what lies between the two is left alone",
    async check() {
      const { setting, w, key } = denseSetting([0.02, -0.5, 0.3, -0.06, 0.9, 0.1]);
      const set = { strength: "0.5" };
      await prune(setting, statementOf("dns", "prune", set), momentOf());
      near(maskedData(setting, key) ?? [], [0, -0.5, 0, 0, 0.9, 0]);
      near(w, [0.02, -0.5, 0.3, -0.06, 0.9, 0.1]);
      // Grown over the upper threshold it is back.
      w[2] = 0.8;
      await restore(setting, statementOf("dns", "restore", set), momentOf());
      near(maskedData(setting, key) ?? [], [0, -0.5, 0.8, 0, 0.9, 0]);
    },
  },
  ...["two-in-four", "tfmot-two-in-four"].map((method): Vector => ({
    vector: "G8",
    method,
    about: "the two largest of every four stay; of three equals the first goes",
    async check() {
      const { setting, w } = denseSetting([0.1, -0.4, 0.3, 0.2, 0.5, 0.5, -0.5, 0.1]);
      await prune(setting, statementOf(method, "prune"), momentOf());
      near(w, [0, -0.4, 0.3, 0, 0, 0.5, -0.5, 0]);
    },
  })),
  {
    vector: "G10",
    method: "snfs",
    about: "layers of mean momentum 0.2, 0.1 and 0.5 get 0.25, 0.125 and 0.625 of what grows",
    async check() {
      const b = topology();
      const input = b.input([16]);
      const means = [0.2, 0.1, 0.5];
      const setting = settingOf(
        b.build(means.map((_, i) => b.call("Dense", { units: 1, use_bias: false }, [input], `d${i}`))),
      );
      means.forEach((mean, i) => {
        setting.state.elements.set(`d${i}/kernel`, new Uint8Array(16).fill(1, 8));
        setting.slots.set(`d${i}/kernel`, { momentum: new Float32Array(16).fill(-mean, 0, 8) });
      });
      const { regrow: grown } = statementOf("snfs", "prune", {}, 1);
      if (grown === undefined) throw new Error("nothing grows");
      await regrow(setting, { ...grown, structure: "weights", count: 8 }, momentOf());
      const living = means.map(
        (_, i) => setting.state.elements.get(`d${i}/kernel`)?.filter((code) => code === 0).length,
      );
      deepEqual(living, [10, 9, 13]);
    },
  },
  {
    vector: "masks",
    method: "dnw",
    about: "the largest take part now, and a weight that outgrew one of them takes its place",
    async check() {
      const { setting, w, key } = denseSetting([0.5, -1, 0.2, 0.1]);
      const statement = statementOf("dnw", "prune", { sparsity: "50%" });
      await prune(setting, statement, momentOf());
      near(maskedData(setting, key) ?? [], [0.5, -1, 0, 0]);
      w[2] = 0.7;
      await prune(setting, statement, momentOf(2));
      near(maskedData(setting, key) ?? [], [0, -1, 0.7, 0]);
      near(w, [0.5, -1, 0.7, 0.1]);
    },
  },
];
