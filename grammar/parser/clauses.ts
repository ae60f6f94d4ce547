import { replace } from "../../core/diagnostics/create.js";
import type { IToken } from "chevrotain";
import type * as ast from "../ast.js";
import * as t from "../tokens.js";
import { spanOf, stringValue, tokenOf } from "../tokens.js";
import { wordsIn, wordsOf } from "../words.js";
import type { ExpressionRules } from "./expressions.js";
import type { Rule } from "./parts.js";
import type { Reader } from "./reader.js";

const CLAUSES: ReadonlySet<string> = new Set(wordsOf("clause"));

const isPlain = (word: string): word is ast.PlainStructure => word !== "blocks" && word !== "strided";

export type ClauseRules = ReturnType<typeof clauseRules>;

/** What to prune, by what score, in which ranking: the first half of section 4 of the language reference. */
export function clauseRules(p: Reader, e: ExpressionRules) {
  /** Sizes beyond any tensor are refused before anyone multiplies them. */
  function sizes(from: IToken): readonly [number, number] {
    const [a = 0, b = 0] = from.image.split(/[x:]/).map(Number);
    if (a < 1 || b < 1 || a > 1e6 || b > 1e6) {
      p.refuse("P1035", `\`${from.image}\` is not a size`, spanOf(from));
    }
    return [a, b];
  }

  const blockStructure = p.node("blockStructure", () => {
    p.word("blocks");
    p.token(t.OpenParen);
    const size = p.leaf(t.Size, sizes);
    p.token(t.CloseParen);
    return (span) => ({ kind: "structure", name: "blocks", height: size[0], width: size[1], span }) as const;
  });

  const stride = e.whole("a stride is", 1, 1e6);
  const offset = e.whole("an offset is", 0, 1e6);
  const stridedStructure = p.node("stridedStructure", () => {
    p.word("strided");
    p.token(t.OpenParen);
    const every = stride();
    const first = p.maybe(() => {
      p.token(t.Comma);
      p.word("offset");
      p.token(t.Colon);
      return offset(1);
    });
    p.token(t.CloseParen);
    return (span) =>
      ({ kind: "structure", name: "strided", stride: every, offset: first ?? 0, span }) as const;
  });

  const sparseStructure = p.node("sparseStructure", () => {
    const size = p.leaf(t.OfEach, sizes);
    p.maybe(() => p.word("of", "weights"));
    return (span) => ({ kind: "structure", name: "n:m", n: size[0], m: size[1], span }) as const;
  });

  const structure = p.choice<ast.Structure>("structure", [
    ...p.words(
      wordsIn("structure").filter(isPlain),
      (name, span) => ({ kind: "structure", name, span }) as const,
    ),
    blockStructure,
    stridedStructure,
    sparseStructure,
  ]);

  const layerRange = p.phrase("layerRange", { kind: "layer-range" }, "layers", { range: e.range });

  const globStart = p.either([t.Name, t.Star, t.Question].map((type) => () => p.token(type)));
  const globPart = p.either(
    [t.Name, t.Star, t.Question, t.NumberToken, t.Size].map((type) => () => p.token(type, 1)),
  );
  /** `conv*`, `*_1`, `block_?`: tokens that touch are one pattern, so that `w *g` stays a product elsewhere. */
  const glob = p.node("glob", () => {
    globStart();
    p.several(globPart, 1, () => p.touching());
    return (span): ast.Pattern => {
      const text = p.text.slice(span.start, span.end);
      // a bare `layers` before a number would read as a range once clauses are put in order
      return { kind: "pattern", text, quoted: text === "layers", span };
    };
  });

  const quoted = (token: IToken): ast.Pattern => ({
    kind: "pattern",
    text: stringValue(token.image),
    quoted: true,
    span: spanOf(token),
  });
  const pattern = p.rule(
    "pattern",
    p.gated<ast.Pattern>([
      { ALT: () => p.leaf(t.AnyString, quoted) },
      { GATE: () => p.is(2, t.NumberToken) || p.is(3, t.DotDot), ALT: () => p.read(layerRange) },
      { ALT: () => p.read(glob) },
    ]),
  );
  const patterns = p.rule("patterns", p.listed(pattern));

  const none: Pick<ast.Selection, "include" | "exclude"> = { include: [], exclude: [] };
  const places = {
    include: p.once("`in`", p.after("in", patterns), "join them with a comma"),
    exclude: p.once("`except`", p.after("except", patterns), "join them with a comma"),
    where: p.once("`where`", p.after("where", e.expr), "join them with `and`"),
  };
  const selection = p.spanned(p.clauses("selection", places, none));

  const under = p.rule("under", p.after("under", e.callLike));

  const probes = p.sequence("and", { probes: e.count }, "probes");
  /** Another `and` joins nothing here, and is told of as such. */
  const saysProbes = (): boolean =>
    p.is(0, tokenOf("batches")) && p.is(1, tokenOf("and")) && p.is(3, tokenOf("probes"));
  const counted = p.choice(
    "counted",
    p.words(["batches", "probes"], (word) => word),
  );
  const counts = p.rule("counts", (): Pick<ast.Over, "batches" | "probes"> => {
    const count = p.read(e.count);
    const what = p.read(counted);
    const more = p.maybe(probes, 0, saysProbes);
    return { [what]: count, ...more };
  });
  /** `over training batches` counts by a name. */
  const isCounted = (): boolean => p.is(2, tokenOf("batches")) || p.is(2, tokenOf("probes"));
  const training = p.oneOf("training");
  const over = p.phrase(
    "over",
    "over",
    p.gated<Pick<ast.Over, "batches" | "probes">>([
      { GATE: () => !isCounted(), ALT: () => ({ batches: training() }) },
      { ALT: () => p.read(counts) },
    ]),
  );

  /** Where nothing but batches can be meant. */
  const overBatches = p.rule("overBatches", p.sequence("over", { batches: e.count }, "batches"));

  /** `by l1 and global 50%` reads as a condition, but no one means it. */
  function refuseJoin(score: ast.Expr): void {
    if (score.kind !== "binary" || score.op !== "and") return;
    const { left, right } = score;
    refuseJoin(left);
    if (right.kind !== "ref" || right.path.length !== 1 || !CLAUSES.has(right.path[0]?.text ?? "")) return;
    const start = p.text.indexOf("and", left.span.end);
    const end = start + 3;
    p.refuse(
      "P1019",
      "clauses and statements are not joined by `and`",
      { start, end },
      {
        fixes: [replace("remove `and`", { start: left.span.end, end }, "")],
      },
    );
  }

  const statistics = p.phrase("statistics", "with", { of: p.oneOf("batch", "stored") }, "statistics");
  /** `with zero values` belongs to the regrow. */
  const saysStatistics = (): boolean => p.is(2, tokenOf("batch")) || p.is(2, tokenOf("stored"));

  const scored = p.sequence(
    "by",
    { expr: e.expr },
    { under: p.optional(under) },
    { over: p.optional(over) },
    { statistics: p.optional(statistics, saysStatistics) },
  );
  const by = p.node("by", () => {
    const score = scored();
    return (span): ast.Criterion => {
      refuseJoin(score.expr);
      return { ...score, span };
    };
  });

  /** `per layer` belongs to the phrase before it; another `per` is the scope. */
  const perLayer = p.optional(
    p.rule("perLayer", () => p.word("per", "layer")),
    () => p.is(2, tokenOf("layer")),
  );
  const normalizer = p.sequence("normalized", "by", { by: p.name });
  const normalized = p.node("normalized", () => {
    const statistic = normalizer();
    const ownLayer = perLayer() ?? false;
    return (span): ast.Normalized => ({ ...statistic, perLayer: ownLayer, span });
  });

  const members = p.phrase("members", "members", { by: p.name });

  const ranking = p.either<Omit<ast.Scope, "span">>([
    ...p.words(["global", "local", "uniform", "erk", "er"], (name) => ({ name })),
    p.sequence({ name: "per" }, "per", { group: p.name }),
  ]);
  const scope = p.node("scope", () => {
    const named = ranking();
    return (span): ast.Scope => {
      if (named.group?.text === "layer") {
        p.refuse("P1033", "a ranking per layer is called `local`", span, {
          fixes: [replace("write `local`", span, "local")],
        });
      }
      return { ...named, span };
    };
  });

  const amongClause: Rule<ast.Among> = p.phrase(
    "amongClause",
    { end: p.oneOf("top", "bottom") },
    { share: e.additive },
    { by },
    { scope: p.optional(scope) },
  );

  const gate = p.rule("gate", p.after("by", e.callLike));
  const strength = p.rule("strength", p.after("strength", e.moving));

  return {
    amongClause,
    by,
    gate,
    members,
    normalized,
    overBatches,
    perLayer,
    scope,
    selection,
    strength,
    structure,
    under,
  };
}
