import type { RegrowIr } from "../../compiler/ir/types.js";
import { count } from "./allocate.js";
import type { Moment, PruningContext } from "./context.js";
import { gateGradients } from "./gate-gradients.js";
import { countUnits, groupsOf } from "./groups.js";
import type { Scores } from "./keys.js";
import { entryNode } from "./nodes.js";
import type { EventRecord } from "./record.js";
import { countsOf, structureName } from "./record.js";
import { regrowCounts } from "./regrow-plan.js";
import { revivable, reviveUnits } from "./revive.js";
import { scoreUnits } from "./scores.js";
import type { UnitScores } from "./scores.js";
import { selectListed, selectRange } from "./select.js";
import { spaceOf } from "./spaces.js";
import type { Space } from "./space.js";
import { living } from "./state.js";

/** Carries out a `regrow` that stands alone. */
export async function regrow(context: PruningContext, ir: RegrowIr, moment: Moment): Promise<EventRecord> {
  const structure = ir.structure ?? { name: "weights" };
  const selection = ir.selection ?? { include: [], exclude: [] };
  const space = spaceOf(context, structure, selection);
  const none = new Uint8Array(space.units);
  const { revived, nominal, notes } = await chooseRevived(context, ir, space, none, moment, false);
  reviveUnits(context, space, revived, ir.values, { seed: context.seed, round: moment.key });
  const after = spaceOf(context, structure, selection);
  return {
    id: ir.id,
    action: "regrow",
    structure: structureName(space),
    nominal,
    achieved: count(revived),
    revived: count(revived),
    ...countsOf(after),
    notes,
  };
}

/**
 * The units (1) that a `regrow` brings back: the best of the candidates in every group. Candidates are those dead before the event;
 * `including dropped` admits those it takes. `dropped` (1) are the units that the paired prune takes; `spills` when it ranks layers
 * together.
 */
export async function chooseRevived(
  context: PruningContext,
  ir: RegrowIr,
  space: Space,
  dropped: Uint8Array,
  moment: Moment,
  spills: boolean,
): Promise<{ readonly revived: Uint8Array; readonly nominal: number; readonly notes: readonly string[] }> {
  const candidates = revivable(space);
  if (ir.includingDropped) {
    for (let unit = 0; unit < dropped.length; unit++) if (dropped[unit] === 1) candidates[unit] = 1;
  }
  const groups = groupsOf(space, "local", (unit) => space.status[unit] === living);
  const lost = groups.map((group) => countUnits(group.members, (unit) => dropped[unit] === 1));
  const revived = new Uint8Array(space.units);
  const nothing = count(candidates) === 0;
  if (nothing) return { revived, nominal: 0, notes: [] };
  const scored = await regrowScores(context, ir, space, candidates, moment);
  const counts = regrowCounts(ir, space, groups, lost, candidates, scored.names, moment, spills);
  const best: Scores = scored.units.map((score) => -score);
  groups.forEach(({ members }, i) => {
    const k = counts[i] ?? 0;
    if (members instanceof Int32Array) selectListed(best, candidates, members, k, revived);
    else selectRange(best, candidates, members.from, members.to, k, revived);
  });
  return { revived, nominal: counts.reduce((a, b) => a + b, 0), notes: scored.notes };
}

/** Scores of what is dead: of structures as it was last, their `g` being that of a gate at 0. */
async function regrowScores(
  context: PruningContext,
  ir: RegrowIr,
  space: Space,
  candidates: Uint8Array,
  moment: Moment,
): Promise<UnitScores> {
  const { criterion } = ir;
  const wantsGradient = criterion.needs.includes("g");
  if (space.channelUnits === null) {
    return scoreUnits(context, ir.id, criterion, space, moment);
  }
  const w = lastOrNow(context);
  if (!wantsGradient) return scoreUnits(context, ir.id, criterion, space, moment, { members: "sum" }, { w });
  const gates = await gateGradients(context, criterion, space, candidates, moment);
  const byEntry = Float64Array.from({ length: space.entries }, (_, entry) => {
    const unit = space.channelUnits?.[space.entryUnit?.[entry] ?? entry];
    return gates.get(unit?.root ?? -1) ?? 0;
  });
  const node = entryNode(byEntry);
  return scoreUnits(
    context,
    ir.id,
    criterion,
    space,
    moment,
    { members: "mean" },
    {
      w,
      g: new Map(),
      known: (expr, of) => (expr === "g" && of === space ? node : undefined),
    },
  );
}

/** The weights with what died put back. */
function lastOrNow({ parameters, state }: PruningContext): ReadonlyMap<string, Float32Array> {
  const values = new Map<string, Float32Array>();
  for (const [key, last] of state.last) {
    const data = parameters.get(key)?.data;
    if (data !== undefined)
      values.set(
        key,
        data.map((now, i) => (now === 0 ? (last[i] ?? 0) : now)),
      );
  }
  return values;
}
