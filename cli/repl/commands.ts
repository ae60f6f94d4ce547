import { viewNames } from "./show.js";

/** What may be typed at the prompt beside statements. `match` takes the whole line, without the space around it. */
export interface Command {
  readonly name: CommandName;
  readonly usage: string;
  readonly about: string;
  readonly match: RegExp;
}

export const commands = [
  {
    name: "undo",
    usage: "undo [N]",
    about: "take back the last statement, or N of them",
    match: /^undo(?:\s+(\S+))?$/,
  },
  { name: "redo", usage: "redo [N]", about: "bring back what was undone", match: /^redo(?:\s+(\S+))?$/ },
  {
    name: "what if",
    usage: "what if STATEMENT",
    about: "say what a statement would do, and do nothing",
    match: /^what\s+if\b([^]*)$/,
  },
  {
    name: "sensitivity",
    usage: "sensitivity [STRUCTURE] [by CRITERION]",
    about: "measure how much each group of tied layers may lose",
    match: /^sensitivity\b\s*([^]*)$/,
  },
  {
    name: "show",
    usage: `show ${viewNames.join("|")}`,
    about: "show the network as it stands",
    match: /^show\b\s*(\S*)$/,
  },
  {
    name: "diff",
    usage: "diff [N]",
    about: "compare with what stood after statement N (before the last; 0: as loaded)",
    match: /^diff(?:\s+(\S+))?$/,
  },
  {
    name: "load",
    usage: "load FILE",
    about: "carry out the statements of a file",
    match: /^load\s+(?!(?:masks|weights)\b)(\S[^]*)$/,
  },
  {
    name: "save program",
    usage: "save program FILE",
    about: "write what was done as a program",
    match: /^save\s+program\b\s*([^]*)$/,
  },
  {
    name: "help",
    usage: "help [WORD]",
    about: "this list, or what a word, a method or a diagnostic is",
    match: /^help(?:\s+(\S+))?$/,
  },
  { name: "quit", usage: "quit", about: "end; ctrl-d does it too", match: /^(?:quit|exit)$/ },
] as const satisfies readonly (Omit<Command, "name"> & { readonly name: string })[];

export type CommandName = (typeof commands)[number]["name"];

/** The command that a line is, with what stands behind it; null of a statement. */
export function commandIn(line: string): { readonly name: CommandName; readonly rest: string } | null {
  const text = line.trim();
  for (const { name, match } of commands) {
    const found = match.exec(text);
    if (found !== null) return { name, rest: (found[1] ?? "").trim() };
  }
  return null;
}

/** A path as it is typed, with or without quotes. */
export const pathIn = (text: string): string => /^"(.*)"$/.exec(text)?.[1] ?? text;
