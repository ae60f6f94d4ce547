import type * as ast from "../ast.js";
import type { Piece } from "./clauses.js";
import { printStatement } from "./statements.js";

/** Longer statements are broken between their clauses. */
export const MAX_WIDTH = 100;
const STEP = "  ";
/** Clauses on lines of their own stand deeper than the statements of a block would. */
const CLAUSE = "    ";

interface Entry {
  readonly start: number;
  readonly end: number;
  readonly lines: readonly string[];
}

/** Comments in the order of the text; each is taken once, by the innermost place that holds it. */
export class Comments {
  private next = 0;

  constructor(
    private readonly all: readonly ast.Comment[],
    readonly source: string | undefined,
  ) {}

  /** Those that begin before an offset and were not taken yet. */
  before(offset: number): ast.Comment[] {
    const from = this.next;
    while (this.next < this.all.length && (this.all[this.next]?.span.start ?? offset) < offset)
      this.next += 1;
    return this.all.slice(from, this.next);
  }

  /** A comment that ends the line of what ended at an offset, before anything else begins. */
  trailing(limit: number): ast.Comment | undefined {
    const comment = this.all[this.next];
    if (comment === undefined || comment.ownLine || comment.span.start >= limit) return undefined;
    this.next += 1;
    return comment;
  }
}

const textOf = (comment: ast.Comment): string => comment.text.trimEnd();

/** The lines of a run of statements up to the offset where their block ends. */
export function statements(
  list: readonly ast.Statement[],
  end: number,
  indent: string,
  comments: Comments,
): string[] {
  const entries: Entry[] = [];
  const own = (comment: ast.Comment): Entry => ({ ...comment.span, lines: [indent + textOf(comment)] });
  list.forEach((statement, i) => {
    entries.push(...comments.before(statement.span.start).map(own));
    const lines = statementLines(statement, indent, comments);
    const limit = list[i + 1]?.span.start ?? end;
    const trailing = comments.trailing(limit);
    const last = lines.pop() ?? "";
    lines.push(trailing === undefined ? last : `${last} ${textOf(trailing)}`);
    entries.push({ start: statement.span.start, end: trailing?.span.end ?? statement.span.end, lines });
  });
  entries.push(...comments.before(end).map(own));
  return entries.flatMap((entry, i) => {
    const previous = entries[i - 1];
    return previous !== undefined && blankBetween(previous.end, entry.start, comments.source)
      ? ["", ...entry.lines]
      : entry.lines;
  });
}

/** Blank lines are kept, one at a time. */
function blankBetween(from: number, to: number, source: string | undefined): boolean {
  return (
    source !== undefined && /\n[^\S\n]*;?[^\S\n]*\n/.test(source.slice(from, to).replace(/\r\n?/g, "\n"))
  );
}

function statementLines(statement: ast.Statement, indent: string, comments: Comments): string[] {
  const { head, block, tail = "" } = printStatement(statement);
  const headEnd = block?.span.start ?? statement.span.end;
  const { hoisted, kept } = placed(comments.before(headEnd), head);
  const lines = hoisted.map((comment) => indent + textOf(comment));
  lines.push(
    ...(kept.size > 0 ? commentedHead(head, kept, indent) : wrapped(head, indent, block !== undefined)),
  );
  if (block === undefined) return lines;
  const opening = lines.pop() ?? "";
  lines.push(...blockLines(opening, block, indent, comments));
  lines.push(`${lines.pop() ?? ""}${tail}`);
  // between a block and its `until` there is no place for a comment: it goes above the statement
  const stranded = comments.before(statement.span.end).map((comment) => indent + textOf(comment));
  return [...stranded, ...lines];
}

/** Comments between clauses stay behind the clause before them; those in the last clause go above the statement. */
function placed(
  inside: readonly ast.Comment[],
  head: readonly Piece[],
): { readonly hoisted: ast.Comment[]; readonly kept: ReadonlyMap<Piece, ast.Comment[]> } {
  const hoisted: ast.Comment[] = [];
  const kept = new Map<Piece, ast.Comment[]>();
  const last = head.at(-1);
  for (const comment of inside) {
    const before = head.filter((each) => each.span.start < comment.span.start);
    const nearest = before.reduce<Piece | undefined>(
      (best, each) => (best === undefined || each.span.start >= best.span.start ? each : best),
      undefined,
    );
    if (nearest === undefined || nearest === last) hoisted.push(comment);
    else kept.set(nearest, [...(kept.get(nearest) ?? []), comment]);
  }
  return { hoisted, kept };
}

function commentedHead(
  head: readonly Piece[],
  kept: ReadonlyMap<Piece, ast.Comment[]>,
  indent: string,
): string[] {
  return head.flatMap((each, i) => {
    const line = indent + (i === 0 ? "" : CLAUSE) + each.text;
    const [first, ...others] = kept.get(each) ?? [];
    if (first === undefined) return [line];
    const below = (comment: ast.Comment): string => indent + CLAUSE + textOf(comment);
    return first.ownLine
      ? [line, ...[first, ...others].map(below)]
      : [`${line} ${textOf(first)}`, ...others.map(below)];
  });
}

function wrapped(head: readonly Piece[], indent: string, opensBlock: boolean): string[] {
  const lines: string[] = [];
  let line = "";
  head.forEach((each, i) => {
    const room = MAX_WIDTH - (opensBlock && i === head.length - 1 ? 2 : 0);
    if (line === "") line = indent + each.text;
    else if (line.length + 1 + each.text.length <= room) line += ` ${each.text}`;
    else {
      lines.push(line);
      line = indent + CLAUSE + each.text;
    }
  });
  return [...lines, line];
}

function blockLines(opening: string, block: ast.Block, indent: string, comments: Comments): string[] {
  const end = block.span.end - 1;
  const trailing = comments.trailing(block.statements[0]?.span.start ?? end);
  const inner = statements(block.statements, end, indent + STEP, comments);
  if (trailing === undefined && inner.length === 0) return [`${opening} {}`];
  const first = trailing === undefined ? `${opening} {` : `${opening} { ${textOf(trailing)}`;
  return [first, ...inner, `${indent}}`];
}
