import { readFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where in a `.prune` file a statement stands; lines and columns count from 1. */
export interface Place {
  readonly source: string;
  readonly line: number;
  readonly column: number;
}

/** Frames that `Error.stackTraceLimit` must leave room for: a step of the runtime lies between the loop and where it throws. */
export const framesToKeep = 60;

/**
 * The statement at which something was thrown: the innermost frame that lies in the emitted module at `url`, through the module's
 * source map. Null when the stack does not reach the module, or the module has no map.
 */
export function placeOf(cause: unknown, url: string): Place | null {
  if (!(cause instanceof Error) || cause.stack === undefined) return null;
  const at = frameIn(cause.stack, url);
  const map = at === null ? null : mapOf(url);
  if (at === null || map === null) return null;
  const entry = map.findEntry(at.line - 1, at.column - 1);
  if (!("originalSource" in entry) || entry.originalSource === undefined) return null;
  return { source: entry.originalSource, line: entry.originalLine + 1, column: entry.originalColumn + 1 };
}

function frameIn(stack: string, url: string): { readonly line: number; readonly column: number } | null {
  for (const frame of stack.split("\n")) {
    const from = frame.indexOf(`${url}:`);
    const [, line, column] = from < 0 ? [] : (/^:(\d+):(\d+)/.exec(frame.slice(from + url.length)) ?? []);
    if (line !== undefined && column !== undefined) return { line: Number(line), column: Number(column) };
  }
  return null;
}

/** The map that the last line of the module names: inline, or a file beside it. */
function mapOf(url: string): SourceMap | null {
  try {
    const path = fileURLToPath(url);
    const [, named] = /\/\/# sourceMappingURL=(\S+)\s*$/.exec(readFileSync(path, "utf8")) ?? [];
    if (named === undefined) return null;
    const inline = /^data:application\/json;base64,(.*)$/.exec(named)?.[1];
    const text =
      inline === undefined
        ? readFileSync(join(dirname(path), named), "utf8")
        : Buffer.from(inline, "base64").toString("utf8");
    return new SourceMap(JSON.parse(text));
  } catch {
    return null;
  }
}
