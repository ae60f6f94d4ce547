import { structureKind } from "../../core/ir/structure.js";
import { isSlimmable } from "../../core/units/candidates.js";
import type { PruneIr, RuleIr, StructureIr, TrainIr } from "../../core/ir/types.js";
import { steps, type StatementIr } from "../../core/ir/walk.js";
import { structureText } from "./clauses/structure.js";
import { labelAt, reportAt } from "./report-at.js";
import type { FrontState } from "./state.js";
import { comesBack, hardened, touched, type Pending } from "./pending.js";

interface Seen {
  /** Soft and latent prunes that nothing has made final yet, or not all of it. */
  readonly pending: Map<number, Pending<PruneIr>>;
  /** Structures that died latently so far. */
  readonly latent: Set<string>;
  /** Whether anything ever died softly or latently. */
  soft: boolean;
  /** Whether any masks are learned. */
  learned: boolean;
  /** The last slim, until something is pruned again. */
  slim: number | null;
}

/** Checks that soft and latent deaths become final, and that nothing wants back what is gone or comes back by itself. */
export function checkManners(state: FrontState): FrontState {
  const seen: Seen = { pending: new Map(), latent: new Set(), soft: false, learned: false, slim: null };
  for (const step of steps(state.body)) {
    if (step.kind === "train") visitPhase(step, seen, state);
    else visitOne(step, seen, state);
  }
  for (const { made } of seen.pending.values()) {
    const { id, manner, structure } = made;
    reportAt(state, id, "manner", "P3016", `what dies ${manner} here never becomes final`, {
      help: `end with ${isSlimmable(structureKind(structure)) ? "`slim`, or with " : ""}\`harden masks\``,
    });
  }
  return state;
}

function visitPhase(phase: TrainIr, seen: Seen, state: FrontState): void {
  const slim = phase.rules.find((rule) => rule.kind === "slim");
  for (const rule of phase.rules) {
    visitOne(rule, seen, state);
    const regrow = rule.kind === "prune" ? rule.regrow : rule.kind === "regrow" ? rule : undefined;
    const structure = rule.kind === "prune" ? rule.structure : regrow?.structure;
    if (regrow === undefined || structure === undefined) continue;
    if (slim !== undefined && isSlimmable(structureKind(structure))) {
      reportAt(state, regrow.id, "word", "P3014", "this regrows what `slim` removes in the same phase", {
        labels: labelAt(state, slim.id, "this takes the dead units away"),
        help: "slim below the phase",
      });
    }
    if (rule.kind === "regrow") checkSoftBeside(rule.id, structure, phase.rules, state);
  }
  if (slim !== undefined) seen.pending.clear();
  const learn = phase.rules.find((rule) => rule.kind === "learn");
  if (slim !== undefined && learn !== undefined)
    reportAt(state, slim.id, "word", "P3026", "this makes masks part of the weights while they are learned", {
      labels: labelAt(state, learn.id, "they are learned here"),
      help: "slim below the phase",
    });
}

function checkSoftBeside(
  id: number,
  structure: StructureIr,
  rules: readonly RuleIr[],
  state: FrontState,
): void {
  const text = structureText(structure);
  const soft = rules.find(
    (rule) => rule.kind === "prune" && comesBack(rule) && structureText(rule.structure) === text,
  );
  if (soft?.kind !== "prune") return;
  const message = `units that die ${soft.manner} come back by themselves and take no regrow`;
  reportAt(state, id, "word", "P3015", message, {
    labels: labelAt(state, soft.id, "they die here"),
    help: `leave the regrow out, or leave \`${soft.manner}\` out`,
  });
}

function visitOne(step: StatementIr, seen: Seen, state: FrontState): void {
  switch (step.kind) {
    case "prune":
      seen.slim = null;
      if (!comesBack(step)) break;
      seen.soft = true;
      seen.pending.set(step.id, { made: step, left: touched(step, state.options.network) });
      if (step.manner === "latently") seen.latent.add(structureText(step.structure));
      break;
    case "learn":
      seen.learned = true;
      break;
    case "harden":
      if (!seen.soft && !seen.learned) {
        const message = "nothing died softly or latently that could become final, and no masks were learned";
        reportAt(state, step.id, "word", "P3017", message, {
          help: "`harden masks` ends `softly` and `latently`, and makes learned masks part of the weights",
        });
      }
      for (const [id, pending] of seen.pending) {
        const after = hardened(pending, step, state.options.network);
        if (after === null) seen.pending.delete(id);
        else seen.pending.set(id, after);
      }
      break;
    case "restore": {
      const text = structureText(step.structure);
      if (seen.latent.has(text)) break;
      reportAt(state, step.id, "word", "P3017", `no ${text} died latently that could be restored`, {
        help: "`restore` revives what `prune … latently` above it masked",
      });
      break;
    }
    case "slim":
      seen.pending.clear();
      seen.slim = step.id;
      break;
    case "regrow":
      if (seen.slim === null || step.structure === undefined || !isSlimmable(structureKind(step.structure)))
        break;
      reportAt(state, step.id, "word", "P3014", "this regrows what `slim` has removed", {
        labels: labelAt(state, seen.slim, "this took the dead units away"),
        help: "regrow above the slim, or prune again first",
      });
  }
}
