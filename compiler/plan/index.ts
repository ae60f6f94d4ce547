import type { Diagnostic } from "../../core/diagnostics/diagnostic.js";
import type { IrSpans } from "../../core/ir/spans.js";
import type { Ir, PlanIr } from "../../core/ir/types.js";
import type { Network } from "../../core/network/types.js";
import { planCodes } from "./codes.js";
import { lints } from "./lints/index.js";
import type { Finding } from "./lints/finding.js";
import { networkWorld } from "./network-world.js";
import { makePlan } from "./plan.js";
import { simulate } from "./simulate.js";
import type { DataFacts, Simulation } from "./simulation.js";
import { anyNetwork } from "./world.js";

export interface PlanOptions {
  readonly network?: Network | undefined;
  readonly data: DataFacts;
  readonly spans: IrSpans;
}

export interface Planned {
  /** Null without a network. */
  readonly plan: PlanIr | null;
  /** On the network, else on a stand-in whose shares alone mean something. */
  readonly simulation: Simulation;
  readonly diagnostics: readonly Diagnostic[];
}

/** What a program will do, and what is wrong with that. */
export function planProgram(ir: Ir, { network, data, spans }: PlanOptions): Planned {
  const shares = simulate(ir, anyNetwork, data);
  const world = network === undefined ? null : networkWorld(network);
  const real = network && world && { network, world, simulation: simulate(ir, world, data) };
  const context = { ir, shares, real: real ?? null };
  const diagnostics = lints.flatMap((lint) => lint(context)).map((finding) => diagnosticOf(finding, spans));
  const plan = !real ? null : makePlan(real.network, real.simulation);
  return { plan, simulation: real?.simulation ?? shares, diagnostics };
}

/** A finding where its statement stands; in a method, the call of it is named too. */
function diagnosticOf(finding: Finding, spans: IrSpans): Diagnostic {
  const { code, message, label, notes = [], help } = finding;
  const place = spans.get(finding.id);
  const other = finding.other && spans.get(finding.other.id);
  const labels = other
    ? [
        {
          span: other.span,
          text: finding.other?.label ?? "",
          ...(other.file !== undefined && { file: other.file }),
        },
      ]
    : [];
  for (const call of place?.calls ?? []) {
    labels.push({
      span: call.span,
      text: "called here",
      ...(call.file !== undefined && { file: call.file }),
    });
  }
  return {
    code,
    severity: planCodes[code].severity,
    message,
    ...(place?.file !== undefined && { file: place.file }),
    ...(place && { span: place.span }),
    ...(label !== undefined && { label }),
    ...(labels.length > 0 && { labels }),
    ...(notes.length > 0 && { notes }),
    ...(help !== undefined && { help }),
  };
}
