import type { AstPath, Parser, Plugin, Printer, SupportLanguage } from "prettier";
import { builders } from "prettier/doc";
import type { Diagnostic } from "../core/diagnostics/diagnostic.js";
import { Lines } from "../compiler/render/lines.js";
import type { Program } from "../grammar/ast.js";
import { parse, print } from "../grammar/index.js";

/**
 * Prettier's plugin for `.prune` files: what `espalier fmt` writes, wherever Prettier formats, fenced blocks of Markdown included. There
 * is one way to write a program, so the only option that is heard is `endOfLine`.
 */

/** What Prettier carries from the parser to the printer. */
interface Read {
  readonly program: Program;
  readonly text: string;
}

const format = "espalier-prune";

export const languages: SupportLanguage[] = [
  { name: "prune", parsers: ["prune"], extensions: [".prune"], aliases: ["espalier"] },
];

const prune: Parser<Read> = {
  astFormat: format,
  parse(text) {
    const { program, diagnostics } = parse(text);
    const mistake = diagnostics.find(({ severity }) => severity === "error");
    if (mistake !== undefined) throw new Mistake(mistake, new Lines(text));
    return { program, text };
  },
  locStart: ({ program }) => program.span.start,
  locEnd: ({ program }) => program.span.end,
  hasPragma: (text) => pragma.test(text),
};

/** As in other languages: `# @format` or `# @prettier` alone in the first comment. */
const pragma = /^\s*#[ \t]*@(?:format|prettier)[ \t]*(?:\r?\n|$)/;

const printer: Printer<Read> = {
  print({ node }: AstPath<Read>) {
    const lines = print(node.program, node.text).split("\n");
    return builders.join(builders.hardline, lines);
  },
  insertPragma: (text) => `# @format\n\n${text}`,
};

/** What Prettier shows in a frame of the text. */
class Mistake extends SyntaxError {
  override readonly name = "SyntaxError";
  /** Lines and columns count from 1. */
  readonly loc: { readonly start: Place; readonly end: Place };

  constructor({ code, message, help, span = { start: 0, end: 0 } }: Diagnostic, lines: Lines) {
    const at = (offset: number): Place => {
      const { line, column } = lines.place(offset);
      return { line, column: column + 1 };
    };
    const start = at(span.start);
    const place = `(${start.line}:${start.column})`;
    super(`${code}: ${message}${help === undefined ? "" : ` (${help})`} ${place}`);
    this.loc = { start, end: at(Math.max(span.end, span.start + 1)) };
  }
}
interface Place {
  readonly line: number;
  readonly column: number;
}

export const parsers: Record<"prune", Parser<Read>> = { prune };
export const printers: Record<typeof format, Printer<Read>> = { [format]: printer };

const plugin: Plugin<Read> = { languages, parsers, printers };
export default plugin;
