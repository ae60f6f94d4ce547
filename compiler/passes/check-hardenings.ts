import type { StepIr } from "../../core/ir/types.js";
import { bodyOf, statements, type StatementIr } from "../../core/ir/walk.js";
import { isEverything } from "../../core/units/select.js";
import { comesBack, hardened, touched, type Pending } from "./pending.js";
import { reportAt } from "./report-at.js";
import type { FrontState } from "./state.js";

interface Seen {
  /** What may not be final yet, by statement. */
  readonly pending: Map<number, Pending>;
  /** Whether there was anything at all: a `harden masks` above it all is an error of its own. */
  any: boolean;
  /** Whether masks or gates came back as they had been, so that nobody knows what of them is final. */
  unsure: boolean;
}

/** Warns of a `harden masks` that finds nothing in its layers that is not final yet. */
export function checkHardenings(state: FrontState): FrontState {
  visit(state.body, { pending: new Map(), any: false, unsure: false }, state);
  return state;
}

function visit(steps: readonly StepIr[], seen: Seen, state: FrontState): void {
  for (const step of steps) {
    const before = new Map(seen.pending);
    // What a loop makes at its end is there in its next pass.
    for (const one of statements([step])) note(one, seen, state);
    if (step.kind === "harden") harden(step, seen, state);
    if (step.kind === "slim") seen.pending.clear();
    visit(bodyOf(step), seen, state);
    // The last pass of such a loop may have been undone, and been the only one.
    if (step.kind === "repeat" && step.while !== undefined)
      for (const [id, pending] of before) seen.pending.set(id, pending);
  }
}

function note(one: StatementIr, seen: Seen, state: FrontState): void {
  const makes = one.kind === "learn" || (one.kind === "prune" && comesBack(one));
  if (makes) {
    seen.pending.set(one.id, { made: one, left: touched(one, state.options.network) });
    seen.any = true;
  }
  const goesBack = one.kind === "rewind" && (one.what.includes("masks") || one.what.includes("gates"));
  seen.unsure ||= goesBack || (one.kind === "load" && one.what === "masks");
}

function harden(step: Extract<StepIr, { kind: "harden" }>, seen: Seen, state: FrontState): void {
  const { network } = state.options;
  // Of the turns of a loop over layers only the run knows the layers: what they leave stays pending.
  const known = isEverything(step) || (network !== undefined && step.layers !== undefined);
  let finds = false;
  for (const [id, pending] of seen.pending) {
    const after = hardened(pending, step, network);
    if (after?.left?.size === pending.left?.size && after !== null) continue;
    finds = true;
    if (after !== null) seen.pending.set(id, after);
    else if (known) seen.pending.delete(id);
  }
  if (finds || seen.unsure || !seen.any) return;
  const where = isEverything(step) ? "nothing is left" : "nothing is left in these layers";
  reportAt(state, step.id, "word", "P3029", `${where} that could become final`, {
    help: "leave it out, or harden below what prunes `softly` or `latently` or learns masks",
  });
}
