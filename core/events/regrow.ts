import type { RegrowIr } from "../ir/types.js";
import { count } from "../choose/allocate.js";
import type { Moment, PruningContext } from "./context.js";
import { countUnits, groupsOf } from "../units/groups.js";
import type { Scores } from "../units/keys.js";
import type { EventRecord } from "./record.js";
import { countsOf, structureName } from "./record.js";
import { groupWeights, regrowCounts } from "../choose/regrow-plan.js";
import { revivable, reviveUnits } from "../masks/revive.js";
import { namesIn } from "../expr/names.js";
import type { EventOf, UnitScores } from "./scoring.js";
import { maskedView } from "../masks/masked.js";
import { selectMembers } from "../choose/select.js";
import { spaceOf } from "../units/spaces.js";
import type { Space } from "../units/space.js";

/** Carries out a `regrow` that stands alone. */
export function* regrow(context: PruningContext, ir: RegrowIr, moment: Moment): EventOf<EventRecord> {
  const structure = ir.structure ?? "weights";
  const space = spaceOf(context, structure, ir);
  const dropped = new Uint8Array(space.units);
  const { revived, nominal, notes } = yield* chooseRevived({
    context,
    ir,
    space,
    moment,
    dropped,
    spills: false,
  });
  reviveUnits(context, space, revived, ir.values, { seed: context.seed, round: moment.key });
  return {
    id: ir.id,
    action: "regrow",
    structure: structureName(space),
    nominal,
    achieved: count(revived),
    revived: count(revived),
    ...countsOf(space),
    notes,
  };
}

interface Regrowing {
  readonly context: PruningContext;
  readonly ir: RegrowIr;
  readonly space: Space;
  readonly moment: Moment;
  /** Units (1) that the paired prune takes. */
  readonly dropped: Uint8Array;
  /** Whether the paired prune ranks layers together. */
  readonly spills: boolean;
}

/**
 * The units (1) that a `regrow` brings back: the best of the candidates in every group. Candidates are those dead before the event;
 * `including dropped` admits those it takes.
 */
export function* chooseRevived(
  event: Regrowing,
): EventOf<{ readonly revived: Uint8Array; readonly nominal: number; readonly notes: readonly string[] }> {
  const { ir, space, dropped, moment, spills } = event;
  const candidates = revivable(space);
  if (ir.includingDropped) {
    for (let unit = 0; unit < dropped.length; unit++) if (dropped[unit] === 1) candidates[unit] = 1;
  }
  const groups = groupsOf(space, "local");
  const lost = groups.map((group) => countUnits(group.members, dropped));
  const revived = new Uint8Array(space.units);
  if (count(candidates) === 0) return { revived, nominal: 0, notes: [] };
  const scored = yield* regrowScores(event, candidates);
  const limits = groups.map(({ members }) => countUnits(members, candidates));
  const weights =
    ir.allocated === undefined || ir.allocated === "evenly"
      ? groups.map(() => 1)
      : groupWeights(ir.allocated, space, groups, scored.domain);
  const counts = regrowCounts(ir, groups, lost, limits, weights, moment, spills);
  const best: Scores = scored.units.map((score) => -score);
  groups.forEach(({ members }, i) => {
    selectMembers({ scores: best, open: candidates }, members, counts[i] ?? 0, revived);
  });
  return { revived, nominal: counts.reduce((a, b) => a + b, 0), notes: scored.notes };
}

/** Scores of what is dead: of structures as it was last, their `g` being that of a gate at 0. */
function* regrowScores(event: Regrowing, candidates: Uint8Array): EventOf<UnitScores> {
  const { context, ir, space, moment, dropped } = event;
  const { id, by: criterion, allocated } = ir;
  const beside = allocated === undefined || allocated === "evenly" ? {} : { beside: allocated };
  const request = { id, criterion, space, moment, dropped, ...beside };
  if (space.channelUnits === null) return yield request;
  const values = { w: lastOrNow(context) };
  if (!namesIn(criterion.expr).includes("g")) return yield { ...request, values };
  return yield { ...request, combining: { members: "mean" }, values, gates: candidates };
}

/** The weights with what died put back. */
function lastOrNow(context: PruningContext): ReadonlyMap<string, Float32Array> {
  const shown = maskedView(context);
  const values = new Map<string, Float32Array>();
  for (const [key, last] of context.state.last) {
    const data = shown.get(key)?.data;
    if (data !== undefined)
      values.set(
        key,
        data.map((now, i) => (now === 0 ? (last[i] ?? 0) : now)),
      );
  }
  return values;
}
