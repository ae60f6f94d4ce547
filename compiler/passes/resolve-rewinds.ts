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

/**
 * Finds the phase that each rewind goes back to, and notes in that phase the moments of which it has to keep a snapshot; and the mark
 * that each distillation learns from, which keeps the network whole.
 */
export function resolveRewinds(state: FrontState): FrontState {
  const before: Before = { phases: [], marks: [], needed: new Map() };
  const teachers = new Set<string>();
  const resolved = mapStatements(state.body, (statement, around) => {
    const loops = around.filter((loop) => loop.kind === "repeat" && loop.while !== undefined);
    if (statement.kind === "train") {
      const from = statement.distillation?.from;
      if (typeof from === "object" && "mark" in from) {
        const ran = reachedFrom(before, new Set(loops.map(({ id }) => id)));
        if (isMarked(from.mark, { id: statement.id, part: "loss" }, ran, state)) teachers.add(from.mark);
      }
      before.phases.push({ phase: statement, loops });
    } else if (statement.kind === "mark") before.marks.push({ name: statement.name, loops });
    else if (statement.kind === "rewind") {
      const ran = reachedFrom(before, new Set(loops.map(({ id }) => id)));
      return { ...statement, ...resolveOne(statement, ran, around.some(trains), state) };
    }
    return statement;
  });
  const taught = mapStatements(resolved, (statement) =>
    statement.kind === "mark" && teachers.has(statement.name) ? { ...statement, teaches: true } : statement,
  );
  return { ...state, body: keepSnapshots(taught, before.needed) };
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
    isMarked(to.mark, { id: step.id, part: "to" }, before, state);
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

/** Whether a mark was surely set when a statement is reached that names it. */
function isMarked(
  mark: string,
  { id, part }: { readonly id: number; readonly part: "to" | "loss" },
  { marks, undone }: Reached,
  state: FrontState,
): boolean {
  if (marks.has(mark)) return true;
  if (undone.has(mark)) {
    reportAt(state, id, part, "P3019", `the mark \`${mark}\` may never have been set`, {
      notes: ["it stands in a `repeat … while`, of which every pass may be undone"],
      help: "set it above that loop",
    });
    return false;
  }
  // Where a clause holds more than the name, there is no word to put another in place of.
  const span = part === "to" ? spanOfPart(state.spans, id, part) : undefined;
  reportAt(state, id, part, "P3019", `no mark \`${mark}\` stands above`, {
    ...unknownName("moment", mark, span, [...marks, "start"], {
      what: "mark",
      otherwise: `set it where ${part === "to" ? "it shall lead back to" : "the teacher stands"}: \`mark ${mark}\``,
    }),
  });
  return false;
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
