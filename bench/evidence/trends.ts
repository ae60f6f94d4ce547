import type { TaskName } from "./tasks.js";

/** How a method is compared with a control, which is its program with something said otherwise. */
export interface TrendPlan {
  readonly task: TaskName;
  readonly set: Readonly<Record<string, string>>;
  /** What stands before the call, of both: methods that start from a trained network need one. */
  readonly before?: string;
  /** What the control does otherwise, in words. */
  readonly control: string;
  /** Parts of the program and what stands there in the control; each must occur. */
  readonly instead: readonly (readonly [from: string, to: string])[];
}

const atRandom = (criterion: string) =>
  ({ control: "choosing at random", instead: [[`by ${criterion}`, "by random"]] }) as const;

const trained = { before: "train 10 epochs" };

/** By the name of the method. */
export const trends: Readonly<Record<string, TrendPlan>> = {
  apoz: {
    task: "convolutions",
    set: { share: "30%", rounds: "2", calibration: "4", retrain: "1 epoch" },
    ...trained,
    ...atRandom("mean(a != 0) over calibration batches"),
  },
  chauvin: {
    task: "convolutions",
    set: { share: "50%", epochs: "10 epochs", retrain: "1 epoch", calibration: "4" },
    ...atRandom("std(a) over calibration batches"),
  },
  "global-activation": {
    task: "dense",
    set: { sparsity: "90%", retrain: "1 epoch" },
    ...trained,
    ...atRandom("abs(w) * mean(abs(x))"),
  },
  han: {
    task: "dense",
    set: { sparsity: "90%", rounds: "3", epochs: "10 epochs", retrain: "5 epochs" },
    ...atRandom("magnitude"),
  },
  "layer-activation": {
    task: "dense",
    set: { sparsity: "90%", retrain: "1 epoch" },
    ...trained,
    ...atRandom("abs(w) * mean(abs(x))"),
  },
  "soft-filter": { task: "convolutions", set: { share: "50%", epochs: "8 epochs" }, ...atRandom("l2") },
  wanda: {
    task: "dense",
    set: { sparsity: "80%", calibration: "4" },
    ...trained,
    ...atRandom("abs(w) * norm(x) over calibration batches"),
  },
};
