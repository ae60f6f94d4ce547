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

/** 90 % of the weights of a trained network, and an epoch of retraining. */
const cutOnce = { task: "dense", set: { sparsity: "90%", retrain: "1 epoch" }, ...trained } as const;

/** A trained network whose weights say by their size what they are worth: behind batch norms decay alone makes them. */
const decayed = {
  before: "train 10 epochs with sgd(rate: 0.05, momentum: 0.9, weight-decay: 1e-3)",
} as const;

/** By the name of the method. */
export const trends: Readonly<Record<string, TrendPlan>> = {
  agp: {
    task: "dense",
    set: { sparsity: "95%", interval: "20 steps", epochs: "10 epochs" },
    ...atRandom("magnitude"),
  },
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
  fpgm: { task: "wide", set: { share: "70%", epochs: "2 epochs" }, ...decayed, ...atRandom("distance") },
  "global-activation": { ...cutOnce, ...atRandom("abs(w) * mean(abs(x))") },
  "global-gradient": { ...cutOnce, ...atRandom("abs(w * g) with batch statistics") },
  "global-magnitude": { ...cutOnce, ...atRandom("magnitude") },
  han: {
    task: "dense",
    set: { sparsity: "90%", rounds: "3", epochs: "10 epochs", retrain: "5 epochs" },
    ...atRandom("magnitude"),
  },
  "iterative-snip": {
    task: "dense",
    set: { sparsity: "98%", rounds: "10", epochs: "10 epochs" },
    ...atRandom("snip over calibration batches with batch statistics"),
  },
  lamp: {
    task: "dense",
    set: { sparsity: "90%", rounds: "3", epochs: "10 epochs", retrain: "2 epochs" },
    ...atRandom("w^2 / tail"),
  },
  "layer-activation": { ...cutOnce, ...atRandom("abs(w) * mean(abs(x))") },
  "layer-gradient": { ...cutOnce, ...atRandom("abs(w * g) with batch statistics") },
  "layer-magnitude": { ...cutOnce, ...atRandom("magnitude") },
  "lr-rewind": {
    task: "dense",
    set: { share: "60%", rounds: "3", epochs: "3 epochs" },
    ...atRandom("magnitude"),
  },
  "polynomial-decay": {
    task: "dense",
    set: { sparsity: "90%", interval: "20 steps", epochs: "10 epochs" },
    ...atRandom("magnitude"),
  },
  snip: {
    task: "dense",
    set: { sparsity: "98%", epochs: "10 epochs" },
    ...atRandom("snip over calibration batches with batch statistics"),
  },
  "soft-filter": { task: "convolutions", set: { share: "50%", epochs: "8 epochs" }, ...atRandom("l2") },
  synflow: {
    task: "dense",
    set: { sparsity: "98%", rounds: "20", epochs: "10 epochs" },
    ...atRandom("abs(w * g) under synflow"),
  },
  thinet: {
    task: "convolutions",
    set: { share: "50%", calibration: "4", retrain: "1 epoch" },
    ...trained,
    ...atRandom("greedy-order over calibration batches"),
  },
  wanda: {
    task: "dense",
    set: { sparsity: "80%", calibration: "4" },
    ...trained,
    ...atRandom("abs(w) * norm(x) over calibration batches"),
  },
  "weight-rewind": {
    task: "dense",
    set: { share: "60%", rounds: "3", epochs: "5 epochs", retrain: "2 epochs" },
    ...atRandom("magnitude"),
  },
};
