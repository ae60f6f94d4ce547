import { scoreOf, type GateKind } from "./types.js";

/** What is known of gates in JavaScript before it runs; the runtime puts their functions in place (`runtime/own/gate.ts`). */
export const unseen: GateKind = {
  guards: "either",
  draws: "batch",
  ofWeights: false,
  args: {},
  takesShare: false,
  freezes: false,
  params: {},
  draw: () => {
    throw new Error("gates in JavaScript are drawn by their own kind");
  },
  through: "weights",
  term: { per: "unit", bound: false, usual: 0, add: () => 0 },
  test: ({ z = new Float32Array(0) }) => z,
  scores: { gate: scoreOf("z") },
};
