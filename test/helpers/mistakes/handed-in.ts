import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { JsonDiagnostic } from "../../../compiler/render/json.js";
import { bases } from "./bases.js";
import { inNode, inProcess, type Ended } from "./command.js";
import type { HandIn } from "./hand-in.js";
import { makeFiles } from "./make-files.js";
import { write } from "./write.js";

/** What came of a case. */
export interface Outcome {
  readonly ended: Ended;
  readonly diagnostics: readonly Said[];
  /** What a report notes of a run that ended well. */
  readonly notes: readonly string[];
  /** Files and empty folders (with a `/`) that were not there before, or are no longer (with a `-`). */
  readonly left: readonly string[];
  /** Of the processor, in this process: what else a machine does is nothing to a case. */
  readonly milliseconds: number;
}

export type Said = Pick<JsonDiagnostic, "message" | "label" | "notes" | "help"> & {
  readonly code: string;
  readonly place: string;
};

/** Hands a case in, in a folder of its own that is gone afterwards. With `json` the command answers in JSON. */
export async function handIn(built: string, given: HandIn, json: boolean): Promise<Outcome> {
  mkdirSync(join(built, "projects"), { recursive: true });
  const folder = mkdtempSync(join(built, "projects", "case-"));
  try {
    write(folder, bases[given.base ?? "dense"] ?? {});
    makeFiles(folder, filesOf(given));
    for (const args of given.first ?? [])
      await inProcess(built, folder, args.length === 0 ? standard({ ...given, with: {} }) : args);
    makeFiles(folder, given.then ?? {});
    return await attempt(built, folder, given, json);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs the command of a case in a folder that is prepared. */
export async function attempt(built: string, folder: string, given: HandIn, json = true): Promise<Outcome> {
  const before = listing(folder);
  const start = process.cpuUsage();
  const ended = scrubbed(await command(built, folder, given, json), folder, built);
  const { user } = process.cpuUsage(start);
  const left = difference(before, listing(folder));
  return { ended, ...answer(ended, json && given.node === undefined), left, milliseconds: user / 1000 };
}

function filesOf({ files = {}, program, model }: HandIn): NonNullable<HandIn["files"]> {
  return {
    ...(program === undefined ? {} : { "a.prune": program }),
    ...(model === undefined ? {} : { "model.json": { edit: model } }),
    ...files,
  };
}

function command(built: string, folder: string, given: HandIn, json: boolean): Promise<Ended> {
  if (given.node !== undefined) return inNode(folder, given.node, given.without);
  const args = [...(given.args ?? standard(given)), ...(json ? ["--json"] : [])];
  if (given.without === undefined && given.apart !== true) return inProcess(built, folder, args);
  return inNode(folder, [join(built, "dist", "cli", "bin.js"), ...args], given.without);
}

/** The command of most cases: a run on the simplest backend. An option that is "" is a flag. */
const standard = (given: HandIn): readonly string[] => ["run", ...arguments_(given)];

/** The same case for `check`, which takes no options of a run. */
export const checking = (given: HandIn): readonly string[] => [
  "check",
  ...arguments_({ ...given, with: { ...given.with, "--backend": null, "--out": null } }),
];

function arguments_({ base, with: more = {} }: HandIn): readonly string[] {
  const options = {
    "--network": "model.json",
    "--data": base === "images" ? "data.npz" : "data",
    "--batch": "8",
    "--backend": "cpu",
    "--out": "out",
    ...more,
  };
  const written = Object.entries(options).flatMap(([name, value]) =>
    value === null ? [] : value === "" ? [name] : [name, value],
  );
  return ["a.prune", ...written];
}

function answer({ out, err }: Ended, json: boolean): Pick<Outcome, "diagnostics" | "notes"> {
  if (!json) return { diagnostics: [...err.matchAll(/^\w+\[(P\d{4})\]: (.*)$/gm)].map(spoken), notes: [] };
  const said: { diagnostics: readonly JsonDiagnostic[]; report?: { notes: readonly string[] } } =
    JSON.parse(out);
  const diagnostics = said.diagnostics.map(({ range, ...rest }) => {
    const at = ({ line, column }: { line: number; column: number }) => `${line}:${column}`;
    return { ...rest, place: range === null ? "-" : `${at(range.start)}-${at(range.end)}` };
  });
  return { diagnostics, notes: said.report?.notes ?? [] };
}

const spoken = ([, code = "", message = ""]: RegExpMatchArray): Said => ({ code, message, place: "-" });

/** Paths of this very machine and words of this very Node do not belong into what is expected. */
function scrubbed(ended: Ended, folder: string, built: string): Ended {
  const clean = (text: string) =>
    text
      .replaceAll(folder, ".")
      .replaceAll(built, "espalier:")
      // Long paths are cut at their beginning, and how far it is to the top depends on where the checkout lies.
      .replace(/`…[^`]*?\/case-\w{6}\b/g, "`.")
      .replace(/(?:\.\.\/){6,}/g, "(up)/")
      .replace(/\b(was|is) [0-9a-f]{16}\b/g, "$1 (hash)")
      .replace(
        /\b(Unexpected|Unterminated|Expected|Bad|No number)[^\n]* JSON[^\n"]*/g,
        "(words of JSON.parse)",
      );
  return { ...ended, out: clean(ended.out), err: clean(ended.err), stray: clean(ended.stray) };
}

function listing(folder: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (name === ".hiding.mjs") continue;
    const facts = lstatSync(join(folder, name));
    if (!facts.isDirectory()) found.add(name);
    else if (readdirSync(join(folder, name)).length === 0) found.add(`${name}/`);
  }
  return found;
}

/** The name of a weight file tells its bytes, which another machine may round otherwise. */
const unnamed = (name: string): string => name.replace(/weights-[0-9a-f]{12}\.bin$/, "weights.bin");

function difference(before: ReadonlySet<string>, after: ReadonlySet<string>): readonly string[] {
  const made = [...after].filter((name) => !before.has(name)).map(unnamed);
  const gone = [...before].filter((name) => !after.has(name)).map((name) => `-${name}`);
  return [...made, ...gone].sort();
}
