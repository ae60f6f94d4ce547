import type { Argument, Reference } from "../../../grammar/ast.js";
import { unknownName, type ElsewhereKind } from "../../../core/diagnostics/elsewhere.js";
import { replace } from "../../../core/diagnostics/create.js";
import type { Span } from "../../../core/diagnostics/diagnostic.js";
import { baselines, isName, layerFacts, measures, nameRow, allNames } from "../../../core/expr/names.js";
import { statisticOf } from "../../../core/expr/operators.js";
import { metricName } from "../../../core/ir/accuracy-readers.js";
import { ownExpr, type OwnArguments } from "../../../core/expr/own.js";
import { lookUp, namesOf, ownNames, type Declared } from "../module.js";
import type { Type, Typed } from "../scope.js";
import { reject } from "../lowering.js";
import type { ExprContext, Vocabulary } from "./context.js";
import { bindArguments } from "./arguments.js";
import type { Infer } from "./infer.js";

/** What a name means: what the program bound it to, a declared score, or a word of the expression's vocabulary. */
export function inferReference(expr: Reference, context: ExprContext, infer: Infer): Typed | null {
  const name = expr.path.map((part) => part.text).join(".");
  if (expr.path.length > 1) return inferDotted(expr, name, context);
  const binding = context.scope.bindings.get(name);
  if (binding?.kind === "value") return binding.value;
  if (binding?.kind === "counter") return { type: "number", ir: binding.ir };
  if (binding?.kind === "layer") {
    return reject(context, "P2020", `\`${name}\` is a layer, not a value`, expr.span, {
      help: `select it with \`in ${name}\``,
    });
  }
  return inferWord(expr, name, context, infer);
}

function inferWord(expr: Reference, name: string, context: ExprContext, infer: Infer): Typed | null {
  const { vocabulary, scope } = context;
  if (vocabulary === "score" || vocabulary === "penalty") {
    const kinds = vocabulary === "penalty" ? (["penalty", "criterion"] as const) : (["criterion"] as const);
    for (const kind of kinds) {
      const own = ownScore(kind, name, expr.span, context);
      if (own !== undefined) return own;
      const declared = lookUp(scope.module, kind, name);
      if (declared !== undefined && !context.stack.includes(declared)) {
        return expandScore(declared, [], expr.span, context, infer);
      }
    }
    if (isName(name)) return { type: nameRow(name).type, ir: name };
    for (const kind of kinds) {
      // Its own name, with nothing behind it that it could mean.
      const declared = lookUp(scope.module, kind, name);
      if (declared === undefined) continue;
      const outer = scope.module.standard.get(`${kind} ${name}`);
      if (outer !== undefined && !context.stack.includes(outer))
        return expandScore(outer, [], expr.span, context, infer);
      return reject(context, "P2009", `\`${name}\` refers to itself`, expr.span);
    }
  }
  if (vocabulary === "measure") {
    const type = typeIn(measures, name);
    if (type !== undefined) return { type, ir: name };
    if (scope.module.javascript.has(`metric ${name}`)) return { type: "number", ir: metricName(name) };
  }
  if (vocabulary === "layer") {
    const type = typeIn(layerFacts, name);
    // A word that is no fact is a text: `kind = conv2d`.
    return type === undefined ? { type: "text", ir: ["string", name] } : { type, ir: name };
  }
  if (vocabulary === "curve" && name === "t") return { type: "number", ir: "t" };
  if (scope.module.missing.has(name)) return null;
  return unknown(expr, name, context);
}

/** What a name of JavaScript means in a score or a penalty; undefined where there is none of this kind. */
export function ownScore(
  kind: "criterion" | "penalty",
  name: string,
  span: Span,
  context: ExprContext,
  given: OwnArguments = {},
): Typed | null | undefined {
  const own = context.scope.module.javascript.get(`${kind} ${name}`);
  if (own === undefined) return undefined;
  if (kind === "penalty" || context.vocabulary === "score")
    return { type: "unit", ir: ownExpr(name, own.reads, given) };
  return reject(
    context,
    "P2034",
    `\`${name}\` is a criterion in JavaScript, whose slope nobody knows`,
    span,
    {
      help: `write a penalty, which is differentiated: \`use penalty ${name} from …\``,
    },
  );
}

