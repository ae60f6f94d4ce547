import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { printable } from "./reason.js";

/** What code of the user threw, for a diagnostic. */
export interface Thrown {
  /** Its first line. */
  readonly reason: string;
  /** Where, in files of the user: `at train (data.mjs:4:9)`, the innermost first. */
  readonly frames: readonly string[];
}

/** Frames that are told: behind these, what called the user's code. */
const mostFrames = 5;

/** `file`: the module that was to be imported, where the error may be one of its syntax, which V8 does not place. */
export function thrown(cause: unknown, file?: string): Thrown {
  if (!(cause instanceof Error)) return { reason: printable(String(cause)), frames: [] };
  const reason = printable(cause.message === "" ? cause.name : cause.message);
  const frames = framesOf(cause.stack ?? "");
  const place =
    frames.length === 0 && file !== undefined && cause.name === "SyntaxError" ? syntaxPlace(file) : null;
  return { reason, frames: place === null ? frames : [`at ${place}`] };
}

/** Frames of modules from here on are ours. */
const ours = new URL(".", import.meta.url).href;

/** The frames above ours that are neither Node's nor of a package. */
function framesOf(stack: string): readonly string[] {
  const frames: string[] = [];
  for (const line of stack.split("\n")) {
    // A call, or the head of an error in linking modules.
    const [, caller, url = "", at = ""] =
      /^\s*at (?:(.*) \()?((?:file:\/\/|\/|[A-Za-z]:\\).*?)((?::\d+){1,2})\)?$/.exec(line) ??
      /^()(file:\/\/.*?|\/.*?)(:\d+)$/.exec(line) ??
      [];
    const file = url.startsWith("file:") ? url : url === "" ? "" : pathToFileURL(url).href;
    if (file.startsWith(ours)) break;
    if (file === "") continue;
    const place = `${shown(file)}${at}`;
    if (/(^|[\\/])node_modules[\\/]/.test(place)) continue;
    frames.push(printable(caller ? `at ${caller} (${place})` : `at ${place}`));
    if (frames.length === mostFrames) break;
  }
  return frames;
}

/** The file as somebody in the working directory names it, without what a cache was told by. */
function shown(url: string): string {
  const path = fileURLToPath(new URL(url.replace(/[?#].*$/, "")));
  const near = relative(process.cwd(), path);
  return near.startsWith("..") ? path : near;
}

/** A module's own files, as far as they are looked through for a mistake of syntax. */
const mostFiles = 20;

/** Where the syntax of a module, or of one that it imports by a relative path, is wrong: `data.mjs:3`. Nothing of it is run. */
function syntaxPlace(entry: string): string | null {
  const files = new Set([resolve(entry)]);
  // What is added while they are gone through is gone through, too.
  for (const file of files) {
    const { stderr } = spawnSync(process.execPath, ["--check", file], { encoding: "utf8", timeout: 10_000 });
    const [, url, line] = /^(\S.*?):(\d+)$/m.exec(stderr) ?? [];
    if (url !== undefined) return `${shown(url.startsWith("file:") ? url : pathToFileURL(url).href)}:${line}`;
    for (const next of importedBy(file)) if (files.size < mostFiles) files.add(next);
  }
  return null;
}

function importedBy(file: string): readonly string[] {
  try {
    const text = readFileSync(file, "utf8");
    const found = text.matchAll(/(?:from|import)\s*["'](\.{1,2}\/[^"']+)["']/g);
    return [...found].map(([, specifier = ""]) => resolve(file, "..", specifier));
  } catch {
    return [];
  }
}
