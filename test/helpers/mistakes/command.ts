import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { main } from "../../../cli/main.js";
import { fakeTerminal } from "../../cli/fake-terminal.js";

export interface Ended {
  /** Null when it was ended from outside. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** What went to the process's own streams and not through the terminal: nothing should. */
  readonly stray: string;
}

/** The command line of a built package, in this process; it works in `folder` while it runs. */
export async function inProcess(built: string, folder: string, args: readonly string[]): Promise<Ended> {
  const module: { main: typeof main } = await import(
    pathToFileURL(join(built, "dist", "cli", "main.js")).href
  );
  const back = process.cwd();
  const stray = listenToStreams();
  process.chdir(folder);
  try {
    const { terminal, said } = fakeTerminal({ cwd: folder, columns: 10_000 });
    const code = await module.main(args, terminal);
    return { code, ...said, stray: stray.stop() };
  } finally {
    stray.stop();
    process.chdir(back);
  }
}

/** Collects what is written past the terminal. */
function listenToStreams(): { stop(): string } {
  let said = "";
  const { stdout, stderr } = process;
  const before = {
    out: stdout.write,
    err: stderr.write,
    log: console.log,
    warn: console.warn,
    error: console.error,
  };
  const hear = (...parts: readonly unknown[]): boolean => {
    said += `${parts.filter((part) => typeof part !== "function").join(" ")}\n`;
    return true;
  };
  Object.assign(stdout, { write: hear });
  Object.assign(stderr, { write: hear });
  Object.assign(console, { log: hear, warn: hear, error: hear });
  return {
    stop() {
      Object.assign(stdout, { write: before.out });
      Object.assign(stderr, { write: before.err });
      Object.assign(console, { log: before.log, warn: before.warn, error: before.error });
      return said;
    },
  };
}

/** `node <args>` in a process of its own, where some packages cannot be found. */
export function inNode(
  folder: string,
  args: readonly string[],
  without: readonly string[] = [],
): Promise<Ended> {
  const hooks = without.length === 0 ? [] : ["--import", hiding(folder, without)];
  return new Promise((resolve, reject) => {
    const env = { ...process.env, NO_COLOR: "1", ESPALIER_DEBUG: undefined };
    const child = spawn(process.execPath, [...hooks, ...args], { cwd: folder, env, timeout: 30_000 });
    const said = { out: "", err: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => void (said.out += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => void (said.err += text));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, ...said, stray: "" }));
  });
}

/** URL of a module that hides packages from both kinds of import. */
function hiding(folder: string, packages: readonly string[]): string {
  const names = JSON.stringify(packages);
  const refuse = `Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" })`;
  const hides = `(name) => ${names}.some((one) => name === one || name.startsWith(one + "/"))`;
  const hooks = `const hides = ${hides};
export async function resolve(name, context, next) {
  if (hides(name)) throw ${refuse};
  return next(name, context);
}`;
  const path = join(folder, ".hiding.mjs");
  writeFileSync(
    path,
    `import { register, Module } from "node:module";
register("data:text/javascript," + encodeURIComponent(${JSON.stringify(hooks)}));
const hides = ${hides};
const find = Module._resolveFilename;
Module._resolveFilename = function (name, ...rest) {
  if (hides(name)) throw ${refuse};
  return find.call(this, name, ...rest);
};
`,
  );
  return pathToFileURL(path).href;
}
