import {
  closeSync,
  existsSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeSync,
} from "node:fs";
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join, relative, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { DiagnosticError } from "../../core/diagnostics/diagnostic.js";
import { reasonOf } from "../reason.js";
import { raise } from "../../core/diagnostics/create.js";
import type { Lock } from "../run/host/host.js";
import { makeFolder, temporaryBeside } from "./files.js";

export const lockName = ".espalier.lock";

/** The locks of this process, by path. */
const held = new Map<string, Lock>();

/**
 * Takes the lock of a folder, which is made where it is missing. A file says which process holds it; that of a process which has
 * died is taken over, so that a killed run can be resumed. With `again` a lock that this very process holds is given once more.
 * @throws DiagnosticError P7005 while another run holds it, or when the folder cannot be written
 */
export async function takeLock(folder: string, { again }: { readonly again: boolean }): Promise<Lock> {
  const path = join(resolve(folder), lockName);
  const isNew = !existsSync(folder);
  try {
    await makeFolder(folder);
    while (!create(path)) {
      const mine = held.get(path);
      if (mine !== undefined && again) return mine;
      if (mine !== undefined) refuse(folder, null);
      await removeDead(path, folder);
    }
  } catch (cause) {
    if (cause instanceof DiagnosticError) throw cause;
    raise("P7005", `\`${shown(folder)}\` cannot be written: ${reasonOf(cause)}`);
  }
  if (held.size === 0) process.once("exit", releaseAll);
  const lock = { release: () => release(path, isNew ? resolve(folder) : null) };
  held.set(path, lock);
  return lock;
}

/** For a process that is about to end without further ado. */
export function releaseAll(): void {
  for (const lock of [...held.values()]) lock.release();
}

function release(path: string, folder: string | null): void {
  if (!held.delete(path)) return;
  if (held.size === 0) process.off("exit", releaseAll);
  try {
    rmSync(path, { force: true });
    if (folder !== null) rmdirSync(folder);
  } catch {
    // A folder with something in it stays.
  }
}

/** Writes the lock, unless there is one. */
function create(path: string): boolean {
  const text = JSON.stringify({
    pid: process.pid,
    host: hostname(),
    born: bornAt(process.pid),
    since: new Date().toISOString(),
  } satisfies Holder);
  try {
    const file = openSync(path, "wx");
    writeSync(file, text);
    closeSync(file);
    return true;
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "EEXIST") return false;
    throw cause;
  }
}

/** Takes away the lock of a process that is no more. */
async function removeDead(path: string, folder: string): Promise<void> {
  const { text, holder } = await readHolder(path);
  if (holder !== null && isRunning(holder)) refuse(folder, holder);
  // Whoever else found it dead may have a lock of its own there by now: that one is put back.
  const aside = temporaryBeside(path);
  try {
    renameSync(path, aside);
    if (readFileSync(aside, "utf8") !== text) linkSync(aside, path);
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause && (cause.code === "ENOENT" || cause.code === "EEXIST")))
      throw cause;
    await setTimeout(20);
  } finally {
    rmSync(aside, { force: true });
  }
}

function refuse(folder: string, holder: Holder | null): never {
  raise("P7005", `another run is writing to \`${shown(folder)}\``, {
    ...(holder !== null && { notes: [`process ${holder.pid} has been at it since ${holder.since}`] }),
    help: "wait until it has ended, or name another folder by `--out`",
  });
}

const shown = (folder: string): string => relative(process.cwd(), resolve(folder)) || ".";

/** Who holds a lock. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Boot of the machine and when in it the process began, where the system tells: numbers of processes are given again. */
  readonly born: string | null;
  /** ISO date. */
  readonly since: string;
}

/** What a lock says; `holder` is null for a file that is no lock, and for one that is gone. */
async function readHolder(
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
function isRunning({ pid, host, born }: Holder): boolean {
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
