import fc from "fast-check";
import type * as ast from "../../grammar/index.js";

/** Programs as trees, every statement and clause among them. Places are empty: nothing was written yet. */

const span = { start: 0, end: 0 };

const name = (...texts: readonly string[]): fc.Arbitrary<ast.Name> =>
  fc.constantFrom(...texts).map((text) => ({ kind: "name", text, span }));

/** Words of the language are names too, wherever a name must stand. */
const anyName = name("w", "l1", "fan-in", "x_2", "every", "prune", "global", "by", "layer", "start", "slim");
const plainName = name("w", "l1", "fan-in", "x_2", "share");

const number: fc.Arbitrary<ast.NumberLiteral> = fc
  .constantFrom<[string, number]>(
    ["1", 1],
    ["0.5", 0.5],
    ["1e-4", 1e-4],
    ["1M", 1e6],
    ["12", 12],
    ["2k", 2000],
  )
  .map(([raw, value]) => ({ kind: "number", raw, value, span }));
const percent: fc.Arbitrary<ast.PercentLiteral> = fc
  .constantFrom<[string, number]>(["50%", 0.5], ["0.5%", 0.005], ["100%", 1])
  .map(([raw, value]) => ({ kind: "percent", raw, value, span }));
const duration: fc.Arbitrary<ast.DurationLiteral> = fc
  .record({ value: fc.constantFrom(1, 2, 100), unit: fc.constantFrom<ast.TimeUnit>("epochs", "steps") })
  .map(({ value, unit }) => ({ kind: "duration", value, raw: String(value), unit, counted: true, span }));
const milliseconds: fc.Arbitrary<ast.MillisecondsLiteral> = fc
  .constantFrom<[string, number]>(["5", 5], ["0.25", 0.25], ["1e-3", 1e-3])
  .map(([raw, value]) => ({ kind: "milliseconds", raw, value, span }));
const text: fc.Arbitrary<ast.StringLiteral> = fc
  .string({ unit: "binary", maxLength: 8 })
  .map((value) => ({ kind: "string", value: value.replace(/[\n\r]/g, ""), span }));
const refTo = (names: fc.Arbitrary<ast.Name>): fc.Arbitrary<ast.Reference> =>
  names.map((each) => ({ kind: "ref", path: [each], span }));
const plainRef = refTo(plainName);
const ref: fc.Arbitrary<ast.Reference> = fc
  .array(anyName, { minLength: 1, maxLength: 2 })
  .map((path) => ({ kind: "ref", path, span }));

const arithmetic = ["+", "-", "*", "/", "^"] as const;
const logic = ["<", "<=", ">", ">=", "=", "!=", "and", "or"] as const;

const { value, sum } = fc.letrec<{ value: ast.Expr; sum: ast.Expr; atom: ast.Expr; args: ast.Argument[] }>(
  (tie) => ({
    atom: fc.oneof(number, percent, duration, milliseconds, text, ref, ref, ref),
    args: fc.array(
      fc.oneof(
        fc.record({ value: tie("sum"), span: fc.constant(span) }),
        fc.record({
          name: anyName,
          value: fc.oneof(tie("value"), tie("sum").chain(movingFrom)),
          span: fc.constant(span),
        }),
      ),
      { maxLength: 3 },
    ),
    sum: fc.oneof(
      { maxDepth: 3, depthSize: "small" },
      tie("atom"),
      fc
        .record({ op: fc.constantFrom(...arithmetic), left: tie("sum"), right: tie("sum") })
        .map((made): ast.Expr => ({ kind: "binary", ...made, span })),
      tie("sum").map((operand): ast.Expr => ({ kind: "unary", op: "-", operand, span })),
      tie("value").map((inner): ast.Expr => ({ kind: "paren", inner, span })),
      fc.array(tie("value"), { maxLength: 3 }).map((items): ast.Expr => ({ kind: "list", items, span })),
      fc
        .record({ callee: fc.array(anyName, { minLength: 1, maxLength: 2 }), args: tie("args") })
        .map((made): ast.Expr => ({ kind: "call", ...made, span })),
    ),
    value: fc.oneof(
      { maxDepth: 3, depthSize: "small" },
      tie("sum"),
      fc
        .record({ op: fc.constantFrom(...logic), left: tie("value"), right: tie("value") })
        .map((made): ast.Expr => ({ kind: "binary", ...made, span })),
      tie("value").map((operand): ast.Expr => ({ kind: "unary", op: "not", operand, span })),
    ),
  }),
);

