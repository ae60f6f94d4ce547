import { lengthOf } from "../../core/ir/defaults.js";
import { unknownName } from "../../core/diagnostics/elsewhere.js";
import type { PointIr, RewindIr, StepIr, TrainIr } from "../../core/ir/types.js";
import { mapStatements, trains, type LoopIr } from "../../core/ir/walk.js";
import { spanOfPart } from "../../core/ir/spans.js";
import { reportAt } from "./report-at.js";
import type { FrontState } from "./state.js";

/** Phases and marks above, in written order, with the loops around them of which every pass may be undone. */
interface Before {
  readonly phases: { readonly phase: TrainIr; readonly loops: readonly LoopIr[] }[];
  readonly marks: { readonly name: string; readonly loops: readonly LoopIr[] }[];
  /** Snapshots that rewinds need, by phase id. */
  readonly needed: Map<number, PointIr[]>;
}

interface Reached extends Pick<Before, "needed"> {
  readonly phases: readonly TrainIr[];
  /** Whether anything trains above, if only in a pass that may be undone. */
  readonly trained: boolean;
  readonly marks: ReadonlySet<string>;
  /** Marks that a pass may set which is undone. */
  readonly undone: ReadonlySet<string>;
}

/** Finds the phase that each rewind goes back to, and notes in that phase the moments of which it has to keep a snapshot. */
export function resolveRewinds(state: FrontState): FrontState {
  const before: Before = { phases: [], marks: [], needed: new Map() };
  const resolved = mapStatements(state.body, (statement, around) => {
    const loops = around.filter((loop) => loop.kind === "repeat" && loop.while !== undefined);
    if (statement.kind === "train") before.phases.push({ phase: statement, loops });
    else if (statement.kind === "mark") before.marks.push({ name: statement.name, loops });
    else if (statement.kind === "rewind") {
      const ran = reachedFrom(before, new Set(loops.map(({ id }) => id)));
      return { ...statement, ...resolveOne(statement, ran, around.some(trains), state) };
    }
    return statement;
  });
  return { ...state, body: keepSnapshots(resolved, before.needed) };
}

/** What surely ran when a rewind is reached that stands in these loops: whatever stands in others that may be undone need not have. */
function reachedFrom({ phases, marks, needed }: Before, inside: ReadonlySet<number>): Reached {
  const here = (loops: readonly LoopIr[]): boolean => loops.every(({ id }) => inside.has(id));
  const named = (wanted: boolean) =>
    new Set(marks.filter(({ loops }) => here(loops) === wanted).map(({ name }) => name));
  const ran = phases.filter(({ loops }) => here(loops)).map(({ phase }) => phase);
  return { phases: ran, trained: phases.length > 0, marks: named(true), undone: named(false), needed };
}

function resolveOne(step: RewindIr, before: Reached, trainsAround: boolean, state: FrontState): RewindIr {
  const { to } = step;
  if (!before.trained && !trainsAround && !(typeof to === "object" && "mark" in to)) {
    reportAt(state, step.id, "word", "P3021", "nothing was trained yet that could be rewound", {
      help: "a rewind stands below the training it undoes",
    });
    return step;
  }
  if (to === "start") return step;
  if ("mark" in to) {
    if (before.marks.has(to.mark)) return step;
    if (before.undone.has(to.mark)) {
      reportAt(state, step.id, "to", "P3019", `the mark \`${to.mark}\` may never have been set`, {
        notes: ["it stands in a `repeat … while`, of which every pass may be undone"],
        help: "set it above that loop",
      });
      return step;
    }
    reportAt(state, step.id, "to", "P3019", `no mark \`${to.mark}\` stands above`, {
      ...unknownName("moment", to.mark, spanOfPart(state.spans, step.id, "to"), [...before.marks, "start"], {
        what: "mark",
        otherwise: `set it where it shall lead back to: \`mark ${to.mark}\``,
      }),
    });
    return step;
  }
  const phase = before.phases.find((candidate) => reaches(candidate, to.point));
  if (phase === undefined) {
    reportAt(state, step.id, "to", "P3020", `no phase above reached ${describePoint(to.point)}`, {
      notes: before.phases
        .map((one) => ({ text: one.text, ...lengthOf(one) }))
        .map(({ text, value, unit }) => `\`${text}\` lasts ${String(value)} ${unit}`)
        .slice(0, 4),
      help: "epochs and steps count within one phase",
    });
    return step;
  }
  const points = before.needed.get(phase.id) ?? [];
  const known = points.some((point) => JSON.stringify(point) === JSON.stringify(to.point));
  if (!known) before.needed.set(phase.id, [...points, to.point]);
  return { ...step, to: { phase: phase.id, point: to.point } };
}

/** Whether a phase lasts until a moment, as far as can be known: an epoch has as many steps as the data give. */
function reaches(phase: TrainIr, point: PointIr): boolean {
  const { unit, value } = lengthOf(phase);
  const wanted = "epochs" in point ? point.epochs : "steps" in point ? point.steps : 0;
  if (typeof value !== "number" || typeof wanted !== "number") return true;
  if (unit in point) return wanted <= value;
  return !("epochs" in point) || value >= 1;
}

function describePoint(point: PointIr): string {
  if ("epochs" in point) return `epoch ${String(point.epochs)}`;
  return "steps" in point ? `step ${String(point.steps)}` : "this moment";
}

function keepSnapshots(
  body: readonly StepIr[],
  needed: ReadonlyMap<number, readonly PointIr[]>,
): readonly StepIr[] {
  return mapStatements(body, (statement) => {
    const points = needed.get(statement.id);
    if (points === undefined || statement.kind !== "train") return statement;
    return { ...statement, snapshots: [...statement.snapshots, ...points] };
  });
}
