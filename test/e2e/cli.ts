import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Report } from "../../runtime/report/types.js";
import type { Project } from "./project.js";

export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** What every run in these tests shares: the bit-for-bit backend and the small project's network and data. */
export const bound = ["--network", "net.json", "--data", "data.npz"];
export const onWasm = [...bound, "--backend", "wasm", "--batch", "16"];

/** Runs the command line in a process of its own, as a user does; `onText` hears what it says and may end it. */
export function espalier(
  project: Project,
  args: readonly string[],
  options: {
    readonly onText?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
  } = {},
): Promise<Ended> {
  return node(project, [project.cli, ...args], options);
}

export function node(
  project: Project,
  args: readonly string[],
  { onText }: Parameters<typeof espalier>[2] = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, NO_COLOR: "1", ESPALIER_DEBUG: undefined };
    const child = spawn(process.execPath, args, {
      cwd: project.folder,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const said = { out: "", err: "" };
    const hear = (stream: "out" | "err") => (text: string) => {
      said[stream] += text;
      onText?.(text, (signal) => child.kill(signal));
    };
    child.stdout.setEncoding("utf8").on("data", hear("out"));
    child.stderr.setEncoding("utf8").on("data", hear("err"));
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code, ...said });
    });
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

function timeless(text: string): string {
  const report: Report = JSON.parse(text);
  const steady = { ...report.before, latency: null };
  return JSON.stringify({
    ...report,
    timing: null,
    before: steady,
    after: { ...report.after, latency: null },
  });
}

const digest = (bytes: string | Uint8Array): string =>
  createHash("sha256").update(bytes).digest("hex").slice(0, 16);

export const wrote = (project: Project, path: string): boolean => existsSync(join(project.folder, path));
