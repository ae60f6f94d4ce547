import { thresholdOf } from "../ir/amounts.js";
import type { PruneIr, RegrowIr } from "../ir/types.js";
import { count } from "../choose/allocate.js";
import { chooseUnits, type PruneEvent } from "../choose/choose.js";
import type { Moment, PruningContext } from "./context.js";
import { countUnits, groupsOf } from "../units/groups.js";
import { killUnits } from "../masks/kill.js";
import type { EventRecord, Stuck } from "./record.js";
import { countsOf, structureName } from "./record.js";
import { netDrops } from "../choose/regrow-plan.js";
import { chooseRevived } from "./regrow.js";
import { releaseUnits, reviveUnits } from "../masks/revive.js";
import { masters } from "./restore.js";
import type { EventOf } from "./scoring.js";
import { selectMembers } from "../choose/select.js";
import { collapse, emptiedLayers } from "../network/collapse.js";
import { spaceOf } from "../units/spaces.js";
import type { Space } from "../units/space.js";
import { dead, frozen, latent, living, soft } from "../masks/state.js";

const codes = { held: dead, softly: soft, latently: latent, frozen } as const;

/** Carries out one event of a `prune` statement, the paired `regrow` included. Parameters, slots and state change in place. */
export function* prune(context: PruningContext, ir: PruneIr, moment: Moment): EventOf<EventRecord> {
  const space = spaceOf(context, ir.structure, ir, ir.joins);
  const values = ir.manner === "latently" ? { w: masters(context) } : {};
  const { id, by: criterion } = ir;
  const threshold = thresholdOf(ir);
  const beside = threshold === null ? {} : { beside: threshold.value };
  const scored = yield { id, criterion, space, moment, combining: ir, values, ...beside };
  // Two thresholds with a gap between them (dynamic network surgery; Guo, Yao and Chen 2016): what fell under the lower one stays
  // dead until a `restore` finds it over the upper one. Without any `restore`, units over the threshold come back by themselves.
  const waits = ir.awaitsRestore === true;
  const open = openUnits(space, waits ? "held" : ir.manner);
  const event = { context, ir, space, scored, open, moment };
  const wanted = yield* choose(event);
  const mayEmpty = ir.collapse && ir.manner !== "frozen" && ir.structure !== "layers";
  const stuck = mayEmpty ? whyStuck(event, wanted) : undefined;
  const choice = stuck ? yield* choose({ ...event, ir: { ...ir, collapse: false } }) : wanted;
  const { taken, pair, killed } = choice;
  if (!waits) releaseUnits(context, space, killed, ir.manner);
  killUnits(context, space, killed, codes[ir.manner]);
  if (ir.regrow && pair) {
    reviveUnits(context, space, pair.revived, ir.regrow.values, { seed: context.seed, round: moment.key });
  }
  return {
    id: ir.id,
    action: "prune",
    structure: structureName(space),
    nominal: taken.nominal,
    achieved: pair && !moment.trainingFollows ? count(pair.killed) : taken.achieved,
    revived: pair?.count ?? 0,
    ...countsOf(space),
    notes: [
      ...scored.notes,
      ...(taken.notes ?? []),
      ...(pair?.notes ?? []),
      ...(stuck ? [`${stuck.why.message}: no layer was emptied here`] : []),
    ],
    ...(stuck && { stuck }),
  };
}

interface Choice {
  readonly taken: ReturnType<typeof chooseUnits>;
  readonly pair: Swap | null;
  /** Units (1) that die. */
  readonly killed: Uint8Array;
}

function* choose(event: PruneEvent): EventOf<Choice> {
  const taken = chooseUnits(event);
  const pair = event.ir.regrow ? yield* swap(event, event.ir.regrow, taken.chosen) : null;
  return { taken, pair, killed: pair?.killed ?? taken.chosen };
}

/** Why what would be emptied cannot go whole, with all that may yet become final; undefined where it can. */
function whyStuck({ context, space, open }: PruneEvent, { killed, pair }: Choice): Stuck | undefined {
  const { network, state } = context;
  const { channelUnits, layers, entryUnit } = space;
  if (channelUnits === null) return undefined;
  const gone = state.channels.map((code) => (code === living || code === frozen ? 0 : 1));
  channelUnits.forEach(({ channels }, unit) => {
    if (open[unit] !== 1 && pair?.revived[unit] !== 1) return;
    for (const channel of channels) gone[channel] = killed[unit] ?? 0;
  });
  const isGone = (channel: number): boolean => gone[channel] === 1;
  if (emptiedLayers(network, isGone).length === 0) return undefined;
  const [why] = collapse(network, isGone).diagnostics;
  if (why === undefined) return undefined;
  const isEmpty = ({ start, end }: Space["layers"][number]): boolean => {
    for (let entry = start; entry < end; entry++)
      if (!isGone(channelUnits[entryUnit?.[entry] ?? entry]?.root ?? -1)) return false;
    return true;
  };
  return { emptied: layers.filter(isEmpty).map(({ path }) => path), why };
}

/** Units that may go: the living; `softly` and `latently` rank what they took before along with them. */
function openUnits(space: Space, manner: PruneIr["manner"]): Uint8Array {
  const ranksAgain = manner === "softly" || manner === "latently";
  const { status } = space;
  const open = new Uint8Array(status.length);
  for (let unit = 0; unit < open.length; unit++) {
    const code = status[unit];
    open[unit] = code === living || (ranksAgain && (code === soft || code === latent)) ? 1 : 0;
  }
  return open;
}

interface Swap {
  readonly killed: Uint8Array;
  readonly revived: Uint8Array;
  /** Units that came back, those that were never gone included. */
  readonly count: number;
  readonly notes: readonly string[];
}

/**
 * What a paired regrow makes of a drop. A unit dropped and regrown in one event keeps its value and state. Where no training
 * follows, nothing is revived and only so much less is dropped, the lowest first: revived units would never train.
 */
function* swap(event: PruneEvent, ir: RegrowIr, dropped: Uint8Array): EventOf<Swap> {
  const { space, moment, scored } = event;
  const together = event.ir.scope === "global";
  const { revived, notes } = yield* chooseRevived({ ...event, ir, dropped, spills: together });
  const total = count(revived);
  if (moment.trainingFollows) {
    const killed = dropped.map((flag, unit) => (flag === 1 && revived[unit] !== 1 ? 1 : 0));
    return {
      killed,
      revived: revived.map((flag, unit) => (dropped[unit] === 1 ? 0 : flag)),
      count: total,
      notes,
    };
  }
  const killed = new Uint8Array(space.units);
  const groups = groupsOf(space, together ? "global" : "local");
  const lost = groups.map(({ members }) => countUnits(members, dropped));
  const back = groups.map(({ members }) => countUnits(members, revived));
  const counts = netDrops(lost, back, Math.max(0, count(dropped) - total));
  for (const [i, { members }] of groups.entries()) {
    selectMembers({ scores: scored.units, open: dropped }, members, counts[i] ?? 0, killed);
  }
  const nothing = new Uint8Array(space.units);
  const note = "no training follows: only what would not have been regrown was dropped";
  return { killed, revived: nothing, count: 0, notes: total > 0 ? [...notes, note] : notes };
}
