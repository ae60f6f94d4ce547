import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

/**
 * What a user hands in, written as `<name>.json` in a directory of cases; what must come of it stands beside it in
 * `<name>.expected`. Everything has a default, so that a case says only what is wrong in it.
 */
export interface HandIn {
  /** What the case is about, where its name does not say it. */
  readonly about?: string;
  /** The files that are there before those of the case: see `bases.ts`. Default `dense`. */
  readonly base?: string;
  /** Text of `a.prune`. */
  readonly program?: string;
  /** Changes to `model.json`: the same as `{ edit }` of that file. */
  readonly model?: Edits;
  /** Files by path; null takes one away. */
  readonly files?: Files;
  /** Options to the default command, or what replaces one of its own: `{ "--data": "x.npz" }`; null leaves it out. */
  readonly with?: Readonly<Record<string, string | null>>;
  /** The whole command line, in place of the default `run a.prune …`. */
  readonly args?: readonly string[];
  /** Command lines that run first and whose output nobody looks at; an empty one is the default command without `with`. */
  readonly first?: readonly (readonly string[])[];
  /** Files that change after `first`: damage to what it wrote. */
  readonly then?: Files;
  /** Whether the command line runs in a process of its own, in which nothing else goes on. */
  readonly apart?: true;
  /** Packages that cannot be found. */
  readonly without?: readonly string[];
  /** Runs `node <args>` in place of the command line: a loop that was written by `first`. */
  readonly node?: readonly string[];
}

export type Files = Readonly<Record<string, FileSpec | null>>;
/** Dotted paths into JSON, with the value to put there; `"$gone"` takes a field away. */
export type Edits = Readonly<Record<string, unknown>>;

/** A file: its text, or how to make it. */
export type FileSpec =
  | string
  | { readonly json: unknown }
  | { readonly edit: Edits }
  /** Keeps the first bytes of what is there; a negative number drops so many at the end. */
  | { readonly cut: number }
  /** Puts bytes at a place of what is there; a negative place counts from the end. */
  | { readonly at: number; readonly put: readonly number[] }
  | { readonly bytes: readonly number[] }
  | { readonly floats: readonly (number | "NaN" | "Infinity")[] }
  | { readonly text: string; readonly times: number; readonly after?: string; readonly before?: string }
  /** What is there, with one text for another wherever it stands. */
  | { readonly replace: string; readonly by: string }
  /** What lies at another path of the case. */
  | { readonly copy: string }
  /** A file of so many bytes that takes no room on the disk. */
  | { readonly sparse: number }
  | { readonly folder: true }
  | { readonly link: string }
  | { readonly gzip: FileSpec }
  | { readonly idx: readonly number[]; readonly values?: readonly number[]; readonly zeros?: number }
  | {
      readonly npy: string;
      readonly shape: readonly number[];
      readonly values?: readonly number[];
      readonly zeros?: number;
    }
  | { readonly npz: Readonly<Record<string, FileSpec>> }
  | { readonly png: readonly [number, number] }
  | { readonly fixture: string };

export interface HandInCase {
  readonly name: string;
  /** Without `.json` or `.expected`. */
  readonly path: string;
  readonly handIn: HandIn;
}

export function handInsIn(directory: string): readonly HandInCase[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => {
      const handIn: HandIn = JSON.parse(readFileSync(join(directory, file), "utf8"));
      const name = basename(file, ".json");
      return { name, path: join(directory, name), handIn };
    });
}
