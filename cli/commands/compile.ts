import { mkdir, rename, writeFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { scan } from "../../grammar/lexer.js";
import type { CompileResult } from "../../compiler/compile.js";
import { compileProgram } from "../api/compile-program.js";
import { commandDiagnostic } from "../codes.js";
import { EXIT, type ExitCode } from "../exit.js";
import { readProgram } from "../read-program.js";
import { diagnosticsJson, hasErrors, report } from "../report.js";
import type { Terminal } from "../terminal.js";
import type { BoundOptions } from "./check.js";

export interface CompileCommandOptions extends BoundOptions {
  readonly out?: string;
  readonly emit: string;
  readonly timings?: boolean;
}

const STAGES = ["tokens", "ast", "ir", "plan", "js", "map"] as const;

/** Writes the loop that a program stands for, with its source map beside it, or one of the stages on the way there. */
export async function compileCommand(
  file: string,
  options: CompileCommandOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const stage = STAGES.find((name) => name === options.emit);
  if (stage === undefined) {
    report(
      [commandDiagnostic("P9504", `\`--emit ${options.emit}\` is unknown`, `one of ${STAGES.join(", ")}`)],
      null,
      options,
      terminal,
    );
    return EXIT.usage;
  }
  const source = await readProgram(file, file);
  if (source.text === null) {
    report(source.diagnostics, null, options, terminal);
    return EXIT.failed;
  }
  const { emit: _emit, out, timings, json, ...bound } = options;
  const { result, diagnostics } = await compileProgram(source.text, { ...bound, file });
  if (json !== true || hasErrors(diagnostics)) report(diagnostics, result, options, terminal);
  const text = stage === "tokens" ? tokensJson(source.text) : stageText(stage, result);
  const failed = hasErrors(diagnostics) && stage !== "tokens" && stage !== "ast";
  if (!failed && text !== null) {
    if (json === true)
      terminal.out(
        JSON.stringify({ diagnostics: diagnosticsJson(diagnostics, result), [stage]: text }, null, 2),
      );
    else if (out === undefined) terminal.out(text);
    else if (!(await writeOut(out, stage, text, result, terminal, options))) return EXIT.failed;
  }
  if (timings === true)
    for (const [name, ms] of Object.entries(result.timings))
      terminal.err(`${name.padEnd(10)} ${ms.toFixed(1).padStart(8)} ms\n`);
  return failed ? EXIT.failed : EXIT.ok;
}

function tokensJson(text: string): string {
  const { tokens } = scan(text);
  return JSON.stringify(
    tokens.map(({ tokenType, image, startOffset }) => ({ token: tokenType.name, image, start: startOffset })),
    null,
    2,
  );
}

function stageText(stage: (typeof STAGES)[number], result: CompileResult): string | null {
  if (stage === "js") return result.code;
  const data =
    stage === "ast"
      ? result.program
      : stage === "ir"
        ? result.ir
        : stage === "plan"
          ? result.plan
          : result.map;
  return data === null ? null : JSON.stringify(data, null, 2);
}

async function writeOut(
  out: string,
  stage: string,
  text: string,
  result: CompileResult,
  terminal: Terminal,
  options: CompileCommandOptions,
): Promise<boolean> {
  try {
    await mkdir(dirname(out), { recursive: true });
    if (stage !== "js" || result.map === null) {
      await replace(out, text);
      return true;
    }
    await replace(`${out}.map`, JSON.stringify({ ...result.map, file: basename(out) }));
    await replace(out, `${text.trimEnd()}\n//# sourceMappingURL=${basename(out)}.map\n`);
    return true;
  } catch (cause) {
    report(
      [
        commandDiagnostic(
          "P9502",
          `\`${out}\` cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`,
        ),
      ],
      null,
      options,
      terminal,
    );
    return false;
  }
}

/** Never leaves half a file. */
async function replace(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, text);
  await rename(temporary, path);
}
