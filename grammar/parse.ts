import type { IToken } from "chevrotain";
import type { Program } from "./ast.js";
import type { Diagnostic } from "../core/diagnostics/diagnostic.js";
import { diagnostic } from "../core/diagnostics/create.js";
import type { Code } from "../core/diagnostics/table.js";
import { scan, type Scanned } from "./lexer.js";
import { MAX_DIAGNOSTICS, nesting, textSize } from "./limits.js";
import { parser } from "./parser.js";
import { explain } from "./recovery.js";
import { readItems } from "./recovery/items.js";

const INCOMPLETE = "P1002" satisfies Code;
const UNCLOSED_BLOCK = "P1007" satisfies Code;
const MISSING_BRACE = "P1010" satisfies Code;

export interface Parsed {
  readonly program: Program;
  readonly diagnostics: Diagnostic[];
}

/** The last text read: hosts look at a program before they compile it, and trees never change. */
let last: { readonly text: string; readonly file: string | undefined; readonly parsed: Parsed } | undefined;

/**
 * Reads a text. There is always a program: statements with a syntax error are left out of it, and each mistake gives
 * one diagnostic. `file` is put on the diagnostics when the text is not the main file.
 */
export function parse(text: string, file?: string): Parsed {
  if (last === undefined || last.text !== text || last.file !== file) {
    last = { text, file, parsed: readText(text, file) };
  }
  const { program, diagnostics } = last.parsed;
  return { program, diagnostics: [...diagnostics] };
}

function readText(text: string, file: string | undefined): Parsed {
  const span = { start: 0, end: text.length };
  const refused = (diagnostic: Diagnostic): Parsed => ({
    program: { kind: "program", statements: [], comments: [], span },
    diagnostics: located([diagnostic], file),
  });
  const tooLarge = textSize(text);
  if (tooLarge !== undefined) return refused(tooLarge);
  const scanned = scan(text);
  const tooDeep = nesting(scanned.tokens);
  if (tooDeep !== undefined) return refused(tooDeep);
  const { statements, diagnostics } = read(text, scanned);
  const program: Program = { kind: "program", statements, comments: scanned.comments, span };
  return { program, diagnostics: located(diagnostics, file) };
}

function read(
  text: string,
  { tokens, diagnostics: scanned }: Scanned,
): Pick<Program, "statements"> & { readonly diagnostics: Diagnostic[] } {
  const { items, errors, stopped } = parser().read(text, tokens);
  const before = (token: IToken | undefined): IToken | undefined => {
    const at = token === undefined ? 0 : tokens.indexOf(token);
    return at < 0 ? tokens.at(-1) : tokens[at - 1];
  };
  const explained = errors.map((error) => explain(error, { text, tokens, before }));
  const diagnostics = [...scanned, ...explained];
  const statements = readItems(items, {
    text,
    full: () => diagnostics.length > MAX_DIAGNOSTICS,
    before,
    report: (diagnostic) => diagnostics.push(diagnostic),
    missedBraces: explained.filter((one) => one.code === MISSING_BRACE).length,
    endsInside: explained.some((one) => one.code === INCOMPLETE),
  });
  diagnostics.sort((a, b) => (a.span?.start ?? 0) - (b.span?.start ?? 0));
  return { statements, diagnostics: capped(diagnostics, stopped) };
}

function capped(diagnostics: readonly Diagnostic[], stopped: boolean): Diagnostic[] {
  if (diagnostics.length <= MAX_DIAGNOSTICS && !stopped) return [...diagnostics];
  const shown = diagnostics.slice(0, MAX_DIAGNOSTICS);
  const end = (diagnostics[MAX_DIAGNOSTICS] ?? shown.at(-1))?.span?.start ?? 0;
  return [...shown, diagnostic("P1031", "more mistakes follow; they are not shown", { start: end, end })];
}

const located = (diagnostics: readonly Diagnostic[], file: string | undefined): Diagnostic[] =>
  file === undefined ? [...diagnostics] : diagnostics.map((diagnostic) => ({ ...diagnostic, file }));

const UNFINISHED: ReadonlySet<Code> = new Set([INCOMPLETE, UNCLOSED_BLOCK]);

/** The text could go on: its first mistake is that it ends. A prompt reads another line then. */
export function isIncomplete(text: string): boolean {
  const [first] = parse(text).diagnostics;
  return first !== undefined && UNFINISHED.has(first.code);
}
