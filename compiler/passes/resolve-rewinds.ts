import { lengthOf } from "../../core/ir/defaults.js";
import { unknownName } from "../../core/diagnostics/elsewhere.js";
import type { PointIr, RewindIr, StepIr, TrainIr } from "../../core/ir/types.js";
import { mapStatements, trains } from "../../core/ir/walk.js";
import { spanOfPart } from "../../core/ir/spans.js";
import { reportAt } from "./report-at.js";
import type { FrontState } from "./state.js";

interface Before {
  /** Phases above, in written order: those that surely ran once a rewind is reached. */
  readonly phases: TrainIr[];
  readonly marks: Set<string>;
  /** Snapshots that rewinds need, by phase id. */
  readonly needed: Map<number, PointIr[]>;
}

/** Finds the phase that each rewind goes back to, and notes in that phase the moments of which it has to keep a snapshot. */
export function resolveRewinds(state: FrontState): FrontState {
  const before: Before = { phases: [], marks: new Set(), needed: new Map() };
  const resolved = mapStatements(state.body, (statement, around) => {
    if (statement.kind === "train") before.phases.push(statement);
    else if (statement.kind === "mark") before.marks.add(statement.name);
    else if (statement.kind === "rewind")
      return { ...statement, ...resolveOne(statement, before, around.some(trains), state) };
    return statement;
  });
  return { ...state, body: keepSnapshots(resolved, before.needed) };
}

function resolveOne(step: RewindIr, before: Before, trainsAround: boolean, state: FrontState): RewindIr {
  const { to } = step;
  if (before.phases.length === 0 && !trainsAround && !(typeof to === "object" && "mark" in to)) {
    reportAt(state, step.id, "word", "P3021", "nothing was trained yet that could be rewound", {
      help: "a rewind stands below the training it undoes",
    });
    return step;
  }
  if (to === "start") return step;
  if ("mark" in to) {
    if (before.marks.has(to.mark)) return step;
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
