import type { CompileOptions } from "../../compiler/compile.js";
import { DiagnosticError, type Diagnostic } from "../../core/diagnostics/diagnostic.js";
import { counted } from "../../core/ir/words.js";
import { phaseSteps } from "../../core/schedule/schedule.js";
import * as runtime from "../../runtime/index.js";
import type { GoingOn } from "../../runtime/run/host/going-on.js";
import { goToMoment, takeMoment, type Moment } from "../../runtime/run/host/moment.js";
import type { OpenRun } from "../../runtime/run/host/run.js";
import type { ProgressEvent } from "../../runtime/run/report/log.js";
import { importsOf, type JavaScriptOptions } from "../javascript.js";
import {
  compileAll,
  CompiledError,
  emitStep,
  type Compiled,
  type Step,
  type Texts,
  type Written,
} from "./compile.js";
import { cutTo, ignoresLength } from "./cut.js";
import { standingOf } from "./standing.js";
import type { DoneStatement, Standing } from "./types.js";

/** All that was done up to a moment. Never changes: `undo` goes back to an earlier one. */
export interface Timeline {
  readonly statements: readonly DoneStatement[];
  /** What stood after each statement. */
  readonly moments: readonly Moment[];
  readonly steps: readonly DoneStep[];
}

/** A step of the program that was carried out. */
interface DoneStep extends Pick<Step, "signature" | "endsTraining"> {
  readonly after: Moment;
}

/** What a statement is carried out with. */
export interface Means {
  readonly run: OpenRun;
  readonly goingOn: GoingOn;
  /** The network as loaded. */
  readonly start: Moment;
  readonly standing: Standing;
  readonly compile: CompileOptions;
  readonly javascript: JavaScriptOptions;
  /** Has what is told given to a listener. */
  hear(listener: (event: ProgressEvent) => void): void;
  /** Tells a remark. */
  note(text: string): void;
  /** Takes the texts that spans mean. */
  read(texts: Texts): void;
}

/**
 * Carries out one more statement. All of them are compiled together; where that makes of an earlier step something else than it was (a
 * later `rewind` asks for a snapshot, a later `regrow` acts with it), the run goes back to before it, and it is done again with those
 * after it.
 * @throws DiagnosticError where it has a mistake or fails: the run stands as before then
 */
export async function carryOut(written: Written, from: Timeline, means: Means): Promise<Timeline> {
  const { run } = means;
  const { session } = run;
  const texts = from.statements.map(({ text }) => text);
  const compiled = compiledWith([...texts, written.text], means);
  const fits = from.steps.findIndex((done, i) => !isSame(done, compiled.steps[i]));
  const first = fits < 0 ? from.steps.length : fits;
  const before = from.moments.at(-1) ?? means.start;
  const began = performance.now();
  const said: { kind: string; text: string }[] = [];
  const steps = from.steps.slice(0, first);
  const clock = session.clock.step;
  let stopped: DoneStatement["stopped"] = null;
  try {
    await takeFunctions(compiled, means);
    if (first < from.steps.length) {
      const again = counted(from.steps.length - first, "steps");
      means.note(`this makes something else of what was done: the last ${again} are carried out again`);
      goToMoment(session, steps.at(-1)?.after ?? means.start);
    }
    for (const [index, step] of compiled.steps.entries()) {
      if (index < first) continue;
      means.hear((event) => {
        if (event.kind === "event" && index >= from.steps.length)
          said.push({ kind: event.event, text: event.text });
      });
      const ended = await endsEarly(() => runStep(compiled, step, means), run, step);
      const after = takeMoment(session, steps.at(-1)?.after ?? means.start);
      steps.push({ ...step, after });
      if (ended === null && !session.stopped) continue;
      const left = compiled.steps.slice(index + 1);
      if (ended === null && left.length === 0) break;
      // a statement of several steps ends here: the program cannot say so
      stopped = { steps: session.clock.step - clock, exact: left.length === 0 && ended?.exact === true };
      for (const one of left) steps.push({ ...one, after });
      break;
    }
  } catch (cause) {
    goToMoment(session, before);
    throw cause instanceof DiagnosticError ? placed(cause, compiled) : cause;
  } finally {
    means.hear(() => undefined);
  }
  const shorter = stopped?.exact === true ? cutTo(written, stopped.steps) : null;
  const replaced = shorter === null ? null : tried(() => compiledWith([...texts, shorter], means));
  if (stopped !== null && replaced === null) stopped = { ...stopped, exact: false };
  const meant = replaced?.steps ?? compiled.steps;
  const moment = steps.at(-1)?.after ?? before;
  const statement: DoneStatement = {
    text: replaced === null ? written.text : (shorter ?? written.text),
    said,
    before: means.standing,
    after: moment === before ? means.standing : await standingOf(session),
    diagnostics: compiled.warnings,
    seconds: (performance.now() - began) / 1000,
    again: from.steps.length - first,
    stopped,
  };
  return {
    statements: [...from.statements, statement],
    moments: [...from.moments, moment],
    steps: steps.map(({ after }, i) => ({ ...pick(meant[i], compiled.steps[i]), after })),
  };
}

