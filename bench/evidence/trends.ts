import type { TaskName } from "./tasks.js";

/** How a method is compared with a control, which is its program with something said otherwise. */
export interface TrendPlan {
  readonly task: TaskName;
  readonly set: Readonly<Record<string, string>>;
  /** What the control does otherwise, in words. */
  readonly control: string;
  /** Parts of the program and what stands there in the control; each must occur. */
  readonly instead: readonly (readonly [from: string, to: string])[];
}

const atRandom = (criterion: string) =>
  ({ control: "choosing at random", instead: [[`by ${criterion}`, "by random"]] }) as const;

/** By the name of the method. */
export const trends: Readonly<Record<string, TrendPlan>> = {
  han: {
    task: "dense",
    set: { sparsity: "90%", rounds: "3", epochs: "10 epochs", retrain: "5 epochs" },
    ...atRandom("magnitude"),
  },
  "soft-filter": { task: "convolutions", set: { share: "50%", epochs: "8 epochs" }, ...atRandom("l2") },
};
