import type * as ast from "../ast.js";
import { quote } from "../tokens.js";
import { among, clauses, structure, type Piece } from "./clauses.js";
import { additive, args, callLike, expr, point, range } from "./expressions.js";

/** A statement cut into pieces: what stands before its block, the block, and what follows it. */
export interface Printed {
  readonly head: readonly Piece[];
  readonly block?: ast.Block | undefined;
  readonly tail?: string;
}

const plain = ({ span }: ast.Statement, text: string): Printed => ({ head: [{ text, span }] });

/** The first words, then the clauses. */
const phrase = (
  statement: Pick<ast.Statement, "word"> & Parameters<typeof clauses>[0],
  text: string,
): Printed => ({ head: [{ text, span: statement.word }, ...clauses(statement)] });

/** The texts of names or clauses. */
const joined = (parts: readonly { readonly text: string }[], between: string): string =>
  parts.map(({ text }) => text).join(between);

const parameters = (values: readonly ast.Parameter[]): string =>
  `(${values.map(({ name, value }) => (value ? `${name.text} = ${expr(value)}` : name.text)).join(", ")})`;

function declaration(statement: ast.DeclarationStatement): Printed {
  const { kind, name, params, expr: value, under } = statement;
  const head = `${kind} ${name.text}${params ? parameters(params) : ""}`;
  return plain(statement, `${head} = ${expr(value)}${under ? ` under ${callLike(under)}` : ""}`);
}

/** The score stands before the layers: `regrow weights random` is read like `regrow weights by …`. */
function regrow({ criterion, ...others }: ast.RegrowStatement): Printed {
  const words = ["regrow", others.structure && structure(others.structure), others.random && "random"];
  const { word } = others;
  const { head } = phrase({ word, ...(criterion && { criterion }) }, words.filter(Boolean).join(" "));
  return { head: [...head, ...clauses(others)] };
}

function rewind(statement: ast.StatementOf<"rewind">): Printed {
  const { what, to } = statement;
  const target = to.kind === "start" ? "start" : to.kind === "mark" ? to.name.text : point(to.point);
  return plain(statement, `rewind ${what.map(({ name }) => name).join(", ")} to ${target}`);
}

const printers: { readonly [K in ast.Statement["kind"]]: (statement: ast.StatementOf<K>) => Printed } = {
  network: (s) => plain(s, `network ${quote(s.path.value)}`),
  data: (s) => phrase(s, `data ${quote(s.path.value)}`),
  train: (s) => ({
    ...phrase(s, `${s.finetune ? "finetune" : "train"} ${additive(s.length)}`),
    block: s.body,
  }),
  prune: (s) => phrase(s, `prune ${structure(s.structure)}`),
  regrow,
  restore: (s) => phrase(s, `restore ${structure(s.structure)}`),
  penalize: (s) => phrase(s, `penalize ${structure(s.structure)}`),
  learn: (s) => phrase(s, `learn masks on ${structure(s.structure)}`),
  freeze: (s) => phrase(s, `freeze ${structure(s.structure)}`),
  update: ({ among: chosen, ...s }) => phrase(s, `update only ${among(chosen)}`),
  pull: (s) => phrase(s, `pull weights toward pruned(${joined(clauses(s.toward), " ")})`),
  rewind,
  mark: (s) => phrase(s, `mark ${s.name.text}`),
  reinitialize: (s) => phrase(s, "reinitialize"),
  recalibrate: (s) =>
    plain(s, `recalibrate batch-norm${s.batches ? ` over ${expr(s.batches)} batches` : ""}`),
  shuffle: (s) => phrase(s, "shuffle masks"),
  invert: (s) => phrase(s, "invert masks"),
  harden: (s) => phrase(s, "harden masks"),
  load: (s) => phrase(s, `load ${s.what} from ${quote(s.path.value)}`),
  repeat: ({ until, ...s }) => ({
    ...phrase(s, `repeat ${s.upTo ? "up to " : ""}${additive(s.times)} times`),
    block: s.body,
    ...(until && { tail: ` until ${expr(until)}` }),
  }),
  "for-each": (s) => ({ ...phrase(s, "for each layer"), block: s.body }),
  search: (s) => ({ ...phrase(s, `search ${s.name.text} in ${range(s.range)}`), block: s.body }),
  slim: (s) => phrase(s, "slim"),
  quantize: (s) => phrase(s, "quantize weights"),
  evaluate: (s) => phrase(s, s.on ? `evaluate on ${s.on.text}` : "evaluate"),
  require: (s) => plain(s, `require ${expr(s.condition)}`),
  save: (s) => plain(s, `save ${quote(s.path.value)}`),
  criterion: declaration,
  penalty: declaration,
  curve: declaration,
  use: (s) =>
    plain(s, `use ${s.what ? `${s.what} ` : ""}${joined(s.names, ", ")} from ${quote(s.from.value)}`),
  param: (s) => plain(s, `param ${s.name.text} = ${expr(s.value)}`),
  method: (s) => ({ ...plain(s, `method ${s.name.text}${parameters(s.params)}`), block: s.body }),
  "call-statement": (s) => phrase(s, `${s.name.text}${args(s.args)}`),
};

export function printStatement<K extends ast.Statement["kind"]>(statement: ast.StatementOf<K>): Printed {
  const kind: K = statement.kind;
  return printers[kind](statement);
}
