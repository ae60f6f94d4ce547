import { evaluate } from "../../core/expr/evaluate.js";
import type { PruneIr, RuleIr } from "../../core/ir/types.js";
import { everything } from "./budget.js";
import { drop } from "./drop.js";
import { either } from "./either.js";
import type { Interval } from "./interval.js";
import { cameBack, diedAs } from "./loose.js";
import { deadOf, deadTogether, withDead } from "./state.js";
import type { Timeline } from "./timeline.js";
import type { Moment } from "./value.js";
import type { Pool } from "./world.js";

/** What may have happened once rules whose moments are unknown have acted any number of times, or not at all. */
export function mayAct(
  rules: readonly RuleIr[],
  moment: Moment,
  variables: ReadonlyMap<string, string>,
  timeline: Timeline,
): void {
  // What one of them does may be undone or carried on by another.
  const rounds = rules.length > 1 ? 2 : 1;
  for (let round = 0; round < rounds; round++)
    for (const rule of rules) mayActOnce(rule, moment, variables, timeline);
}

function mayActOnce(
  rule: RuleIr,
  moment: Moment,
  variables: ReadonlyMap<string, string>,
  timeline: Timeline,
): void {
  if (rule.kind === "mark") return timeline.mayRemember(`mark ${rule.name}`);
  if (rule.kind === "slim") return timeline.maySlim();
  if (rule.kind !== "prune" && rule.kind !== "regrow" && rule.kind !== "restore") return;
  const { selection = { include: [], exclude: [] }, structure = { name: "units" } } = rule;
  const joins = rule.kind === "prune" ? rule.joins : "couple";
  const pools = timeline.look(timeline.world.pools({ structure, selection, joins }, variables));
  const { state } = timeline;
  const before = pools.map((pool) => deadOf(state, pool));
  const together = deadTogether(state, pools);
  const revives = rule.kind !== "prune" || rule.regrow !== undefined || isLoose(rule);
  const most = rule.kind === "prune" ? mostDead(rule, moment, pools, timeline) : { dead: before, together };
  const dead = before.map(([low, high], i): Interval => [
    revives ? 0 : low,
    Math.max(high, most.dead[i]?.[1] ?? high),
  ]);
  const sum: Interval = [revives ? 0 : together[0], Math.max(together[1], most.together[1])];
  const after = withDead(state, pools, dead, sum);
  timeline.state = rule.kind === "prune" ? diedAs(rule, pools, state, after) : cameBack(pools, state, after);
  if (revives) {
    timeline.revive(pools);
    timeline.state = { ...timeline.state, met: null };
  }
  timeline.state = either(state, timeline.state);
}

/** Whether units that died by this rule may live again by themselves. */
const isLoose = ({ manner }: PruneIr): boolean => manner === "softly" || manner === "latently";

/** What is dead at most after any number of events: as far as a target goes, else all that can go at all. */
function mostDead(
  rule: PruneIr,
  moment: Moment,
  pools: readonly Pool[],
  { state }: Timeline,
): { readonly dead: readonly Interval[]; readonly together: Interval } {
  const target = highestTarget(rule, moment);
  if (target !== null) return drop(rule, { kind: "target", value: target }, pools, state);
  const dead = everything(rule, pools, state);
  return { dead, together: [0, dead.reduce((sum, [, high]) => sum + high, 0)] };
}

/** The highest target on the way of one; null where something else decides. */
function highestTarget({ amount, scope, aligned, joins, manner }: PruneIr, { names }: Moment): number | null {
  const plain = scope.kind === "local" || scope.kind === "global";
  if (amount.kind !== "target" || !plain || aligned > 1 || joins === "agree" || manner !== "held")
    return null;
  const { value } = amount;
  if (typeof value !== "object" || !("moving" in value)) return evaluate(value, names) ?? null;
  const { from, to, curve } = value.moving;
  // A declared curve may lead beyond its ends.
  const ends = typeof curve === "string" ? [evaluate(from, names), evaluate(to, names)] : [];
  const [start, end] = ends;
  return start === undefined || end === undefined ? null : Math.max(start, end);
}
