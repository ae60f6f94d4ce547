import type * as ast from "../ast.js";
import { quote } from "../tokens.js";
import * as clause from "./clauses.js";
import { piece, pieces, type Part, type Piece } from "./clauses.js";
import { additive, args, callLike, expr, moving, point, range } from "./expressions.js";

/** A statement cut into pieces: what stands before its block, the block, and what follows it. */
export interface Printed {
  readonly head: readonly Piece[];
  readonly block?: ast.Block;
  readonly tail?: string;
}

type Of<K extends ast.Statement["kind"]> = Extract<ast.Statement, { readonly kind: K }>;

const plain = (statement: ast.Statement, text: string): Printed => ({ head: [piece(text, statement.span)] });

/** The first words, then the clauses. */
const phrase = (statement: ast.Statement, words: string, ...rest: readonly Part[]): Printed => ({
  head: [piece(words, statement.word), ...pieces(...rest)],
});

const strength = (value: ast.Expr | undefined): Piece | undefined =>
  value && piece(`strength ${moving(value)}`, value.span);

const gate = (value: ast.CallLike | undefined): Piece | undefined =>
  value && piece(`by ${callLike(value)}`, value.span);

const parameters = (values: readonly ast.Parameter[]): string =>
  `(${values.map(({ name, value }) => (value ? `${name.text} = ${expr(value)}` : name.text)).join(", ")})`;

function declaration(statement: ast.DeclarationStatement): Printed {
  const { kind, name, params, expr: value, under } = statement;
  const objective = under ? ` under ${callLike(under)}` : "";
  return plain(
    statement,
    `${kind} ${name.text}${params ? parameters(params) : ""} = ${expr(value)}${objective}`,
  );
}

const training = ({ batch, optimizer, loss }: ast.TrainingClauses) => [
  batch && piece(`batch ${additive(batch)}`, batch.span),
  optimizer && piece(`with ${callLike(optimizer)}`, optimizer.span),
  loss && piece(`minimizing ${expr(loss)}`, loss.span),
];

function train(statement: ast.TrainStatement): Printed {
  const { finetune, length, until, body } = statement;
  const printed = phrase(
    statement,
    `${finetune ? "finetune" : "train"} ${additive(length)}`,
    ...training(statement),
    until && piece(`until ${expr(until)}`, until.span),
  );
  return body === undefined ? printed : { ...printed, block: body };
}

function regrow(statement: ast.RegrowStatement): Printed {
  const { structure, allocated, values, includingDropped } = statement;
  const spread = allocated && (allocated.by === "evenly" ? "evenly" : `by ${expr(allocated.by)}`);
  return phrase(
    statement,
    [
      "regrow",
      ...(structure ? [clause.structure(structure)] : []),
      ...(statement.random ? ["random"] : []),
    ].join(" "),
    clause.criterion(statement.criterion),
    clause.selection(statement.selection),
    clause.scope(statement.scope),
    clause.amount(statement.amount),
    clause.when(statement.when),
    allocated && piece(`allocated ${spread}`, allocated.span),
    values && piece(`with ${values.name} values`, values.span),
    includingDropped && piece("including dropped", includingDropped.span),
  );
}

function rewind(statement: ast.RewindStatement): Printed {
  const { what, to } = statement;
  const target = to.kind === "start" ? "start" : to.kind === "mark" ? to.name.text : point(to.point);
  return plain(statement, `rewind ${what.map((each) => each.name).join(", ")} to ${target}`);
}

function search(statement: ast.SearchStatement): Printed {
  const { name, per, agent, objective, subjectTo, body } = statement;
  const printed = phrase(
    statement,
    `search ${name.text} in ${range(statement.range)}`,
    per && piece(`per ${per.text}`, per.span),
    gate(agent),
    objective && piece(`${objective.direction} ${expr(objective.expr)}`, objective.expr.span),
    subjectTo && piece(`subject to ${expr(subjectTo)}`, subjectTo.span),
  );
  return { ...printed, block: body };
}

function pull(statement: ast.PullStatement): Printed {
  const toward = clause.pruneClauses(statement.toward).map((each) => each.text);
  const words = `pull weights toward pruned(${toward.join(" ")})`;
  return phrase(statement, words, strength(statement.strength), clause.when(statement.when));
}

