import type { Stuck } from "../../core/events/record.js";
import type { Measure } from "../../core/ir/sizes.js";
import type { HeldMasks } from "../../core/masks/state.js";
import type { ParameterStore } from "../../core/parameters.js";
import type { Ir } from "../../core/ir/types.js";
import { idleIn } from "../../core/surgery/idle.js";
import { together, type Estimate } from "./estimate.js";
import { extreme } from "./extremes.js";
import { mostDraws, mostWorkOfAll } from "./limits.js";
import type { World } from "./pools.js";
import type { Voided } from "./rewinds.js";
import { simulate } from "./simulate.js";
import {
  Timeline,
  type DataFacts,
  type DrawnEvent,
  type Requirement,
  type SimulatedPhase,
  type SimulatedSearch,
} from "./timeline.js";
import { Trial, type ToldSize } from "./trial.js";
import { asksForWeights } from "./weights.js";

/** An event as all draws together see it. */
export interface SimulatedEvent extends Omit<DrawnEvent, "outcome" | "sizes" | "stuck"> {
  readonly nominal: Estimate | null;
  /** Units that change sides. */
  readonly changed: Estimate | null;
  /** Dead of the pools together afterwards, and of each. */
  readonly dead: Estimate | null;
  readonly deadOf: readonly Estimate[];
  readonly params: Estimate | null;
  readonly macs: Estimate | null;
  readonly nonzeroParams: Estimate | null;
  readonly nonzeroMacs: Estimate | null;
  /** Milliseconds of a prediction; null where no times of layers are at hand. */
  readonly latency: Estimate | null;
  /** Of a budget that no draw meets: what is left at least. */
  readonly short?: Measure;
  /** Layers that every draw would have emptied, and why they cannot go whole. */
  readonly stuck?: Stuck;
}

export interface Simulation {
  readonly phases: readonly SimulatedPhase[];
  readonly events: readonly SimulatedEvent[];
  readonly requirements: readonly Requirement[];
  readonly searches: readonly SimulatedSearch[];
  /** Statements of which only a run can tell when they act, with the reason. */
  readonly unknown: ReadonlyMap<number, string>;
  /** Statements whose soft deaths training undid, each with the `slim` or `harden masks` that came too late. */
  readonly missed: ReadonlyMap<number, number>;
  /** What rewinds bring back and the next phase does not go on with. */
  readonly voided: readonly Voided[];
  /** Where something trains: the statement that takes units when nothing trains any more. */
  readonly lastCut: number | null;
  /** Units, by root, that hold nothing in the file. */
  readonly idle: ReadonlySet<number>;
  /** True when there are more events than can be listed. */
  readonly cut: boolean;
}

/**
 * A program run without weights: once where every number follows from counts alone, else several times with other scores. What all
 * draws agree on for a reason is exact, the rest is about what they say.
 */
export function dryRun(
  ir: Ir,
  world: World,
  data: DataFacts,
  weights?: ParameterStore,
  masks?: HeldMasks,
  names?: ReadonlyMap<string, number>,
): Simulation {
  const given = asksForWeights(ir) ? weights : undefined;
  const idle = given && world.network ? idleIn(world.network, given, masks?.channels) : undefined;
  const drawn = (draw: number | null, like?: Timeline): Timeline => {
    const timeline = new Timeline(world, data, new Trial(world, draw, given, idle), like);
    if (masks !== undefined) timeline.hold(masks);
    simulate(ir.body, timeline, names);
    return timeline;
  };
  const plain = drawn(null);
  if (!plain.unsure) return merged([plain]);
  const first = drawn(0);
  const count = Math.max(2, Math.min(mostDraws, Math.floor(mostWorkOfAll / Math.max(1, first.trial.work))));
  const others = Array.from({ length: count - 1 }, (_, i) => drawn(i + 1, first));
  return merged([first, ...others]);
}

function merged(draws: readonly Timeline[]): Simulation {
  const [first] = draws;
  if (first === undefined) throw new Error("a dry run has a first draw");
  return {
    phases: first.phases,
    events: first.events.map((event, i) => {
      const all = draws.flatMap((timeline) => timeline.events[i] ?? []);
      return joined(event, all);
    }),
    requirements: first.requirements.map((one, i) =>
      widest(
        one,
        draws.flatMap(({ requirements }) => requirements[i] ?? []),
      ),
    ),
    searches: first.searches,
    unknown: first.unknown,
    missed: first.soft.missed,
    voided: first.rewinds.voided,
    lastCut: first.lastCut,
    idle: first.trial.idle,
    cut: first.cut,
  };
}

function joined(
  { outcome, sizes: _, stuck: __, ...event }: DrawnEvent,
  all: readonly DrawnEvent[],
): SimulatedEvent {
  const outcomes = all.flatMap((one) => one.outcome ?? []);
  const shorts = outcomes.flatMap(({ short }) => short ?? []);
  const told = (of: (one: NonNullable<DrawnEvent["outcome"]>) => Parameters<typeof together>[0][number]) =>
    together(outcomes.map(of));
  const size = (name: ToldSize) => together(all.map((one) => one.sizes?.[name]));
  return {
    ...event,
    nominal: told((one) => one.nominal),
    changed: told((one) => one.changed),
    dead: told((one) => one.dead),
    deadOf: outcome === null ? [] : event.pools.flatMap((_, i) => told((one) => one.pools[i]) ?? []),
    params: size("params"),
    macs: size("macs"),
    nonzeroParams: size("nonzero params"),
    nonzeroMacs: size("nonzero macs"),
    latency: all.some((one) => Number.isNaN(one.sizes?.latency.value))
      ? null
      : together(
          all.map((one) => one.sizes?.latency),
          (value) => value,
        ),
    ...(shorts.length > 0 && shorts.length === outcomes.length && { short: extreme(shorts, Math.min) }),
    ...stuckInAll(all),
  };
}

function stuckInAll(all: readonly DrawnEvent[]): { readonly stuck?: Stuck } {
  const [first] = all;
  if (first?.stuck === undefined) return {};
  const emptied = first.stuck.emptied.filter((path) =>
    all.every(({ stuck }) => stuck?.emptied.includes(path)),
  );
  return emptied.length === 0 ? {} : { stuck: { ...first.stuck, emptied } };
}

function widest(one: Requirement, all: readonly Requirement[]): Requirement {
  const ends = (of: "least" | "most") => all.map((each) => each[of]);
  return { ...one, least: extreme(ends("least"), Math.min), most: extreme(ends("most"), Math.max) };
}
