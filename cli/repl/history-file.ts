import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { reasonOf } from "../../runtime/reason.js";

/** Lines that are remembered. */
const MOST = 1000;

export interface HistoryFile {
  /** What was typed before, the newest first. */
  readonly lines: readonly string[];
  add(line: string): void;
}

/** Where lines are kept: what `ESPALIER_HISTORY` says (empty: nowhere), else a file in the user's state folder. */
export function historyPath(env: NodeJS.ProcessEnv): string | null {
  const said = env["ESPALIER_HISTORY"];
  if (said !== undefined) return said === "" ? null : said;
  return join(env["XDG_STATE_HOME"] ?? join(homedir(), ".local", "state"), "espalier", "history");
}

/** The lines typed in earlier sessions. A file that cannot be read or written is told of once, and is then let be. */
export function historyFile(path: string | null, tell: (text: string) => void): HistoryFile {
  let broken = path === null;
  let last: string | undefined;
  const attempt = <T>(work: () => T, otherwise: T): T => {
    if (broken) return otherwise;
    try {
      return work();
    } catch (cause) {
      broken = true;
      tell(`what is typed is not kept: ${reasonOf(cause)}`);
      return otherwise;
    }
  };
  const lines = attempt(() => {
    const kept = linesOf(path ?? "");
    mkdirSync(dirname(path ?? ""), { recursive: true });
    writeFileSync(path ?? "", kept.map((line) => `${line}\n`).join(""), { mode: 0o600 });
    return kept.toReversed();
  }, []);
  return {
    lines,
    add(line) {
      if (line.trim() === "" || line === last) return;
      last = line;
      attempt(() => appendFileSync(path ?? "", `${line}\n`, { mode: 0o600 }), undefined);
    },
  };
}

function linesOf(path: string): readonly string[] {
  try {
    return readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .slice(-MOST);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw cause;
  }
}
