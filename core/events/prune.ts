import { thresholdOf } from "../ir/amounts.js";
import type { PruneIr, RegrowIr } from "../ir/types.js";
import { apportion } from "../schedule/amounts.js";
import { count } from "../choose/allocate.js";
import { chooseUnits } from "../choose/choose.js";
import type { Moment, PruningContext } from "./context.js";
import { countUnits, groupsOf } from "../units/groups.js";
import type { Scores } from "../units/keys.js";
import { killUnits } from "../masks/kill.js";
import type { EventRecord, Stuck } from "./record.js";
import { countsOf, structureName } from "./record.js";
import { chooseRevived } from "./regrow.js";
import { releaseUnits, reviveUnits } from "../masks/revive.js";
import { masters } from "./restore.js";
import type { EventOf, UnitScores } from "./scoring.js";
import { selectListed, selectRange } from "../choose/select.js";
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
  const wanted = yield* choose(context, ir, space, scored, open, moment);
  const mayEmpty = ir.collapse && ir.manner !== "frozen" && ir.structure !== "layers";
  const stuck = mayEmpty ? whyStuck(context, space, open, wanted) : undefined;
  const choice = stuck
    ? yield* choose(context, { ...ir, collapse: false }, space, scored, open, moment)
    : wanted;
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

function* choose(
  context: PruningContext,
  ir: PruneIr,
  space: Space,
  scored: UnitScores,
  open: Uint8Array,
  moment: Moment,
): EventOf<Choice> {
  const taken = chooseUnits(context, ir, space, scored, open, moment);
  const pair = ir.regrow
    ? yield* swap(context, ir.regrow, space, taken.chosen, scored.units, moment, ir.scope)
    : null;
  return { taken, pair, killed: pair?.killed ?? taken.chosen };
}

/** Why what would be emptied cannot go whole, with all that may yet become final; undefined where it can. */
function whyStuck(
  { network, state }: PruningContext,
  { channelUnits, layers, entryUnit }: Space,
  open: Uint8Array,
  { killed, pair }: Choice,
): Stuck | undefined {
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
export function openUnits(space: Space, manner: PruneIr["manner"]): Uint8Array {
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
function* swap(
  context: PruningContext,
  ir: RegrowIr,
  space: Space,
  dropped: Uint8Array,
  scores: Scores,
  moment: Moment,
  scope: PruneIr["scope"],
): EventOf<Swap> {
  const together = scope === "global";
  const { revived, notes } = yield* chooseRevived(context, ir, space, dropped, moment, together);
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
  // A group that would have regained more than it lost loses nothing, and the others so much less.
  const nets = lost.map((n, i) => Math.max(0, n - (back[i] ?? 0)));
  const sum = Math.max(0, count(dropped) - total);
  const most = nets.reduce((a, b) => a + b, 0);
  const counts = apportion(
    sum,
    nets.map((net) => (most > 0 ? (net * sum) / most : 0)),
    lost,
  );
  for (const [i, { members }] of groups.entries()) {
    const net = counts[i] ?? 0;
    if (members instanceof Int32Array) selectListed(scores, dropped, members, net, killed);
    else selectRange(scores, dropped, members.from, members.to, net, killed);
  }
  const nothing = new Uint8Array(space.units);
  const note = "no training follows: only what would not have been regrown was dropped";
  return { killed, revived: nothing, count: 0, notes: total > 0 ? [...notes, note] : notes };
}
