import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, dirname, relative, resolve } from "node:path";
import { scan } from "../../grammar/lexer.js";
import type { CompileResult } from "../../compiler/compile.js";
import { filesRead } from "../../api/files-read.js";
import { compileProgram } from "../../api/compile-program.js";
import { diagnostic, raise } from "../../core/diagnostics/create.js";
import { typesOf } from "../../api/types-file.js";
import { givenProgram } from "../given-program.js";
import { diagnosticsJson, hasErrors, report } from "../report.js";
import { EXIT, type ExitCode, type Terminal } from "../terminal.js";
import type { Round } from "../watch.js";
import { writeFileSafely } from "../../api/out-folder.js";
import type { BoundOptions } from "./check.js";

export interface CompileCommandOptions extends BoundOptions {
  readonly allowJs?: boolean;
  readonly method?: string;
  readonly out?: string;
  readonly emit?: string;
  readonly timings?: boolean;
  readonly typescript?: boolean;
  readonly watch?: boolean;
}

const STAGES = ["tokens", "ast", "ir", "plan", "js", "map", "types"] as const;
type Stage = (typeof STAGES)[number];

/** Writes the loop that a program stands for, with its source map beside it, or one of the stages on the way there. */
export async function compileCommand(
  named: string | undefined,
  options: CompileCommandOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  if (options.watch !== true) return (await compileOnce(named, options, terminal)).code;
  const { watch } = await import("../watch.js");
  return watch(
    () => compileOnce(named, options, terminal),
    named === undefined ? [] : [named],
    options,
    terminal,
  );
}

async function compileOnce(
  named: string | undefined,
  options: CompileCommandOptions,
  terminal: Terminal,
): Promise<Round> {
  const { watch: _, method, emit = "js", out, timings, json, ...bound } = options;
  const stage = STAGES.find((name) => name === emit);
  if (stage === undefined)
    return raise("P9504", `there is no stage \`${emit}\` to emit`, { help: `one of ${STAGES.join(", ")}` });
  const { file, text: source } = await givenProgram(named, method, terminal);
  const compiled = await compileProgram(source, {
    ...bound,
    file,
    ...(out !== undefined && { javascriptFrom: fromLoop(file, resolve(terminal.cwd, out), terminal) }),
  });
  const { result, diagnostics } = compiled;
  const said = [...diagnostics];
  const made = stage === "tokens" ? tokensOf(source) : stageOf(stage, result);
  const early = stage === "tokens" || stage === "ast";
  if (made === null && !hasErrors(said)) {
    const help = "name it in the program or by `--network`";
    said.push(diagnostic("P9506", "a plan takes a network", null, { help }));
  }
  const failed = made === null || (hasErrors(said) && !early);
  const written = typeof made === "string" ? made : JSON.stringify(made, null, 2);
  const failure =
    failed || out === undefined ? null : await write(resolve(terminal.cwd, out), stage, written, result);
  if (failure !== null) said.push(diagnostic("P9502", `\`${out ?? ""}\` cannot be written: ${failure}`));

  if (json === true) {
    const shown = { ...(failed ? {} : { [stage]: made }), ...(timings ? { timings: result.timings } : {}) };
    terminal.out(JSON.stringify({ diagnostics: diagnosticsJson(said, result), ...shown }, null, 2));
  } else {
    report(said, result, {}, terminal);
    if (!failed && out === undefined) terminal.out(written);
    if (timings === true) tellTimings(result, terminal);
  }
  const code = failed || failure !== null ? EXIT.failed : EXIT.ok;
  return { code, files: await filesRead(compiled) };
}

/** Paths of the program's JavaScript as the loop has them, which may lie in another folder. */
const fromLoop =
  (file: string, loop: string, { cwd }: Terminal) =>
  (from: string): string => {
    const folder = file === "-" ? cwd : dirname(resolve(cwd, file));
    const path = relative(dirname(loop), resolve(folder, from)).replaceAll("\\", "/");
    return path.startsWith(".") ? path : `./${path}`;
  };

function tellTimings({ timings }: CompileResult, terminal: Terminal): void {
  for (const [name, ms] of Object.entries(timings))
    terminal.err(`${name.padEnd(10)} ${ms.toFixed(1).padStart(8)} ms\n`);
}

function tokensOf(text: string): readonly object[] {
  return scan(text).tokens.map(({ tokenType, image, startOffset }) => ({
    token: tokenType.name,
    image,
    start: startOffset,
  }));
}

function stageOf(stage: Exclude<Stage, "tokens">, result: CompileResult): string | object | null {
  if (stage === "js") return result.code;
  if (stage === "types") return result.code === null ? null : typesOf(result);
  return stage === "ast" ? result.program : result[stage];
}

async function write(
  path: string,
  stage: Stage,
  text: string,
  { map }: CompileResult,
): Promise<string | null> {
  if (stage !== "js" || map === null) return writeFileSafely(path, `${text.trimEnd()}\n`);
  const name = basename(path);
  const fresh = !existsSync(`${path}.map`);
  const failure = await writeFileSafely(`${path}.map`, JSON.stringify({ ...map, file: name }));
  if (failure !== null) return `its map: ${failure}`;
  const failed = await writeFileSafely(path, `${text.trimEnd()}\n//# sourceMappingURL=${name}.map\n`);
  if (failed !== null && fresh) await rm(`${path}.map`, { force: true });
  return failed;
}
