import { createInterface } from "node:readline";
import { bindings } from "../../api/bound.js";
import { DiagnosticError } from "../../core/diagnostics/diagnostic.js";
import { parse } from "../../grammar/index.js";
import { readProgram } from "../read-program.js";
import { backendOption } from "../backend-option.js";
import { Interpreter } from "../repl/interpreter.js";
import { promptLoop } from "../repl/prompt.js";
import { EXIT, type ExitCode, type Terminal } from "../terminal.js";

export interface ReplCommandOptions {
  readonly network?: string;
  readonly data?: string;
  readonly set?: Readonly<Record<string, string>>;
  readonly batch?: number;
  readonly masks?: boolean;
  readonly seed?: number;
  readonly backend?: string;
  readonly threads?: number;
  readonly allowJs?: boolean;
}

/** A prompt whose statements act on a network at once. Where no person types, lines come from standard input. */
export async function repl(
  file: string | undefined,
  { backend: named, ...given }: ReplCommandOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { backend, wrong } = backendOption(named);
  if (wrong.length > 0) throw new DiagnosticError(wrong);
  const program =
    file === undefined ? null : bindings(parse(await readProgram(file, terminal)).program, file);
  const { network = program?.network ?? undefined, data = program?.data ?? undefined } = given;
  const validation = given.data === undefined ? (program?.validation ?? undefined) : undefined;
  const interpreter = new Interpreter({ ...given, network, data, validation, backend }, terminal);
  const person = process.stdin.isTTY === true && process.stdout.isTTY === true;
  try {
    if (person) terminal.out(terminal.colors.dim("`help` says what may be typed, `quit` ends"));
    await interpreter.open();
    const loaded = file === undefined ? "done" : await interpreter.load(file);
    if (person) {
      await promptLoop(interpreter, terminal);
      return EXIT.ok;
    }
    return (await readLines(interpreter)) && loaded !== "failed" ? EXIT.ok : EXIT.failed;
  } finally {
    await interpreter.session?.close();
  }
}

/** Lines of a pipe or a file, one after another; true where none failed. */
async function readLines(interpreter: Interpreter): Promise<boolean> {
  let good = true;
  const stop = (): void => interpreter.stop();
  process.on("SIGINT", stop);
  try {
    for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
      const outcome = await interpreter.take(line);
      if (outcome === "quit") return good;
      good &&= outcome !== "failed";
    }
    return interpreter.pending === "" || (await interpreter.take("")) !== "failed" ? good : false;
  } finally {
    process.off("SIGINT", stop);
  }
}
