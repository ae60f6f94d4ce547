import { readFile, stat } from "node:fs/promises";
import type { Diagnostic } from "../core/diagnostics/diagnostic.js";
import { diagnostic } from "../core/diagnostics/create.js";

/** Largest program read; the parser refuses far smaller ones with a better message. */
const MAX_BYTES = 64 * 2 ** 20;

/** The text of a program file, or why there is none. `shown` is the name as the user wrote it. */
export async function readProgram(
  path: string,
  shown: string,
): Promise<{ text: string | null; diagnostics: Diagnostic[] }> {
  const refuse = (why: string, help?: string) => ({
    text: null,
    diagnostics: [diagnostic("P9501", why, null, { help })],
  });
  const facts = await stat(path).catch(() => null);
  if (!facts) return refuse(`there is no file \`${shown}\``);
  if (!facts.isFile()) return refuse(`\`${shown}\` is not a file`, "name the `.prune` file itself");
  if (facts.size > MAX_BYTES) return refuse(`\`${shown}\` has ${facts.size} bytes`);
  try {
    return { text: await readFile(path, "utf8"), diagnostics: [] };
  } catch (cause) {
    return refuse(`\`${shown}\` cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}
