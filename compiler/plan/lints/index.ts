import { beyondTraining } from "./beyond-training.js";
import { budgets } from "./budgets.js";
import { collapses } from "./collapses.js";
import { fightingRules } from "./fighting-rules.js";
import type { Lint } from "./finding.js";
import { gatesAtRest } from "./gates-at-rest.js";
import { idleUnits } from "./idle-units.js";
import { flicker } from "./flicker.js";
import { lastCut } from "./last-cut.js";
import { lateRewinds } from "./late-rewinds.js";
import { masksOnly } from "./masks-only.js";
import { misaligned } from "./misaligned.js";
import { neverActs } from "./never-acts.js";
import { noCandidates } from "./no-candidates.js";
import { notSlimmed } from "./not-slimmed.js";
import { rawNorms } from "./raw-norms.js";
import { requirements } from "./requirements.js";
import { roundedAway } from "./rounded-away.js";
import { sharesNothing } from "./shares-nothing.js";
import { shortfall } from "./shortfall.js";
import { spares } from "./spares.js";
import { spentTargets } from "./spent-targets.js";
import { starvation } from "./starvation.js";
import { withoutEffect } from "./without-effect.js";

/** Every lint, in the order in which what they find is told of one statement. */
export const lints: readonly Lint[] = [
  noCandidates,
  spares,
  collapses,
  budgets,
  requirements,
  starvation,
  neverActs,
  beyondTraining,
  spentTargets,
  fightingRules,
  flicker,
  rawNorms,
  shortfall,
  misaligned,
  roundedAway,
  notSlimmed,
  sharesNothing,
  lateRewinds,
  withoutEffect,
  gatesAtRest,
  lastCut,
  masksOnly,
  idleUnits,
];
