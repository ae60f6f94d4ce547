import { counted } from "../../core/ir/words.js";
import type { Diagnostic, Severity, Span } from "../../core/diagnostics/diagnostic.js";
import { frameOf, type Frame } from "./frame.js";
import { Lines } from "./lines.js";
import { noColors, type Palette } from "./palette.js";
import { padStart, safe, width, wrap } from "./text.js";

export interface RenderOptions {
  /** Texts by file name. */
  readonly texts: ReadonlyMap<string, string>;
  /** Name of the text that diagnostics without a file mean. */
  readonly main: string;
  readonly palette?: Palette;
  /** Width of the terminal. Default 100; at least 40. */
  readonly columns?: number;
}

/** Diagnostics as a person reads them, in frames around the lines they mean; an empty line between two. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], options: RenderOptions): string {
  return diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, options)).join("\n");
}

interface Mark {
  readonly span: Span;
  readonly text: string;
  readonly primary: boolean;
}

/** One diagnostic; ends in a line break. */
export function renderDiagnostic(diagnostic: Diagnostic, options: RenderOptions): string {
  const columns = Math.max(40, options.columns ?? 100);
  const palette = options.palette ?? noColors;
  const paint = painter(diagnostic.severity, palette);
  const groups = marksByFile(diagnostic, options);
  const gutter = Math.max(
    1,
    ...groups.flatMap(({ lines, marks }) =>
      marks.map((mark) => String(lines.place(mark.span.start).line).length),
    ),
  );
  const bar = palette.cyan("│");
  const margin = " ".repeat(gutter);
  const room = columns - gutter - 3;

  const title = `${diagnostic.severity}[${diagnostic.code}]`;
  const [first = "", ...rest] = wrap(`${title}: ${safe(diagnostic.message)}`, columns);
  const out = [paint(first.slice(0, title.length)) + palette.bold(first.slice(title.length))];
  out.push(...rest.map((line) => palette.bold(`  ${line}`)));
  groups.forEach(({ file, lines, marks }) => {
    const at = frameOf(marks[0]?.span ?? { start: 0, end: 0 }, lines, room);
    out.push(`${margin} ${palette.cyan("┌─")} ${safe(file)}:${at.line}:${at.column}`);
    let previous = 0;
    for (const mark of [...marks].sort(
      (a, b) => lines.place(a.span.start).line - lines.place(b.span.start).line,
    )) {
      const frame = frameOf(mark.span, lines, room);
      if (previous !== 0 && frame.line > previous + 1) out.push(`${margin} ${palette.cyan("⋮")}`);
      if (frame.line !== previous)
        out.push(`${palette.cyan(padStart(String(frame.line), gutter))} ${bar} ${frame.text}`);
      previous = frame.line;
      for (const line of underline(frame, mark, room)) {
        out.push(`${margin} ${bar} ${mark.primary ? paint(line) : palette.cyan(line)}`);
      }
    }
  });
  const extra = [
    ...(groups.length === 0 && diagnostic.label !== undefined ? [["note", diagnostic.label] as const] : []),
    ...(diagnostic.notes ?? []).map((note) => ["note", note] as const),
    ...(diagnostic.help === undefined ? [] : [["help", diagnostic.help] as const]),
    ...(diagnostic.fixes ?? []).map((fix) => ["fix", fix.title] as const),
  ];
  for (const [kind, text] of extra) {
    const [line = "", ...more] = wrap(`${kind}: ${safe(text)}`, room);
    out.push(
      `${margin} ${palette.cyan("=")} ${palette.bold(line.slice(0, kind.length))}${line.slice(kind.length)}`,
    );
    out.push(...more.map((next) => `${margin}   ${" ".repeat(kind.length + 2)}${next}`));
  }
  return `${out.join("\n")}\n`;
}

/** The marks under a line, the text behind them or, where that is too wide, below them. */
function underline({ before, marked }: Frame, { text, primary }: Mark, room: number): string[] {
  const signs = " ".repeat(before) + (primary ? "^" : "-").repeat(marked);
  if (text === "") return [signs];
  const whole = safe(text).replaceAll("\n", " ");
  if (width(signs) + 1 + width(whole) <= room) return [`${signs} ${whole}`];
  const indent = room - before >= 30 ? before : Math.max(0, Math.min(before, room - 30));
  return [signs, ...wrap(whole, room - indent).map((line) => " ".repeat(indent) + line)];
}

function marksByFile(diagnostic: Diagnostic, { texts, main }: RenderOptions) {
  const groups = new Map<string, { file: string; lines: Lines; marks: Mark[] }>();
  const add = (file: string, mark: Mark) => {
    const text = texts.get(file);
    if (text === undefined) return;
    const group = groups.get(file) ?? { file, lines: new Lines(text), marks: [] };
    group.marks.push(mark);
    groups.set(file, group);
  };
  if (diagnostic.span) {
    add(diagnostic.file ?? main, { span: diagnostic.span, text: diagnostic.label ?? "", primary: true });
  }
  for (const { span, text, file } of diagnostic.labels ?? []) {
    add(file ?? diagnostic.file ?? main, { span, text, primary: false });
  }
  return [...groups.values()];
}

function painter(severity: Severity, palette: Palette): (text: string) => string {
  if (severity === "error") return (text) => palette.bold(palette.red(text));
  return severity === "warning" ? palette.yellow : palette.cyan;
}

/** "2 errors and 1 warning", or an empty text. */
export function summarize(diagnostics: readonly Diagnostic[]): string {
  const parts = (["error", "warning"] as const).flatMap((severity) => {
    const count = diagnostics.filter((one) => one.severity === severity).length;
    return count === 0 ? [] : [counted(count, `${severity}s`)];
  });
  return parts.join(" and ");
}
