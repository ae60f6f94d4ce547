import fc from "fast-check";
import type * as ast from "../../grammar/index.js";
import { pieces as p } from "./arbitrary.js";

const { span } = p;

type Bare<S> = S extends ast.Statement ? Omit<S, "span" | "word"> : never;
const placed = <S extends Bare<ast.Statement>>(
  made: fc.Arbitrary<S>,
): fc.Arbitrary<S & { span: typeof span; word: typeof span }> =>
  made.map((each) => ({ ...each, span, word: span }));

/** A statement of a kind: some parts always, the others now and then. */
const of = <K extends ast.Statement["kind"], R extends object, O extends object>(
  kind: K,
  required: { readonly [Key in keyof R]: fc.Arbitrary<R[Key]> },
  optional: { readonly [Key in keyof O]: fc.Arbitrary<O[Key]> },
) =>
  fc
    .tuple(fc.record(required), fc.record(optional, { requiredKeys: [] }))
    .map(([must, may]) => ({ kind, ...must, ...may }));

const among: fc.Arbitrary<ast.Among> = fc.record(
  {
    end: fc.constantFrom("top", "bottom"),
    share: p.sum,
    by: p.criterion,
    scope: p.scope,
    span: fc.constant(span),
  },
  { requiredKeys: ["end", "share", "by", "span"] },
);
const strength = p.perhapsMoving(p.sum);
const place = { selection: p.selection, when: p.when };
const params = fc.array(
  fc.record({ name: p.anyName, value: p.sum, span: fc.constant(span) }, { requiredKeys: ["name", "span"] }),
  { maxLength: 2 },
);
const target: fc.Arbitrary<ast.RewindTarget> = fc.oneof(
  fc.constant<ast.RewindTarget>({ kind: "start", span }),
  p.point.map((point): ast.RewindTarget => ({ kind: "point", point, span })),
  p.plainName.map((name): ast.RewindTarget => ({ kind: "mark", name, span })),
);
const keeping = fc.record(
  { by: p.anyName, patience: p.sum, span: fc.constant(span) },
  { requiredKeys: ["by", "span"] },
);
const augment = fc
  .array(
    fc.record(
      { name: p.anyName, amount: fc.oneof(p.number, p.percent, p.plainRef), span: fc.constant(span) },
      { requiredKeys: ["name", "span"] },
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((ways) => ({ ways, span }));
const trained = fc
  .array(fc.record({ name: p.anyName, value: fc.oneof(p.number, p.plainRef), span: fc.constant(span) }), {
    minLength: 1,
    maxLength: 3,
  })
  .map((numbers) => ({ numbers, span }));
const rewound = fc
  .constantFrom("weights", "rate", "optimizer", "masks", "gates")
  .map((name) => ({ name, span }));

const simple: fc.Arbitrary<ast.Statement> = fc.oneof(
  placed(of("network", { path: p.text }, {})),
  placed(of("data", { path: p.text }, { validation: p.percent })),
  placed(of("save", { path: p.text }, {})),
  placed(
    fc
      .tuple(p.structure, p.pruneClauses)
      .map(([structure, clauses]) => ({ kind: "prune" as const, structure, ...clauses })),
  ),
  placed(
    fc
      .tuple(
        of(
          "regrow",
          {},
          {
            structure: p.structure,
            criterion: p.criterion,
            ...place,
            scope: p.scope,
            amount: p.amount,
            allocated: fc.oneof(
              fc.constant({ by: "evenly" as const, span }),
              p.value.map((by) => ({ by, span })),
            ),
            values: fc.constantFrom("zero", "fresh", "start", "last").map((name) => ({ name, span })),
            includingDropped: fc.constant({ span }),
          },
        ),
        fc.boolean(),
      )
      .map(([made, random]) => ({ ...made, random: random && made.criterion === undefined })),
  ),
  placed(of("restore", { structure: p.structure }, { criterion: p.criterion, ...place, above: p.sum })),
  placed(
    of("penalize", { structure: p.structure }, { penalty: p.criterion, ...place, among, trained, strength }),
  ),
  placed(
    of(
      "learn",
      { structure: p.structure },
      { gate: p.callLike, ...place, scope: p.scope, amount: p.amount, strength },
    ),
  ),
  placed(of("freeze", { structure: p.structure }, place)),
  placed(of("update", { among }, place)),
  placed(
    of("pull", { toward: p.pruneClauses }, { multipliers: fc.constant({ span }), strength, when: p.when }),
  ),
  placed(of("rewind", { what: fc.array(rewound, { minLength: 1, maxLength: 3 }), to: target }, {})),
  placed(of("mark", { name: p.plainName }, { when: p.when })),
  placed(of("reinitialize", {}, { selection: p.selection, by: p.callLike })),
  placed(of("recalibrate", {}, { batches: fc.oneof(p.number, p.plainRef) })),
  placed(of("shuffle", {}, { selection: p.selection })),
  placed(of("invert", {}, { selection: p.selection })),
  placed(of("harden", {}, { selection: p.selection })),
  placed(of("load", { what: fc.constantFrom("masks", "weights"), path: p.text }, { selection: p.selection })),
  placed(of("slim", {}, { when: p.when })),
  placed(of("quantize", {}, { bits: p.number, by: p.callLike, selection: p.selection })),
  placed(of("evaluate", {}, { on: p.anyName, when: p.when })),
  placed(of("require", { condition: p.value }, {})),
  placed(
    fc
      .tuple(
        fc.constantFrom("criterion", "penalty", "curve"),
        fc.record(
          { name: p.anyName, expr: p.value, params, under: p.callLike },
          { requiredKeys: ["name", "expr"] },
        ),
      )
      .map(([kind, made]) => ({ kind, ...made })),
  ),
  placed(
    of(
      "use",
      { names: fc.array(p.anyName, { minLength: 1, maxLength: 2 }), from: p.text },
      { what: fc.constantFrom("criterion", "penalty", "curve", "method", "step", "compensation") },
    ),
  ),
  placed(of("param", { name: p.anyName, value: p.value }, {})),
  placed(
    of(
      "call-statement",
      { name: p.plainName, args: p.callLike.map(({ args }) => args ?? []) },
      { batch: p.number, optimizer: p.callLike, loss: p.value },
    ),
  ),
);

const method = (body: fc.Arbitrary<ast.Block>): fc.Arbitrary<Bare<ast.MethodStatement>> =>
  fc.record({ name: p.plainName, params, body }).map((made) => ({ kind: "method", ...made }));

const length = fc.oneof(p.duration, p.plainRef);

const { statement } = fc.letrec<{ statement: ast.Statement; block: ast.Block }>((tie) => ({
  block: fc.array(tie("statement"), { maxLength: 3 }).map((statements) => ({ statements, span })),
  statement: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    { weight: 6, arbitrary: simple },
    {
      weight: 1,
      arbitrary: placed(
        of(
          "train",
          { finetune: fc.boolean(), length },
          {
            batch: p.number,
            optimizer: p.callLike,
            loss: p.value,
            until: p.value,
            augment,
            keeping,
            body: tie("block"),
          },
        ),
      ),
    },
    {
      weight: 1,
      arbitrary: placed(
        of(
          "repeat",
          { upTo: fc.boolean(), times: p.sum, body: tie("block") },
          { as: p.anyName, while: p.value, until: p.value },
        ),
      ),
    },
    {
      weight: 1,
      arbitrary: placed(of("for-each", { as: p.anyName, body: tie("block") }, { selection: p.selection })),
    },
    {
      weight: 1,
      arbitrary: placed(
        of(
          "search",
          { name: p.anyName, range: p.range, body: tie("block") },
          {
            per: p.anyName,
            agent: p.callLike,
            objective: fc.record({ direction: fc.constantFrom("maximizing", "minimizing"), expr: p.value }),
            subjectTo: p.value,
          },
        ),
      ),
    },
    { weight: 1, arbitrary: placed(method(tie("block"))) },
  ),
}));

export const programs: fc.Arbitrary<ast.Program> = fc
  .array(statement, { minLength: 1, maxLength: 4 })
  .map((statements) => ({ kind: "program", statements, comments: [], span }));
