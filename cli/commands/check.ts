import { resolve } from "node:path";
import { checkJson, checkReport } from "../../compiler/render/check/report.js";
import { filesRead } from "../../api/files-read.js";
import { compileProgram } from "../../api/compile-program.js";
import { writeFileSafely } from "../../api/out-folder.js";
import { diagnostic } from "../../core/diagnostics/create.js";
import { DiagnosticError, type Diagnostic } from "../../core/diagnostics/diagnostic.js";
import { mend, type Mended } from "../fix.js";
import { givenProgram, type GivenProgram } from "../given-program.js";
import { readProgram } from "../read-program.js";
import { diagnosticsJson, hasErrors, report } from "../report.js";
import { EXIT, type ExitCode, type Terminal } from "../terminal.js";
import type { Round } from "../watch.js";

export interface BoundOptions {
  readonly network?: string;
  readonly data?: string;
  readonly set?: Readonly<Record<string, string>>;
  readonly epochs?: number;
  readonly batch?: number;
  readonly seed?: number;
  readonly masks?: boolean;
  readonly json?: boolean;
  readonly latencyTable?: string;
  readonly latencyBatch?: number;
}

export interface CheckCommandOptions extends BoundOptions {
  readonly allowJs?: boolean;
  readonly method?: string;
  readonly events?: boolean;
  readonly fix?: boolean;
  readonly watch?: boolean;
  readonly measure?: boolean;
}

/** What was found in one file. */
interface Checked {
  readonly failed: boolean;
  readonly facts: object;
  /** Absolute paths of what was read for it. */
  readonly files: readonly string[];
}

/** Says what programs will do before any training: events, amounts, costs, ties, barriers, lints. With `fix`, mends them first. */
export async function check(
  files: readonly string[],
  options: CheckCommandOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  if (options.watch !== true) return (await checkAll(files, options, terminal)).code;
  const { watch } = await import("../watch.js");
  return watch(() => checkAll(files, options, terminal), files, options, terminal);
}

async function checkAll(
  files: readonly string[],
  options: CheckCommandOptions,
  terminal: Terminal,
): Promise<Round> {
  const checked: Checked[] = [];
  const asked = options.method !== undefined || files.length === 0;
  const programs = asked ? [await givenProgram(files[0], options.method, terminal)] : files;
  for (const file of programs) checked.push(await checkOne(file, options, terminal));
  if (options.json === true) {
    const [only, ...others] = checked.map((one) => one.facts);
    terminal.out(JSON.stringify(others.length === 0 ? only : { files: [only, ...others] }, null, 2));
  }
  const code = checked.some((one) => one.failed) ? EXIT.failed : EXIT.ok;
  return { code, files: checked.flatMap((one) => one.files) };
}

/** A file that cannot be read keeps none of the others from being checked. */
async function checkOne(
  named: string | GivenProgram,
  options: CheckCommandOptions,
  terminal: Terminal,
): Promise<Checked> {
  const program = typeof named === "string" ? { file: named } : named;
  try {
    const text = typeof named === "string" ? await readProgram(named, terminal) : named.text;
    return await checkText({ ...program, text }, options, terminal);
  } catch (cause) {
    if (!(cause instanceof DiagnosticError)) throw cause;
    const { diagnostics } = cause;
    if (options.json !== true) report(diagnostics, null, {}, terminal);
    const facts = { file: program.file, diagnostics: diagnosticsJson(diagnostics, null) };
    return { failed: true, facts, files: [] };
  }
}

async function checkText(
  { file, text }: GivenProgram,
  options: CheckCommandOptions,
  terminal: Terminal,
): Promise<Checked> {
  const { method, json, events, watch: _, fix: asked, ...bound } = options;
  // There is no file of ours to mend.
  const fix = asked === true && method === undefined;
  const given = { ...bound, file, emit: false };
  const mended = fix ? await mend(text, given) : null;
  const compiled = mended?.compiled ?? (await compileProgram(text, given));
  const { result, diagnostics: found, network } = compiled;
  const files = await filesRead(compiled);
  const diagnostics = [...found, ...(await writeMended(mended, text, file, terminal))];
  const failed = hasErrors(diagnostics);
  const fixed = mended && { fixed: mended.fixed, ...(file === "-" && { text: mended.text }) };
  if (json === true) {
    const facts = checkJson(result, network ?? undefined);
    return {
      failed,
      facts: { ...facts, ...fixed, diagnostics: diagnosticsJson(diagnostics, result) },
      files,
    };
  }
  for (const { line, column, title } of mended?.fixed ?? [])
    terminal.err(`fixed ${file}:${line}:${column}: ${title}\n`);
  const beside = diagnostics.filter((one) => !result.diagnostics.includes(one));
  const answersWithText = file === "-" && mended !== null;
  // The report ends with the number of all that was found.
  report(failed ? diagnostics : beside, result, { counts: failed || answersWithText }, terminal);
  const { columns, colors: palette } = terminal;
  if (answersWithText) terminal.out(mended.text);
  else if (!failed)
    terminal.out(checkReport(result, { network: network ?? undefined, columns, palette, events, beside }));
  return { failed, facts: {}, files };
}

/** Puts a mended program in the place of the one that was read; gives what kept it from that. */
async function writeMended(
  mended: Mended | null,
  text: string,
  file: string,
  { cwd }: Terminal,
): Promise<readonly Diagnostic[]> {
  if (mended === null || mended.text === text || file === "-") return [];
  const failure = await writeFileSafely(resolve(cwd, file), mended.text);
  return failure === null ? [] : [diagnostic("P9502", `\`${file}\` cannot be written: ${failure}`)];
}
