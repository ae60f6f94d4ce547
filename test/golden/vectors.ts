import { gates } from "./gates.js";
import { penalties } from "./penalties.js";
import { pulls } from "./pulls.js";
import { quantization } from "./quantization.js";
import { reconstruction } from "./reconstruction.js";
import { schedules } from "./schedules.js";
import { scores } from "./scores.js";
import { secondOrder } from "./second-order.js";
import { searches } from "./searches.js";
import { sparseTraining } from "./sparse-training.js";
import { structures } from "./structures.js";
import type { Vector } from "./vector.js";

/** All of them. */
export const vectors: readonly Vector[] = [
  ...scores,
  ...penalties,
  ...gates,
  ...sparseTraining,
  ...schedules,
  ...structures,
  ...secondOrder,
  ...reconstruction,
  ...pulls,
  ...quantization,
  ...searches,
];