const pick = (step: Step | undefined, other: Step | undefined) => ({
  signature: (step ?? other)?.signature ?? "",
  endsTraining: (step ?? other)?.endsTraining ?? null,
});

const isSame = (done: DoneStep, step: Step | undefined): boolean =>
  step !== undefined &&
  done.signature === step.signature &&
  (done.endsTraining === null || done.endsTraining === step.endsTraining);

/** @throws DiagnosticError of a mistake in the texts */
export function compiledWith(texts: readonly string[], means: Pick<Means, "compile" | "read">): Compiled {
  try {
    const compiled = compileAll(texts, means.compile);
    means.read(compiled.result);
    return compiled;
  } catch (cause) {
    if (cause instanceof CompiledError) means.read(cause.compiled);
    throw cause;
  }
}

function tried<T>(work: () => T): T | null {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof DiagnosticError) return null;
    throw cause;
  }
}

/** What the statements take from JavaScript. */
async function takeFunctions({ result, ir }: Compiled, { goingOn, javascript }: Means): Promise<void> {
  if (ir.imports === undefined) return;
  const imports = await importsOf(result, javascript, javascript.allowJs ?? false);
  goingOn.take(imports, javascript);
}

async function runStep(compiled: Compiled, step: Step, { goingOn, compile }: Means): Promise<void> {
  const code = emitStep(compiled, step, compile);
  const make = new Function("runtime", code);
  const { loop } = make({ ...runtime, openRun: goingOn.openRun });
  await loop();
}

/** How a step ended that was stopped; null for one that came to its end. */
async function endsEarly(
  work: () => Promise<void>,
  { session }: OpenRun,
  { ir }: Step,
): Promise<{ readonly exact: boolean } | null> {
  const from = session.clock.step;
  try {
    await work();
    return null;
  } catch (cause) {
    const asked = cause instanceof DiagnosticError && cause.diagnostics.some(({ code }) => code === "P7009");
    if (!asked || !session.stopped) throw cause;
  }
  if (ir.kind === "repeat" || ir.kind === "for-each" || ir.kind === "search") return { exact: false };
  if (ir.kind !== "train") return null;
  const times = session.phases.get(ir.id);
  const done = session.clock.step - from;
  return times !== undefined && done < phaseSteps(times) ? { exact: ignoresLength(ir) } : null;
}

/** What ended a statement, at its place in the text. */
function placed(error: DiagnosticError, { result: { spans, main } }: Compiled): DiagnosticError {
  return error.map(({ statement, ...one }): Diagnostic => {
    const found = statement === undefined ? undefined : spans.get(statement);
    if (found === undefined || one.span !== undefined) return one;
    const { span, file = main } = found;
    return { ...one, span, ...(file !== main && { file }) };
  });
}