function inferDotted(expr: Reference, name: string, context: ExprContext): Typed | null {
  const [head, tail] = expr.path;
  const moment = context.vocabulary === "measure" && head !== undefined ? head.text : "";
  if (Object.hasOwn(baselines, moment) && expr.path.length === 2 && tail !== undefined) {
    const { is, has } = baselines[moment as keyof typeof baselines];
    const type = typeIn(measures, tail.text);
    if (type !== undefined && has.some((known) => known === tail.text)) return { type, ir: name };
    return reject(context, "P2001", `\`${name}\` is not known`, expr.span, {
      help: `of ${is} there are ${has.map((known) => `\`${moment}.${known}\``).join(", ")}`,
    });
  }
  if (head?.text === "layer" && tail !== undefined && statisticOf(name) !== undefined) {
    return reject(context, "P2026", `\`${name}\` does not say of what`, expr.span, {
      help: `name it: \`${name}(abs(w))\` is taken over the living units of the layer`,
    });
  }
  return unknown(expr, name, context);
}

/** Reports an unknown name with the likeliest cause: a subtraction without spaces, else a slip of the fingers. */
function unknown(expr: Reference, name: string, context: ExprContext): null {
  const known = knownNames(context);
  const parts = name.split("-");
  if (parts.length > 1 && parts.every((part) => known.includes(part))) {
    const spaced = parts.join(" - ");
    return reject(context, "P2003", `\`${name}\` is one name, and nothing is called so`, expr.span, {
      help: `a subtraction needs spaces: \`${spaced}\``,
      fixes: [replace("put spaces around the minus", expr.span, spaced)],
    });
  }
  const isScore = context.vocabulary === "score" || context.vocabulary === "penalty";
  const what = context.vocabulary === "penalty" ? "penalty" : "criterion";
  const message =
    isScore && context.stack.length === 0
      ? `no ${what} and no tensor is called \`${name}\``
      : `nothing here is called \`${name}\``;
  const listed = isScore ? listOf(context, what) : undefined;
  const details = unknownName(kinds[context.vocabulary], name, expr.span, known, { otherwise: listed });
  return reject(context, isScore ? "P2002" : "P2001", message, expr.span, details);
}

/** Of which kind an unknown name would be. */
const kinds: Partial<Record<Vocabulary, ElsewhereKind>> = {
  score: "criterion",
  penalty: "penalty",
  measure: "measure",
};

/** The scores that have a name, and where there are others. */
function listOf({ scope }: ExprContext, what: "criterion" | "penalty"): string {
  const names = namesOf(scope.module, what).map((name) => `\`${name}\``);
  return `there are ${names.join(", ")}, and expressions over \`w\`, \`g\`, \`a\`, \`gamma\`, …`;
}

function knownNames(context: ExprContext): readonly string[] {
  const { scope, vocabulary } = context;
  const own = [...scope.bindings.keys()];
  switch (vocabulary) {
    case "score":
      return [...own, ...allNames, ...namesOf(scope.module, "criterion")];
    case "penalty":
      return [
        ...own,
        ...allNames,
        ...namesOf(scope.module, "penalty"),
        ...namesOf(scope.module, "criterion"),
      ];
    case "measure":
      return [...own, ...Object.keys(measures), ...ownNames(scope.module, "metric")];
    case "curve":
      return [...own, "t"];
    default:
      return own;
  }
}

const typeIn = (table: Readonly<Record<string, Type>>, name: string): Type | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

/** A declared criterion or penalty put in place of its name, with its arguments bound. */
export function expandScore(
  declared: Declared,
  args: readonly Argument[],
  span: Span,
  context: ExprContext,
  infer: Infer,
): Typed | null {
  if (declared.kind !== "criterion" && declared.kind !== "penalty") return null;
  const bindings = bindArguments(
    declared.name,
    declared.node.params ?? [],
    args,
    span,
    context,
    declared.module,
    infer,
  );
  if (bindings === null) return null;
  // A declaration sees the parameters of its own file, never what is bound where it is used.
  const scope = { module: declared.module, bindings: new Map([...declared.module.parameters, ...bindings]) };
  if (declared.node.under !== undefined) context.under?.found.push(declared.node.under);
  return infer(declared.node.expr, { ...context, scope, stack: [...context.stack, declared] });
}
