import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Report } from "../../runtime/report/types.js";
import type { Project } from "./project.js";

export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** What every run in these tests shares: the bit-for-bit backend and the small project's network and data. */
export const bound = ["--network", "net.json", "--data", "data.npz"];
export const onWasm = [...bound, "--backend", "wasm", "--batch", "16"];

type Kill = (signal: NodeJS.Signals) => void;

export interface Listener {
  readonly env?: Readonly<Record<string, string>>;
  /** Hears of the start of the process, and may end it then or later. */
  readonly onStart?: (kill: Kill) => void;
  /** Hears what it says. */
  readonly onText?: (text: string, kill: Kill) => void;
}

/** Runs the command line in a process of its own, as a user does; who listens may end it. */
export function espalier(project: Project, args: readonly string[], listener: Listener = {}): Promise<Ended> {
  return node(project, [project.cli, ...args], listener);
}

export function node(
  project: Project,
  args: readonly string[],
  { env: more, onStart, onText }: Listener = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, NO_COLOR: "1", ESPALIER_DEBUG: undefined, ...more };
    const child = spawn(process.execPath, args, {
      cwd: project.folder,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const kill = (signal: NodeJS.Signals) => void child.kill(signal);
    const said = { out: "", err: "" };
    const hear = (stream: "out" | "err") => (text: string) => {
      said[stream] += text;
      onText?.(text, kill);
    };
    child.stdout.setEncoding("utf8").on("data", hear("out"));
    child.stderr.setEncoding("utf8").on("data", hear("err"));
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, ...said }));
    onStart?.(kill);
  });
}

export function reportOf(project: Project, out: string): Report {
  return JSON.parse(readFileSync(join(project.folder, out, "report.json"), "utf8"));
}

/** Digests of what a run wrote, by file name; of the report all but its measured times. */
export function resultsOf(project: Project, out: string): Record<string, string> {
  const folder = join(project.folder, out);
  const results: Record<string, string> = {};
  for (const name of readdirSync(folder).sort()) {
    // The page and the loop hold times and paths of this very run.
    if (name === "report.html" || name === "loop.mjs") continue;
    const bytes = readFileSync(join(folder, name));
    results[name] = digest(name === "report.json" ? timeless(bytes.toString("utf8")) : bytes);
  }
  return results;
}

/** Without times, and without the text of the program, which a loop on its own does not have. */
function timeless(text: string): string {
  const report: Report = JSON.parse(text);
  const steady = { ...report.before, latency: null };
  return JSON.stringify({
    ...report,
    source: { ...report.source, text: null, parameters: {} },
    timing: null,
    before: steady,
    after: { ...report.after, latency: null },
  });
}

const digest = (bytes: string | Uint8Array): string =>
  createHash("sha256").update(bytes).digest("hex").slice(0, 16);

export const wrote = (project: Project, path: string): boolean => existsSync(join(project.folder, path));
