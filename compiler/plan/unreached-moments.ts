import { lengthOf } from "../../core/ir/defaults.js";
import type { Diagnostic, Label } from "../../core/diagnostics/diagnostic.js";
import { diagnostic } from "../../core/diagnostics/create.js";
import { momentOf, phaseSteps } from "../../core/schedule/schedule.js";
import { spanOfPart, type IrSpans } from "../../core/ir/spans.js";
import type { Ir, MarkIr, RewindIr } from "../../core/ir/types.js";
import { statements } from "../../core/ir/walk.js";
import { counted } from "../../core/ir/words.js";
import type { Simulation } from "./dry-run.js";
import type { SimulatedPhase } from "./timeline.js";
import { pointAt } from "./value.js";

/**
 * Rewinds to moments that no phase reaches, where only the number of steps in an epoch tells: a step beyond the end of its phase, a
 * mark that is set at one.
 */
export function unreachedMoments(ir: Ir, simulation: Simulation, spans: IrSpans): readonly Diagnostic[] {
  const all = statements(ir.body);
  return all.flatMap((step): readonly Diagnostic[] => {
    if (step.kind !== "rewind" || typeof step.to === "string") return [];
    const details = "mark" in step.to ? neverMarked(step.to.mark) : beyond(step.to);
    if (details === null) return [];
    const place = spans.get(step.id);
    const called = (place?.calls ?? []).map(({ span, file }) => labelled(span, file, "called here"));
    return [
      diagnostic("P3020", details.message, spanOfPart(spans, step.id, "to"), {
        file: place?.file,
        ...details,
        labels: [...(details.labels ?? []), ...called],
      }),
    ];
  });

  function neverMarked(name: string): Found | null {
    const marks = all.filter((one): one is MarkIr => one.kind === "mark" && one.name === name);
    const isSet = simulation.events.some(({ statement }) => marks.some(({ id }) => id === statement.id));
    if (isSet || simulation.cut || marks.some(({ id }) => simulation.unknown.has(id))) return null;
    const labels = marks.flatMap(({ id }) => {
      const place = spans.get(id);
      return place === undefined
        ? []
        : [labelled(place.span, place.file, "its moment lies beyond the training")];
    });
    return { message: `the mark \`${name}\` is never set`, labels, help: "train longer, or set it earlier" };
  }

  function beyond({ phase: id, point }: To): Found | null {
    const phase = simulation.phases.find(({ train }) => train.id === id);
    const moment = pointAt(point, new Map());
    if (phase === undefined || moment === undefined || !isKnown(phase, Object.keys(moment)[0] ?? ""))
      return null;
    const steps = phaseSteps(phase.times);
    if (momentOf(moment, phase.times) <= steps) return null;
    const [unit = "", value] = Object.entries(moment)[0] ?? [];
    return {
      message: `no phase above reached ${unit.replace(/s$/, "")} ${value}`,
      notes: [`\`${phase.train.text}\` lasts ${counted(steps, "steps")}${perEpoch(phase)}`],
      help: "epochs and steps count within one phase, the first that may last so long",
    };
  }
}

type To = Extract<RewindIr["to"], { readonly phase: number }>;
interface Found {
  readonly message: string;
  readonly labels?: readonly Label[];
  readonly notes?: readonly string[];
  readonly help: string;
}

const labelled = (span: Label["span"], file: string | undefined, text: string): Label => ({
  span,
  text,
  ...(file !== undefined && { file }),
});

/** Without data a phase counts in what its length is given in alone. */
const isKnown = ({ stepsPerEpoch, train }: SimulatedPhase, unit: string): boolean =>
  stepsPerEpoch !== null || unit === lengthOf(train).unit || unit === "share";

const perEpoch = ({ stepsPerEpoch }: SimulatedPhase): string =>
  stepsPerEpoch === null ? "" : `, ${stepsPerEpoch} an epoch`;