function use(statement: ast.UseStatement): Printed {
  const what = statement.what === undefined ? "" : `${statement.what} `;
  const names = statement.names.map((name) => name.text).join(", ");
  return plain(statement, `use ${what}${names} from ${quote(statement.from.value)}`);
}

function repeat(statement: ast.RepeatStatement): Printed {
  const name = statement.as === undefined ? "" : ` as ${statement.as.text}`;
  const printed = phrase(statement, `repeat ${additive(statement.times)} times${name}`);
  return {
    ...printed,
    block: statement.body,
    ...(statement.until && { tail: ` until ${expr(statement.until)}` }),
  };
}

const printers: { readonly [K in ast.Statement["kind"]]: (statement: Of<K>) => Printed } = {
  network: (s) => plain(s, `network ${quote(s.path.value)}`),
  data: (s) => plain(s, `data ${quote(s.path.value)}`),
  train,
  prune: (s) => phrase(s, `prune ${clause.structure(s.structure)}`, clause.pruneClauses(s)),
  regrow,
  restore: (s) =>
    phrase(
      s,
      `restore ${clause.structure(s.structure)}`,
      clause.selection(s.selection),
      clause.criterion(s.criterion),
      s.above && piece(`above ${additive(s.above)}`, s.above.span),
      clause.when(s.when),
    ),
  penalize: (s) =>
    phrase(
      s,
      `penalize ${clause.structure(s.structure)}`,
      clause.selection(s.selection),
      clause.criterion(s.penalty),
      s.among && piece(`among ${clause.among(s.among)}`, s.among.span),
      strength(s.strength),
      clause.when(s.when),
    ),
  learn: (s) =>
    phrase(
      s,
      `learn masks on ${clause.structure(s.structure)}`,
      clause.selection(s.selection),
      gate(s.gate),
      clause.scope(s.scope),
      clause.amount(s.amount),
      strength(s.strength),
      clause.when(s.when),
    ),
  freeze: (s) =>
    phrase(s, `freeze ${clause.structure(s.structure)}`, clause.selection(s.selection), clause.when(s.when)),
  update: (s) =>
    phrase(s, `update only ${clause.among(s.among)}`, clause.selection(s.selection), clause.when(s.when)),
  pull,
  rewind,
  mark: (s) => phrase(s, `mark ${s.name.text}`, clause.when(s.when)),
  reinitialize: (s) => phrase(s, "reinitialize", clause.selection(s.selection), gate(s.by)),
  shuffle: (s) => phrase(s, "shuffle masks", clause.selection(s.selection)),
  harden: (s) => phrase(s, "harden masks", clause.selection(s.selection)),
  load: (s) => phrase(s, `load ${s.what} from ${quote(s.path.value)}`, clause.selection(s.selection)),
  repeat,
  "for-each": (s) => ({
    ...phrase(s, `for each layer as ${s.as.text}`, clause.selection(s.selection)),
    block: s.body,
  }),
  search,
  slim: (s) => phrase(s, "slim", clause.when(s.when)),
  quantize: (s) =>
    phrase(
      s,
      "quantize weights",
      clause.selection(s.selection),
      s.bits && piece(`to ${expr(s.bits)} bits`, s.bits.span),
      gate(s.by),
    ),
  evaluate: (s) => phrase(s, s.on ? `evaluate on ${s.on.text}` : "evaluate", clause.when(s.when)),
  require: (s) => plain(s, `require ${expr(s.condition)}`),
  save: (s) => plain(s, `save ${quote(s.path.value)}`),
  criterion: declaration,
  penalty: declaration,
  curve: declaration,
  use,
  param: (s) => plain(s, `param ${s.name.text} = ${expr(s.value)}`),
  method: (s) => ({ ...plain(s, `method ${s.name.text}${parameters(s.params)}`), block: s.body }),
  "call-statement": (s) => phrase(s, `${s.name.text}${args(s.args)}`, ...training(s)),
};

export function printStatement<K extends ast.Statement["kind"]>(statement: Of<K>): Printed {
  const kind: K = statement.kind;
  return printers[kind](statement);
}
