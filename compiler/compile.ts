import type { CompileOptions, CompileResult } from "./compile-types.js";
import { emitProgram } from "./emit/index.js";
import type { Ir } from "../core/ir/types.js";
import { front } from "./passes/index.js";
import { planProgram } from "./plan/index.js";
import { unreachedMoments } from "./plan/unreached-moments.js";
import { Sources } from "./sources.js";
import { Stopwatch } from "./stopwatch.js";

export type { CompileOptions, CompileResult } from "./compile-types.js";

/** Text in; IR, plan, loop and source map out. Never throws for a mistake in the program. */
export function compile(source: string, options: CompileOptions = {}): CompileResult {
  const clock = new Stopwatch();
  const sources = new Sources(source, options);
  const read = clock.time("front", () => front(source, sources.options));
  const base = { program: read.program, spans: read.spans, texts: sources.texts, main: sources.main };
  const none = { ir: null, plan: null, simulation: null, code: null, map: null };
  if (read.ir === null) return { ...base, ...none, diagnostics: read.diagnostics, timings: clock.timings };

  const { ir, spans } = read;
  const data = { examples: options.data?.examples, batch: options.batch ?? 32 };
  const planned = clock.time("plan", () =>
    planProgram(ir, { network: options.network, weights: options.weights, data, spans }),
  );
  const { plan, simulation } = planned;
  const unreached = unreachedMoments(ir, simulation, spans);
  const diagnostics = [...read.diagnostics, ...planned.diagnostics, ...unreached];
  const whole: Ir = { ...ir, plan };
  if (options.emit === false || diagnostics.some((one) => one.severity === "error")) {
    return { ...base, ...none, ir: whole, plan, simulation, diagnostics, timings: clock.timings };
  }
  const { code, map } = clock.time("emit", () => emitProgram(whole, spans, sources, options));
  return { ...base, ir: whole, plan, simulation, code, map, diagnostics, timings: clock.timings };
}
