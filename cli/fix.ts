import { compileProgram, type CompiledProgram, type ProgramOptions } from "../api/compile-program.js";
import { Lines } from "../compiler/render/lines.js";
import { applicable, edited, type Mending } from "../core/diagnostics/apply.js";
import { hasErrors } from "./report.js";

/** Fixes that wait for others are taken up in later rounds; no program needs as many. */
const ROUNDS = 20;

export interface Fixed {
  readonly code: string;
  /** Where it stood when it was applied, from 1. */
  readonly line: number;
  readonly column: number;
  readonly title: string;
}

export interface Mended {
  readonly text: string;
  /** In the order in which they were applied. */
  readonly fixed: readonly Fixed[];
  readonly compiled: CompiledProgram;
}

/**
 * Applies the fixes of a program's diagnostics, round by round, each round checked as a whole: what leaves more mistakes is not kept,
 * and then the fixes are tried one by one.
 */
export async function mend(source: string, options: ProgramOptions): Promise<Mended> {
  let mended: Mended = { text: source, fixed: [], compiled: await compileProgram(source, options) };
  for (let round = 0; round < ROUNDS; round++) {
    const { compiled } = mended;
    const all = applicable(mended.text, compiled.diagnostics, compiled.result.main);
    const tries = all.length > 1 ? [all, ...all.map((one) => [one])] : all.length === 1 ? [all] : [];
    const before = mended;
    for (const chosen of tries) {
      const next = await apply(chosen, before, options);
      if (!isBetter(next.compiled, compiled, chosen)) continue;
      mended = next;
      break;
    }
    if (mended === before) break;
  }
  return mended;
}

async function apply(
  chosen: readonly Mending[],
  { text, fixed }: Mended,
  options: ProgramOptions,
): Promise<Mended> {
  const lines = new Lines(text);
  const told = chosen.map(({ diagnostic, fix }): Fixed => {
    const { line, column } = lines.place(diagnostic.span?.start ?? 0);
    return { code: diagnostic.code, line, column: column + 1, title: fix.title };
  });
  const next = edited(
    text,
    chosen.flatMap(({ fix }) => fix.edits),
  );
  return { text: next, fixed: [...fixed, ...told], compiled: await compileProgram(next, options) };
}

/** Mistakes of syntax hide those of meaning, and these the plan: a program that came further is better whatever it shows now. */
function isBetter(now: CompiledProgram, before: CompiledProgram, chosen: readonly Mending[]): boolean {
  if (stage(now) !== stage(before)) return stage(now) > stage(before);
  const errors = ({ diagnostics }: CompiledProgram) => diagnostics.filter((one) => hasErrors([one])).length;
  if (errors(now) !== errors(before)) return errors(now) < errors(before);
  // one mistake of a statement may have hidden the next
  const left = new Set(now.diagnostics.map(({ message }) => message));
  return !chosen.some(({ diagnostic }) => left.has(diagnostic.message));
}

/** How far a program came: 0 with mistakes of syntax, 1 without, 2 with an IR. */
const stage = ({ result, diagnostics }: CompiledProgram): number =>
  result.ir !== null ? 2 : diagnostics.some(({ code }) => code.startsWith("P1")) ? 0 : 1;
