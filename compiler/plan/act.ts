import type { PruneIr, RegrowIr, RuleIr, SelectionIr, StepIr } from "../../core/ir/types.js";
import { budgetDrop } from "./budget.js";
import { drop, type Dropped } from "./drop.js";
import { dropInside, insideRule, settled } from "./inside.js";
import { exactly, plus, total, type Interval } from "./interval.js";
import { cameBlank, restoredFrom, tookBlank } from "./blank.js";
import { cameBack, diedAs, firmOf } from "./loose.js";
import { withMet } from "./met.js";
import { outlives } from "./removed.js";
import { regrown, revived } from "./regrow.js";
import type { Acting, SimulatedEvent } from "./simulation.js";
import { deadOf, deadTogether, withDead, type State } from "./state.js";
import type { Timeline } from "./timeline.js";
import { isBranchPool, type BranchPool } from "./pools.js";
import { amountAt, type Moment } from "./value.js";
import type { Pool } from "./world.js";

/** The moment of a phase at which a rule fires. */
export interface Firing {
  readonly index: number;
  readonly step: number | null;
  readonly epoch: number | null;
  /** True when no training follows in the whole program. */
  readonly ends: boolean;
}

/** One statement at one moment: works out its effect and notes the event. */
export function act(
  statement: StepIr | RuleIr,
  moment: Moment,
  variables: ReadonlyMap<string, string>,
  timeline: Timeline,
  firing: Firing | null,
): void {
  const note = (statement: Acting, details: Partial<SimulatedEvent> = {}) => {
    const before = timeline.state;
    timeline.add({
      statement,
      action: statement.kind,
      phase: firing?.index ?? null,
      step: firing?.step ?? null,
      epoch: firing?.epoch ?? null,
      amount: null,
      nominal: null,
      reachable: null,
      pools: [],
      before,
      state: before,
      dead: null,
      ...details,
    });
  };
  const poolsOf = (one: PruneIr) => timeline.look(timeline.world.pools(one, variables));
  switch (statement.kind) {
    case "prune":
      return prune(statement, poolsOf(statement), moment, timeline, firing, note);
    case "regrow":
    case "restore": {
      const { selection = { include: [], exclude: [] }, structure = { name: "units" } } = statement;
      const pools = timeline.look(timeline.world.pools({ structure, selection, joins: "couple" }, variables));
      const { state } = timeline;
      if (statement.kind === "restore") {
        const dead = restorable(pools, state);
        note(statement, returned(changed(state, pools, dead, total(dead)), pools, state, null));
      } else {
        const { dead, together, nominal, count } = revived(statement, pools, state, moment);
        const next = returned(changed(state, pools, dead, together), pools, state, statement.values);
        note(statement, { ...next, nominal, reachable: count });
      }
      return timeline.revive(pools);
    }
    case "load":
      timeline.train();
      if (statement.what === "weights") return timeline.loadWeights();
      timeline.cannotTell(statement.id, "the masks are read when it runs");
      return timeline.load(selected(statement.selection));
    case "harden":
      return timeline.harden(statement.id, selected(statement.selection) ?? undefined);
    case "require":
      return timeline.require(statement);
    case "mark":
      note(statement);
      return timeline.remember(`mark ${statement.name}`);
    case "rewind": {
      // Masks are put back in place as after an update.
      timeline.train();
      const earlier = timeline.recall(rewindName(statement.to));
      const masks = statement.what.includes("masks");
      const late = masks && outlives(earlier, timeline.state, timeline.seen);
      const state = masks ? timeline.rewind(earlier) : timeline.state;
      const weights = statement.what.includes("weights");
      return note(statement, {
        state: weights ? restoredFrom(earlier, state, timeline.seen) : state,
        late,
      });
    }
    case "slim":
      timeline.slim(statement.id);
      return note(statement);
    case "evaluate":
      return note(statement);
    default:
      return;
  }
}

type Note = (statement: Acting, details?: Partial<SimulatedEvent>) => void;

function prune(
  statement: PruneIr,
  pools: readonly Pool[],
  moment: Moment,
  timeline: Timeline,
  firing: Firing | null,
  note: Note,
): void {
  const { state } = timeline;
  const amount = amountAt(statement.amount, moment);
  const dropped = effect(statement, amount, pools, moment, timeline);
  const { regrow } = statement;
  const loss = difference(state, pools, dropped.dead, dropped.together);
  if (statement.manner === "softly") timeline.soft.died(statement.id);
  if (regrow === undefined) {
    const next = died(statement, changed(state, pools, dropped.dead, dropped.together), pools, state);
    const rule = insideRule(statement, amount);
    const kept = rule === null ? next.state : settled(next.state, pools, rule);
    const after = dropped.met === undefined ? kept : withMet(kept, dropped.met);
    note(statement, { ...next, state: after, amount, nominal: dropped.nominal, reachable: loss });
    // What was ranked along and not taken again lives.
    if (pools.some((pool) => firmOf(statement, state, pool) !== deadOf(state, pool))) timeline.revive(pools);
    return;
  }
  const last = firing?.ends === true;
  const after = regrown(statement, regrow, pools, state, dropped, moment, last);
  if (last) {
    const net = died(statement, changed(state, pools, after.dead, after.together), pools, state);
    const reachable = after.net ?? difference(state, pools, after.dead, after.together);
    return note(statement, { ...net, amount, nominal: dropped.nominal, reachable, last });
  }
  note(statement, {
    ...died(statement, changed(state, pools, dropped.dead, dropped.together), pools, state),
    amount,
    nominal: dropped.nominal,
    reachable: loss,
  });
  note(regrow, {
    ...returned(
      changed(timeline.state, pools, after.dead, after.together),
      pools,
      timeline.state,
      regrow.values,
    ),
    nominal: after.nominal,
    reachable: after.count,
  });
  timeline.revive(pools);
}

