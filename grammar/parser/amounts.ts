import { insert } from "../../core/diagnostics/create.js";
import type * as ast from "../ast.js";
import type { ClauseRules } from "./clauses.js";
import type { ExpressionRules } from "./expressions.js";
import type { Rule } from "./parts.js";
import type { Reader } from "./reader.js";
import { tokenOf } from "../tokens.js";

const COMPARISONS: ReadonlySet<string> = new Set(["<", "<=", ">", ">=", "=", "!="]);

/** A condition, as opposed to a share or a number. */
function isCondition(value: ast.Expr): boolean {
  if (value.kind === "paren") return isCondition(value.inner);
  if (value.kind === "unary") return value.op === "not";
  return value.kind === "binary" && (COMPARISONS.has(value.op) || value.op === "and" || value.op === "or");
}

export type AmountRules = ReturnType<typeof amountRules>;

/** How much, when, and how: the second half of section 4 of the language reference. */
export function amountRules(p: Reader, e: ExpressionRules, c: ClauseRules) {
  const target = p.node("target", () => {
    p.word("to");
    const value = p.read(e.expr);
    return (span): ast.Amount =>
      isCondition(value) ? { kind: "budget", condition: value, span } : { kind: "target", value, span };
  });

  /** Its start is a literal or a plain name: `from epoch 4` begins a window. */
  const start = p.either<ast.Expr>([e.percent, e.milliseconds, e.digits, e.namedNotByUnit]);
  const movingTarget = p.node("movingTarget", () => {
    p.word("from");
    const from = start();
    p.word("to");
    const to = p.read(e.expr);
    return (span): ast.Amount =>
      isCondition(to)
        ? { kind: "moving-budget", from, condition: to, span }
        : { kind: "moving-target", from, to, span };
  });

  const keep = p.phrase("keep", { kind: "keep" }, "keep", { value: e.additive }, { each: p.has("each") });

  const threshold = p.phrase(
    "threshold",
    { kind: "threshold" },
    { side: p.oneOf("below", "above") },
    { value: e.additive },
  );

  const namedAmount = p.phrase("namedAmount", { kind: "drop", keyword: true }, "amount", {
    value: () => e.moved(p.read(e.additive)),
  });

  const literal = p.either<ast.Expr>([e.percent, e.digits]);
  const literalAmount = p.phrase("literalAmount", {
    kind: "drop",
    keyword: false,
    value: () => e.moved(literal()),
  });

  const amount = p.choice<ast.Amount>("amount", [
    target,
    movingTarget,
    keep,
    threshold,
    namedAmount,
    literalAmount,
  ]);

  /** `every 2`, `train 20`: epochs or steps? */
  function needUnit(value: ast.Expr): void {
    if (value.kind !== "number") return;
    p.refuse("P1020", `\`${value.raw}\` needs a unit`, value.span, {
      label: "epochs or steps",
      help: `write \`${value.raw} epochs\` or \`${value.raw} steps\``,
      fixes: [
        insert("count epochs", value.span.end, " epochs"),
        insert("count steps", value.span.end, " steps"),
      ],
    });
  }

  const counted = (): ast.Expr => {
    const value = p.read(e.number);
    p.act(() => needUnit(value));
    return value;
  };
  const isOneUnit = (): boolean => p.is(1, tokenOf("epoch")) || p.is(1, tokenOf("step"));
  const oneUnit = p.either(e.oneUnit);
  const every = p.phrase("every", "every", {
    count: p.gated<ast.Expr>([
      { GATE: isOneUnit, ALT: () => oneUnit(1) },
      { ALT: counted },
      { ALT: e.named },
    ]),
  });
  const at = p.phrase("at", "at", { unit: e.unit }, { values: p.listed(e.count) });
  const during = p.rule("during", p.after("during", e.window));

  const times = {
    every: p.once("`every`", every),
    at: p.once("`at`", at),
    during: p.once("`during`", during),
    from: p.once("`from` with a unit", p.after("from", e.point)),
    until: p.once("`until`", p.after("until", e.point)),
  };
  const when = p.spanned(p.clauses("when", times, {}));

  const frozen = p.rule(
    "frozen",
    p.sequence({ name: "frozen" }, "frozen", "at", { at: p.oneOf("start", "last") }),
  );
  const manner: Rule<NonNullable<ast.PruneOptions["manner"]>> = p.phrase(
    "manner",
    p.either<Omit<NonNullable<ast.PruneOptions["manner"]>, "span">>([
      ...p.words(["softly", "latently"], (name) => ({ name })),
      frozen,
    ]),
  );

  const joins = p.phrase("joins", "joins", { name: p.oneOf("couple", "skip", "agree") });

  const keeping = p.node("keeping", () => {
    p.word("keeping", "at", "least");
    const value = p.read(e.additive);
    c.perLayer();
    return (span) => ({ value, span });
  });

  const allowing = p.phrase("allowing", "allowing", "collapse");
  const multiple = p.either<number | "auto">([
    e.whole("counts are aligned to", 1),
    ...p.words(["auto"], (word) => word),
  ]);
  const aligned = p.phrase("aligned", "aligned", "to", { value: multiple });
  const compensating = p.phrase(
    "compensating",
    "compensating",
    "by",
    { by: e.callLike },
    { batches: p.optional(() => p.read(c.overBatches).batches) },
  );

  const options = {
    manner: p.once("manner of dying", manner),
    joins: p.once("`joins`", joins),
    keeping: p.once("`keeping`", keeping),
    allowingCollapse: p.once("`allowing collapse`", allowing),
    aligned: p.once("`aligned to`", aligned),
    compensating: p.once("`compensating`", compensating),
  };

  /** The clauses of a prune, or of the projection in `pull`. */
  const clauses = p.gathered(
    "clause",
    {
      selection: c.selection,
      criterion: p.once("`by`", c.by),
      normalized: p.once("`normalized by`", c.normalized),
      members: p.once("`members`", c.members),
      scope: p.once("scope", c.scope),
      curve: p.once("curve", e.curve),
      when,
      options: p.clauses("pruneOption", options, {}),
      amount: p.once("amount", amount),
    },
    { options: {} },
  );

  /** `cosine … 30% -> 0%` and `30% -> 0% cosine` are one thing: the curve goes to the value that moves. */
  function withCurve(
    share: ast.Amount | undefined,
    shape: ast.Curve | undefined,
  ): Pick<ast.PruneClauses, "amount" | "curve"> {
    if (shape === undefined || share?.kind !== "drop" || share.value.kind !== "moving")
      return { ...(share && { amount: share }), ...(shape && { curve: shape }) };
    const own = share.value.curve;
    if (own !== undefined) p.refuseSecond("curve", own.span, shape.span);
    return { amount: { ...share, value: { ...share.value, curve: own ?? shape } } };
  }

  const pruneClauses = (): ast.PruneClauses => {
    const { amount: share, curve: shape, ...others } = clauses();
    return p.act(() => ({ ...others, ...withCurve(share, shape) }));
  };

  return { amount, needUnit, pruneClauses, when };
}
