import { diagnostic } from "../../core/diagnostics/create.js";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.js";
import type { IrSpans } from "../../core/ir/spans.js";
import type { Ir, PlanIr } from "../../core/ir/types.js";
import type { ParameterStore } from "../../core/parameters.js";
import type { HeldMasks } from "../../core/masks/state.js";
import type { Network } from "../../core/network/types.js";
import { latencyPrunes } from "../../core/latency/asks.js";
import type { LatencyModel } from "../../core/latency/model.js";
import { asksForAlignment, withAlignment, type Alignment } from "../../core/schedule/alignment.js";
import { lints } from "./lints/index.js";
import { unknownAlignment } from "./lints/misaligned.js";
import { unknownLatency } from "./lints/untimed.js";
import type { Finding } from "./lints/finding.js";
import { dryRun, type Simulation } from "./dry-run.js";
import { makePlan } from "./plan.js";
import { anyNetwork, networkWorld } from "./pools.js";
import { beyondLimits } from "./searches.js";
import type { DataFacts } from "./timeline.js";

export interface PlanOptions {
  readonly network?: Network | undefined;
  readonly data: DataFacts;
  /** The network's weights, where there are some at hand. */
  readonly weights?: ParameterStore | undefined;
  /** What is dead from the start. */
  readonly masks?: HeldMasks | undefined;
  /** What the backend it will run on computes fastest, where that is known. */
  readonly alignment: Alignment | null;
  /** Times of the layers of the network, where they were measured. */
  readonly times: LatencyModel | null;
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
export function planProgram(written: Ir, options: PlanOptions): Planned {
  const { data, spans, weights, masks, alignment, times } = options;
  const asked = asksForAlignment(written.body);
  const ir =
    asked && alignment !== null
      ? { ...written, body: withAlignment(written.body, alignment.aligned) }
      : written;
  // Counts that nobody knows are not planned: shares alone are.
  const bound = options.network !== undefined;
  const unaligned = asked && alignment === null && bound;
  const untimed = times === null && bound && latencyPrunes(written.body).length > 0;
  const network = unaligned || untimed ? undefined : options.network;
  const world = network === undefined ? anyNetwork : networkWorld(network, times);
  const simulation = dryRun(ir, world, data, weights, masks);
  const context = { ir, simulation, network: network ?? null, alignment, times };
  const findings = [
    ...(unaligned ? unknownAlignment(ir) : []),
    ...(times === null && bound ? unknownLatency(ir) : []),
    ...lints.flatMap((lint) => lint(context)),
  ];
  if (network !== undefined)
    findings.push(
      ...beyondLimits(ir, network, times, (body, names) =>
        dryRun({ ...ir, body }, world, data, weights, masks, names),
      ),
    );
  const diagnostics = findings.map((finding) => diagnosticOf(finding, spans));
  return { plan: network === undefined ? null : makePlan(network, simulation), simulation, diagnostics };
}

/** A finding where its statement stands; in a method, the call of it is named too. */
function diagnosticOf(finding: Finding, spans: IrSpans): Diagnostic {
  const { code, message, label, notes, help } = finding;
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
  return diagnostic(code, message, place?.span, { file: place?.file, label, labels, notes, help });
}