function effect(
  statement: PruneIr,
  amount: ReturnType<typeof amountAt>,
  pools: readonly Pool[],
  moment: Moment,
  timeline: Timeline,
): Dropped {
  const { state } = timeline;
  if (statement.amount.kind === "budget") {
    return budgetDrop(statement, statement.amount.limits, pools, state, moment.names, timeline);
  }
  if (statement.structure.name === "layers") {
    return dropBranches(statement, amount, pools, state, timeline.world);
  }
  const rule = insideRule(statement, amount);
  if (rule !== null) return dropInside(statement, rule, pools, state);
  return drop(statement, amount, pools, state);
}

/** Whether branches lie beside or inside each other: there is always one that takes no other along. */
function isLaminar(pools: readonly BranchPool[]): boolean {
  const sets = pools.map(({ roots }) => new Set(roots));
  return sets.every((one, i) =>
    sets.slice(i + 1).every((other) => {
      const shared = [...one].filter((root) => other.has(root)).length;
      return shared === 0 || shared === one.size || shared === other.size;
    }),
  );
}

/** One ranking of branches. Those that would cut the network in two together with others are passed over. */
function dropBranches(
  statement: PruneIr,
  amount: ReturnType<typeof amountAt>,
  pools: readonly Pool[],
  state: State,
  world: Timeline["world"],
): Dropped {
  const dropped = drop({ ...statement, scope: { kind: "global" } }, amount, pools, state);
  if (world.separable(pools) && isLaminar(pools.filter(isBranchPool))) return dropped;
  const dead = pools.map((pool, i): Interval => [deadOf(state, pool)[0], dropped.dead[i]?.[1] ?? 1]);
  return { ...dropped, dead, together: [deadTogether(state, pools)[0], dropped.together[1]] };
}

function changed(state: State, pools: readonly Pool[], dead: readonly Interval[], together: Interval) {
  return { pools, state: withDead(state, pools, dead, together), dead: together };
}

type Changed = ReturnType<typeof changed>;

/** What changed, with how it died. */
function died(statement: PruneIr, next: Changed, pools: readonly Pool[], before: State): Changed {
  return {
    ...next,
    state: tookBlank(statement, pools, before, diedAs(statement, pools, before, next.state)),
  };
}

/** What changed, as units that came back: as zeros, or with values. */
function returned(
  next: Changed,
  pools: readonly Pool[],
  before: State,
  values: RegrowIr["values"] | null,
): Changed {
  const state = cameBack(pools, before, next.state);
  return { ...next, state: values === "zero" ? cameBlank(pools, before, state) : state };
}

/** Units that change sides between a state and these counts. */
function difference(
  state: State,
  pools: readonly Pool[],
  dead: readonly Interval[],
  together: Interval,
): Interval {
  const before = deadTogether(state, pools);
  if (before[0] === before[1])
    return [Math.max(0, together[0] - before[0]), Math.max(0, together[1] - before[0])];
  const each = pools.map((pool, i): Interval => {
    const [low, high] = deadOf(state, pool);
    const [less, more] = dead[i] ?? exactly(0);
    return low === high ? [Math.max(0, less - low), Math.max(0, more - low)] : [0, Math.max(0, more - low)];
  });
  return each.reduce(plus, exactly(0));
}

/** What died latently may come back. */
function restorable(pools: readonly Pool[], state: State): readonly Interval[] {
  return pools.map((pool): Interval => [
    firmOf({ manner: "latently" }, state, pool)[0],
    deadOf(state, pool)[1],
  ]);
}

/** Paths of the layers that are named; null for all. */
function selected({ include, exclude, where, layers }: SelectionIr): ReadonlySet<string> | null {
  const all = include.length === 0 && exclude.length === 0 && where === undefined;
  return all || layers === undefined ? null : new Set(layers);
}

function rewindName(to: Extract<StepIr, { readonly kind: "rewind" }>["to"]): string {
  if (typeof to === "string") return "start";
  return "mark" in to ? `mark ${to.mark}` : `${to.phase} ${JSON.stringify(to.point)}`;
}
