import type { Interval } from "./interval.js";
import { eitherBlank } from "./blank.js";
import { eitherLoose } from "./loose.js";
import { eitherMet } from "./met.js";
import { deadTogether, type State, type Together } from "./state.js";

/** What holds if one of two states does: every count between the ends of both. */
export function either(a: State, b: State): State {
  if (a === b) return a;
  const joined = joiner();
  const together = new Map<string, Together>();
  for (const [key, { pools }] of [...a.together, ...b.together]) {
    if (together.has(key)) continue;
    const sums = [deadTogether(a, pools), deadTogether(b, pools)] as const;
    together.set(key, { pools, dead: span(...sums) });
  }
  const returns = Math.max(a.returns, b.returns) + (a.returns === b.returns ? 0 : 1);
  return {
    ...a,
    dead: merge(a.dead, b.dead, joined),
    together,
    absorbed: merge(a.absorbed, b.absorbed, joined),
    loose: eitherLoose(a, b),
    blank: eitherBlank(a, b),
    removed: merge(a.removed, b.removed, joined),
    returns,
    met: eitherMet(a, b, returns),
    inside: new Map([...a.inside].filter(([key, kept]) => b.inside.get(key) === kept)),
  };
}

const none: Interval = [0, 0];

const span = (a: Interval, b: Interval): Interval => [Math.min(a[0], b[0]), Math.max(a[1], b[1])];

type Join = (a: Interval, b: Interval) => Interval;

/** What is the same count in both states stays so: what was taken over is known by its identity. */
function joiner(): Join {
  const known = new Map<Interval, Map<Interval, Interval>>();
  return (a, b) => {
    if (a === b) return a;
    const row = known.get(a) ?? new Map<Interval, Interval>();
    known.set(a, row);
    const joined = row.get(b) ?? span(a, b);
    row.set(b, joined);
    return joined;
  };
}

function merge(
  a: ReadonlyMap<string, Interval>,
  b: ReadonlyMap<string, Interval>,
  join: Join,
): ReadonlyMap<string, Interval> {
  const merged = new Map<string, Interval>();
  for (const key of new Set([...a.keys(), ...b.keys()]))
    merged.set(key, join(a.get(key) ?? none, b.get(key) ?? none));
  return merged;
}