const callLike: fc.Arbitrary<ast.CallLike> = fc
  .record({
    name: anyName,
    args: fc.option(
      fc.array(fc.record({ name: anyName, value: sum, span: fc.constant(span) }), { maxLength: 2 }),
    ),
  })
  .map(({ name: called, args }) => ({ kind: "call-like", name: called, ...(args && { args }), span }));

const curve: fc.Arbitrary<ast.Curve> = fc.oneof(
  fc
    .constantFrom("linear", "cubic", "cosine", "exponential", "staircase")
    .map((each): ast.Curve => ({ name: each, span })),
  callLike.map((along): ast.Curve => ({ name: "along", along, span })),
);
const unit = fc.constantFrom<ast.TimeUnit>("epochs", "steps");
const range: fc.Arbitrary<ast.Range> = fc.record({
  from: number,
  to: fc.oneof(number, plainRef),
  span: fc.constant(span),
});
const window: fc.Arbitrary<ast.Range> = fc.oneof(
  fc.record({ from: percent, to: percent, span: fc.constant(span) }),
  fc.record({ from: number, to: sum, unit, span: fc.constant(span) }),
);

function movingFrom(from: ast.Expr): fc.Arbitrary<ast.Expr> {
  return fc
    .record({ to: fc.oneof(number, percent, plainRef), curve, over: window }, { requiredKeys: ["to"] })
    .map((made) => ({ kind: "moving", from, ...made, span }));
}
const perhapsMoving = (from: fc.Arbitrary<ast.Expr>): fc.Arbitrary<ast.Expr> =>
  fc.oneof(from, from.chain(movingFrom));

const plainStructures = ["weights", "filters", "kernels", "layers", "units", "gates"] as const;
const structure: fc.Arbitrary<ast.Structure> = fc.oneof(
  fc.constantFrom(...plainStructures).map((each): ast.Structure => ({ kind: "structure", name: each, span })),
  fc.constant<ast.Structure>({ kind: "structure", name: "blocks", height: 4, width: 1, span }),
  fc.constant<ast.Structure>({ kind: "structure", name: "n:m", n: 2, m: 4, span }),
  fc.nat(1).map((offset): ast.Structure => ({ kind: "structure", name: "strided", stride: 2, offset, span })),
);

const pattern: fc.Arbitrary<ast.Pattern> = fc.oneof(
  fc
    .constantFrom("conv*", "*_1", "first", "block_?", "conv2*x4", "every")
    .map((each): ast.Pattern => ({ kind: "pattern", text: each, quoted: false, span })),
  text.map((each): ast.Pattern => ({ kind: "pattern", text: each.value, quoted: true, span })),
  range.map((each): ast.Pattern => ({ kind: "layer-range", range: each, span })),
);
const selection: fc.Arbitrary<ast.Selection> = fc
  .record(
    {
      include: fc.array(pattern, { maxLength: 2 }),
      exclude: fc.array(pattern, { maxLength: 2 }),
      where: value,
    },
    { requiredKeys: ["include", "exclude"] },
  )
  .map((made) => ({ ...made, span }))
  .filter((made) => made.include.length + made.exclude.length > 0 || made.where !== undefined);

const criterion: fc.Arbitrary<ast.Criterion> = fc
  .record(
    {
      expr: sum,
      under: callLike,
      over: fc.oneof(
        fc.record({ batches: fc.constant("training" as const), span: fc.constant(span) }),
        fc.record({ batches: fc.oneof(number, plainRef), span: fc.constant(span) }),
        fc.record({ probes: fc.oneof(number, plainRef), span: fc.constant(span) }),
        fc.record({
          batches: fc.oneof(number, plainRef),
          probes: fc.oneof(number, plainRef),
          span: fc.constant(span),
        }),
      ),
      statistics: fc.record({
        of: fc.constantFrom("batch" as const, "stored" as const),
        span: fc.constant(span),
      }),
    },
    { requiredKeys: ["expr"] },
  )
  .map((made) => ({ ...made, span }));
const scope: fc.Arbitrary<ast.Scope> = fc.oneof(
  fc.constantFrom("global", "local", "uniform", "erk", "er").map((each): ast.Scope => ({ name: each, span })),
  name("row", "sign", "every").map((group): ast.Scope => ({ name: "per", group, span })),
);

const isCondition = (each: ast.Expr): boolean =>
  each.kind === "paren"
    ? isCondition(each.inner)
    : each.kind === "binary" && !["+", "-", "*", "/", "^"].includes(each.op);
