import type { IToken } from "chevrotain";
import type * as ast from "../ast.js";
import * as t from "../tokens.js";
import { spanOf, tokenOf } from "../tokens.js";
import { wordsOf } from "../words.js";
import type { AmountRules } from "./amounts.js";
import type { ClauseRules } from "./clauses.js";
import type { ExpressionRules } from "./expressions.js";
import { nameOf, type Reader } from "./reader.js";

export type StatementRules = ReturnType<typeof statementRules>;

/** Statements without a block, in the order of sections 3, 6 and 9 of the language reference. */
export function statementRules(p: Reader, e: ExpressionRules, c: ClauseRules, a: AmountRules) {
  const selection = { selection: c.selection };
  const when = { when: a.when };
  const where = p.gathered("selection", selection, {});
  const times = p.gathered("when", when, {});
  const place = p.gathered("place", { ...selection, ...when }, {});
  const by = { by: p.once("`by`", c.gate) };
  const strength = { strength: p.once("`strength`", c.strength) };
  const scope = { scope: p.once("scope", c.scope) };
  const amount = { amount: p.once("amount", a.amount) };
  const among = p.phrase("among", "among", c.amongClause);
  const structure = { structure: c.structure };
  const path = { path: e.text };

  const allocated = p.phrase("allocated", "allocated", {
    by: p.either<ast.Expr | "evenly">([...p.words(["evenly"], (word) => word), p.after("by", e.expr)]),
  });
  const values = p.phrase(
    "startValues",
    "with",
    { name: p.oneOf("zero", "fresh", "start", "last") },
    "values",
  );
  const dropped = p.phrase("includingDropped", "including", "dropped");
  const regrown = {
    random: p.once("`random` or `by`", () => p.word("random")),
    criterion: p.once("`random` or `by`", c.by),
    allocated: p.once("`allocated`", allocated),
    values: p.once("`with … values`", values),
    includingDropped: p.once("`including dropped`", dropped),
    ...selection,
    ...scope,
    ...when,
    ...amount,
  };
  const restored = {
    above: p.once("`above`", p.rule("floor", p.after("above", e.additive))),
    criterion: p.once("`by`", c.by),
    ...selection,
    ...when,
  };
  const trainedNumber = p.phrase("trainedNumber", { name: p.name }, t.Equals, { value: e.additive });
  const trained = p.phrase("trained", "with", "trained", { numbers: p.listed(trainedNumber) });
  const penalized = {
    penalty: p.once("`by`", c.by),
    ...selection,
    among: p.once("`among`", among),
    trained: p.once("`with trained`", trained),
    ...strength,
    ...when,
  };
  const learned = { gate: by.by, ...selection, ...scope, ...strength, ...when, ...amount };
  const multipliers = p.phrase("multipliers", "with", "multipliers");
  const bitsClause = p.sequence("to", { bits: e.count }, "bits");
  const bits = p.rule("bits", () => bitsClause().bits);
  const evaluated = { on: p.once("`on`", p.rule("split", p.after("on", p.name))), ...when };

  const rewound = p.phrase("rewound", { name: p.oneOf("weights", "rate", "optimizer", "masks", "gates") });

  /** `rewind … to epoch 2` must be told from `to NAME`, so a mark is not called `epoch`. */
  function markName(from: IToken): ast.Name {
    if (wordsOf("unit").includes(from.image) || from.image === "start") {
      const message = `a moment cannot be called \`${from.image}\``;
      p.refuse("P1032", message, spanOf(from), { label: "a word that says when" });
    }
    return nameOf(from);
  }
  const mark = (): ast.Name => p.leaf(t.Name, markName);

  const pointMoment = p.phrase("pointMoment", { kind: "point", point: e.point });
  const startMoment = p.phrase("startMoment", { kind: "start" }, "start");
  const markMoment = p.phrase("markMoment", { kind: "mark", name: mark });
  const moment = p.gated<ast.RewindTarget>([
    { ALT: () => p.read(pointMoment) },
    { ALT: () => p.read(startMoment) },
    { ALT: () => p.read(markMoment) },
  ]);

  const fallback = p.sequence(t.Equals, { value: e.expr });
  const parameter = p.phrase("parameter", { name: p.name }, { value: p.optional(() => fallback().value) });
  const parameters = p.rule("parameters", () => p.enclosed(t.OpenParen, parameter, t.CloseParen));

  const imported = p.rule(
    "imported",
    p.oneOf("criterion", "penalty", "curve", "method", "step", "loss", "metric", "gate", "compensation"),
  );
  /** `use step from "std"` imports a name; `use step warm from "./x.js"` says what is imported. */
  const namesKind = (): boolean => {
    const from = tokenOf("from");
    return p.is(2, t.Name) && (!p.is(2, from) || p.is(3, from) || p.is(3, t.Comma));
  };

  const share = p.rule("share", p.after("validation", e.percent));

  const goesOn = [...wordsOf("statement"), ...wordsOf("clause")];
  /** An amount starts with a number or a name that no statement, clause or call starts with. */
  const startsAmount = (): boolean =>
    p.is(1, t.Percent) ||
    p.is(1, t.NumberToken) ||
    (p.is(1, t.Name) && !p.isWritten(1, ...goesOn) && !p.is(2, t.OpenParen));
  const way = p.phrase("augmentation", { name: p.name }, { amount: p.optional(e.additive, startsAmount) });
  const augment = p.phrase("augment", "augment", { ways: p.listed(way) });

  /** How a phase trains, or the phases of a method that is called. */
  const training = {
    batch: p.once("`batch`", p.rule("batch", p.after("batch", e.additive))),
    optimizer: p.once("`with`", p.rule("optimizer", p.after("with", e.callLike))),
    loss: p.once("`minimizing`", p.rule("loss", p.after("minimizing", e.expr))),
    augment: p.once("`augment`", augment),
  };

  const rules = [
    p.sentence("network", path),
    p.sentence("data", path, p.gathered("dataClause", { validation: p.once("`validation`", share) }, {})),
    p.sentence("prune", structure, a.pruneClauses),
    p.sentence(
      "regrow",
      { structure: p.optional(c.structure) },
      p.gathered("regrowClause", regrown, { random: false }),
    ),
    p.sentence("restore", structure, p.gathered("restoreClause", restored, {})),
    p.sentence("penalize", structure, p.gathered("penalizeClause", penalized, {})),
    p.sentence("learn", "masks", "on", structure, p.gathered("learnClause", learned, {})),
    p.sentence("freeze", structure, place),
    p.sentence("update", "only", { among: c.amongClause }, place),
    p.sentence(
      "pull",
      "weights",
      "toward",
      "pruned",
      t.OpenParen,
      { toward: a.pruneClauses },
      t.CloseParen,
      p.gathered(
        "pullClause",
        { multipliers: p.once("`with multipliers`", multipliers), ...strength, ...when },
        {},
      ),
    ),
    p.sentence("rewind", { what: p.listed(rewound) }, "to", { to: moment }),
    p.sentence("mark", { name: mark }, times),
    p.sentence("reinitialize", p.gathered("reinitializeClause", { ...selection, ...by }, {})),
    p.sentence("recalibrate", "batch-norm", { batches: p.optional(() => p.read(c.overBatches).batches) }),
    p.sentence("shuffle", "masks", where),
    p.sentence("invert", "masks", where),
    p.sentence("harden", "masks", where),
    p.sentence("load", { what: p.oneOf("masks", "weights") }, "from", path, where),
    p.sentence("slim", times),
    p.sentence(
      "quantize",
      "weights",
      p.gathered("quantizeClause", { bits: p.once("`to … bits`", bits), ...by, ...selection }, {}),
    ),
    p.sentence("evaluate", p.gathered("evaluateClause", evaluated, {})),
    p.sentence("require", { condition: e.expr }),
    p.sentence("save", path),
    p.statement(
      "declaration",
      { kind: p.oneOf("criterion", "penalty", "curve") },
      { name: p.name },
      { params: p.optional(parameters) },
      t.Equals,
      { expr: e.expr },
      { under: p.optional(c.under) },
    ),
    p.sentence("use", { what: p.optional(imported, namesKind) }, { names: p.listed(p.name) }, "from", {
      from: e.text,
    }),
    p.sentence("param", { name: p.name }, t.Equals, { value: e.expr }),
    p.statement(
      "call",
      { kind: "call-statement", name: () => p.leaf(t.Identifier, nameOf) },
      { args: e.options },
      p.gathered("callClause", training, {}),
    ),
  ];
  return { parameters, rules, training, where };
}
