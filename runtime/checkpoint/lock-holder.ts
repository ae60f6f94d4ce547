import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout } from "node:timers/promises";

/** Who holds a lock. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Boot of the machine and when in it the process began, where the system tells: numbers of processes are given again. */
  readonly born: string | null;
  /** ISO date. */
  readonly since: string;
}

/** What a lock says; `holder` is null for a file that is no lock, and for one that is gone. */
export async function readHolder(
  path: string,
): Promise<{ readonly text: string | null; readonly holder: Holder | null }> {
  // Between being made and being written a lock is empty for a moment.
  for (let attempt = 0; ; attempt++) {
    const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === "ENOENT") return null;
      throw cause;
    });
    if (text !== "" || attempt === 5) return { text, holder: text === null ? null : parse(text) };
    await setTimeout(20);
  }
}

function parse(text: string): Holder | null {
  try {
    const value: unknown = JSON.parse(text);
    return isHolder(value) ? value : null;
  } catch {
    return null;
  }
}

function isHolder(value: unknown): value is Holder {
  if (typeof value !== "object" || value === null) return false;
  const { pid, host, born, since } = Object.assign(Object.create(null), value);
  return (
    Number.isSafeInteger(pid) &&
    pid > 0 &&
    typeof host === "string" &&
    (born === null || typeof born === "string") &&
    typeof since === "string" &&
    /^[\dT:.Z-]{1,30}$/.test(since)
  );
}

/**
 * Whether another process holds the lock still. One of another machine cannot be asked: its lock counts as left behind, for a run
 * that lost its machine must be able to go on elsewhere. So does one of this process's own number, which an earlier run had.
 */
export function isRunning({ pid, host, born }: Holder): boolean {
  if (host !== hostname() || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (cause) {
    // Not allowed to signal it: it is there.
    if (!(cause instanceof Error && "code" in cause && cause.code === "EPERM")) return false;
  }
  const now = bornAt(pid);
  return born === null || now === null || born === now;
}

/** Null where the system has no `/proc`. */
export function bornAt(pid: number): string | null {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is a name in parentheses that may hold anything; the 22nd is the time since the boot.
    const began = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    return began === undefined ? null : `${boot} ${began}`;
  } catch {
    return null;
  }
}