const amount: fc.Arbitrary<ast.Amount> = fc.oneof(
  perhapsMoving(fc.oneof(number, percent)).map((each): ast.Amount => ({
    kind: "drop",
    value: each,
    keyword: false,
    span,
  })),
  perhapsMoving(sum).map((each): ast.Amount => ({ kind: "drop", value: each, keyword: true, span })),
  sum
    .filter((each) => !isCondition(each) && !hidesNot(each))
    .map((each): ast.Amount => ({ kind: "target", value: each, span })),
  fc
    .record({
      from: fc.oneof(percent, number, plainRef),
      to: sum.filter((each) => !isCondition(each) && !hidesNot(each)),
    })
    .map((made): ast.Amount => ({ kind: "moving-target", ...made, span })),
  fc.record({ left: plainRef, right: percent, from: percent }).map(({ from, ...made }): ast.Amount => ({
    kind: "moving-budget",
    from,
    condition: { kind: "binary", op: "<=", ...made, span },
    span,
  })),
  fc
    .record({ left: plainRef, right: percent, op: fc.constantFrom("<=" as const, "<" as const) })
    .map((made): ast.Amount => ({ kind: "budget", condition: { kind: "binary", ...made, span }, span })),
  fc.record({ value: sum, each: fc.boolean() }).map((made): ast.Amount => ({ kind: "keep", ...made, span })),
  fc
    .record({ value: sum, side: fc.constantFrom("below" as const, "above" as const) })
    .map((made): ast.Amount => ({ kind: "threshold", ...made, span })),
);

function hidesNot(each: ast.Expr): boolean {
  return each.kind === "paren" ? hidesNot(each.inner) : each.kind === "unary" && each.op === "not";
}

const point: fc.Arbitrary<ast.Point> = fc.record({
  unit,
  value: fc.oneof(number, plainRef),
  span: fc.constant(span),
});
const when: fc.Arbitrary<ast.When> = fc
  .record(
    {
      every: fc.oneof(
        duration.map((count) => ({ count, span })),
        plainRef.map((count) => ({ count, span })),
        unit.map((each) => ({
          count: { kind: "duration" as const, value: 1, raw: "1", unit: each, counted: false, span },
          span,
        })),
      ),
      at: fc.record({
        unit,
        values: fc.array(fc.oneof(number, plainRef), { minLength: 1, maxLength: 3 }),
        span: fc.constant(span),
      }),
      during: window,
      from: point,
      until: point,
    },
    { requiredKeys: [] },
  )
  .map((made) => ({ ...made, span }))
  .filter((made) => Object.keys(made).length > 1);

const options: fc.Arbitrary<ast.PruneOptions> = fc.record(
  {
    manner: fc.oneof(
      fc.constantFrom("softly", "latently").map((each) => ({ name: each, span })),
      fc.constantFrom("start", "last").map((at) => ({ name: "frozen" as const, at, span })),
    ),
    joins: fc.constantFrom("couple", "skip", "agree").map((each) => ({ name: each, span })),
    keeping: sum.map((each) => ({ value: each, span })),
    allowingCollapse: fc.constant({ span }),
    aligned: fc.constantFrom<1 | 8 | "auto">(1, 8, "auto").map((each) => ({ value: each, span })),
    compensating: fc.oneof(
      callLike.map((by) => ({ by, span })),
      fc.record({ by: callLike, batches: fc.oneof(number, plainRef), span: fc.constant(span) }),
    ),
  },
  { requiredKeys: [] },
);

const pruneClauses: fc.Arbitrary<ast.PruneClauses> = fc
  .record(
    {
      selection,
      criterion,
      normalized: fc.record({ by: anyName, perLayer: fc.boolean(), span: fc.constant(span) }),
      members: anyName.map((by) => ({ by, span })),
      scope,
      amount,
      when,
      curve,
      options,
    },
    { requiredKeys: ["options"] },
  )
  .map(({ curve: shape, ...clauses }) => {
    const moves = clauses.amount?.kind === "drop" && clauses.amount.value.kind === "moving";
    return moves || shape === undefined ? clauses : { ...clauses, curve: shape };
  });

export const pieces = {
  span,
  anyName,
  plainName,
  number,
  percent,
  duration,
  text,
  plainRef,
  value,
  sum,
  callLike,
  range,
  structure,
  selection,
  criterion,
  scope,
  amount,
  point,
  when,
  pruneClauses,
  perhapsMoving,
};
