import { compile, type CompileOptions, type CompileResult } from "../../compiler/compile.js";
import { emitProgram } from "../../compiler/emit/index.js";
import { DiagnosticError, type Diagnostic } from "../../core/diagnostics/diagnostic.js";
import type { Ir, StepIr } from "../../core/ir/types.js";
import { statements, trains } from "../../core/ir/walk.js";
import { parse } from "../../grammar/index.js";
import type { Statement } from "../../grammar/ast.js";

/** What the statements so far mean. */
export interface Compiled {
  readonly result: CompileResult;
  readonly ir: Ir;
  readonly steps: readonly Step[];
  /** Warnings about the statement that came last. */
  readonly warnings: readonly Diagnostic[];
}

/** The texts that spans mean, by file name. */
export type Texts = Pick<CompileResult, "main" | "texts">;

/** A step of the program on top level. */
export interface Step {
  readonly ir: StepIr;
  /** Tells it from what the same statement may be beside others. */
  readonly signature: string;
  /** Whether no step after it trains; null where that is no matter to it. */
  readonly endsTraining: boolean | null;
}

/** Warnings about a program as a whole, which at a prompt is not over, and about what a statement finds out itself when it acts. */
const ofTheWhole: ReadonlySet<string> = new Set(["P3056", "P3065", "P3070"]);

/** One of the texts given, with the comments above it. */
export interface Written {
  readonly text: string;
  readonly statement: Statement;
}

/** The statements of a text, each with what stands before it. @throws DiagnosticError of a text that does not follow the grammar */
export function statementsIn(text: string): readonly Written[] {
  const { program, diagnostics } = parse(text);
  if (diagnostics.some(({ severity }) => severity === "error")) throw new DiagnosticError(diagnostics);
  let from = 0;
  return program.statements.map((statement) => {
    const written = text.slice(from, statement.span.end).replace(/^[\s;]+/, "");
    from = statement.span.end;
    return { text: written, statement };
  });
}

/** Compiles all statements together. @throws DiagnosticError */
export function compileAll(texts: readonly string[], options: CompileOptions): Compiled {
  const source = `${texts.join("\n")}\n`;
  const result = compile(source, { ...options, emit: false });
  const { ir, diagnostics } = result;
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (ir === null || errors.length > 0) throw new CompiledError(errors, result);
  const last = ir.body.findLastIndex(trains);
  const steps = ir.body.map((step, index): Step => {
    const pairs = statements([step]).some((one) => one.kind === "prune" && one.regrow !== undefined);
    return { ir: step, signature: signatureOf(step), endsTraining: pairs ? index === last : null };
  });
  const from = source.length - (texts.at(-1)?.length ?? 0) - 1;
  const warnings = diagnostics.filter(
    ({ code, span, file }) =>
      span !== undefined &&
      span.start >= from &&
      (file === undefined || file === result.main) &&
      !ofTheWhole.has(code),
  );
  return { result, ir, steps, warnings };
}

/** Mistakes in the texts of a compilation. */
export class CompiledError extends DiagnosticError {
  constructor(
    diagnostics: readonly Diagnostic[],
    readonly compiled: CompileResult,
  ) {
    super(diagnostics);
  }
}

/** The wording of a statement is no part of what it does. */
const signatureOf = (step: StepIr): string =>
  JSON.stringify(step, (key, value: unknown) => (key === "text" ? undefined : value));

/** The loop of one step, as the body of a function of the runtime. */
export function emitStep({ result, ir }: Compiled, step: Step, options: CompileOptions): string {
  const { texts, main, files, spans } = result;
  const sources = { texts, main, files, imports: {}, parameters: false };
  const { code } = emitProgram({ ...ir, plan: null, body: [step.ir] }, spans, sources, {
    ...options,
    form: "function",
    javascriptFrom: () => null,
    continues: step.endsTraining === false,
  });
  return code;
}
