/** What a phase may minimize. */
export const losses = [
  "cross-entropy",
  "binary-cross-entropy",
  "mean-squared-error",
  "mean-absolute-error",
  "huber",
  "hinge",
  "kl-divergence",
] as const;
export type LossName = (typeof losses)[number];
