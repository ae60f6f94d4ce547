import { dirname, isAbsolute, resolve } from "node:path";
import { existsSync } from "node:fs";
import type { Program } from "../grammar/ast.js";

/** What a program says of its network and data: the last statement of each kind wins, as in the IR. */
export function bindings(program: Program): {
  readonly network: string | null;
  readonly data: string | null;
} {
  let network: string | null = null;
  let data: string | null = null;
  for (const statement of program.statements) {
    if (statement.kind === "network") network = statement.path.value;
    if (statement.kind === "data") data = statement.path.value;
  }
  return { network, data };
}

/** A path written in a program: relative to the program's own folder. Names that are no file there (`mnist`) stay as they are. */
export function besideProgram(written: string, file: string | undefined): string {
  if (isAbsolute(written) || file === undefined) return written;
  const beside = resolve(dirname(file), written);
  return existsSync(beside) ? beside : written;
}
