import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { raise } from "../core/diagnostics/create.js";
import type { Terminal } from "./terminal.js";

/** Largest program read; the parser refuses far smaller ones with a better message. */
const MAX_BYTES = 64 * 2 ** 20;

/** The text of a program file, or of standard input for `-`. @throws DiagnosticError saying why there is none */
export async function readProgram(file: string, { cwd }: Terminal): Promise<string> {
  if (file === "-") return readInput(process.stdin);
  const path = resolve(cwd, file);
  const facts = await stat(path).catch(() => null);
  if (!facts) return raise("P9501", `there is no file \`${file}\``);
  if (!facts.isFile())
    return raise("P9501", `\`${file}\` is not a file`, { help: "name the `.prune` file itself" });
  if (facts.size > MAX_BYTES) return raise("P9501", `\`${file}\` has ${facts.size} bytes`);
  return readFile(path, "utf8").catch((cause: unknown) =>
    raise("P9501", `\`${file}\` cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`),
  );
}

async function readInput(input: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of input) {
    size += part.length;
    if (size > MAX_BYTES) return raise("P9501", `standard input has more than ${MAX_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}
