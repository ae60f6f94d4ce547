import type { ExprIr } from "../ir/clauses.js";
import { isOfNorms } from "./domains.js";
import { isOwn } from "./own.js";
import { perUnit } from "./derivative.js";
import { isName, mentionedIn, nameRow, namesIn, type Name } from "./names.js";
import { isReducer, operatorOf, partsOf, typeOf } from "./operators.js";
import { keyOf, sampleTerms, type SampleTerm } from "./terms.js";

/**
 * A penalty taken apart: what is worked out over activations, over batch norms or over the members of a unit is one number for each
 * unit (or each input of a layer), and the rest an expression over weights in which a name stands for each of these.
 */
export interface Apart {
  readonly expr: ExprIr;
  readonly samples: readonly (Term & { readonly of: SampleTerm })[];
  readonly norms: readonly Term[];
  readonly members: readonly MemberTerm[];
}

/** A part and the name that stands for it. */
export interface Term {
  readonly name: string;
  /** As written; of a sample term with its reducer. */
  readonly part: ExprIr;
}

/** `members.std(E)`: E of every member of a unit, reduced. */
export interface MemberTerm extends Term {
  readonly reducer: MemberReducer;
  readonly inner: ExprIr;
}

export type MemberReducer = "mean" | "std" | "max" | "min";

/** The reducer over the members of a unit that an operator is. */
export function memberReducer(operator: string): MemberReducer | undefined {
  if (operatorOf(operator)?.type !== "members") return undefined;
  const name = operator.slice("members.".length);
  return name === "mean" || name === "std" || name === "max" || name === "min" ? name : undefined;
}

export function takeApart(expr: ExprIr, structure: string): Apart {
  if (penaltyKind(expr, structure) === "activations") return wholly(expr);
  const samples = sampleTerms([expr], true).map((of, i) => ({
    name: `sample ${i}`,
    part: reducedPart(of),
    of,
  }));
  const names = new Map(samples.map(({ name, of }) => [keyOf(of.expr), name]));
  const norms: Term[] = [];
  const members: MemberTerm[] = [];
  const replaced = (part: ExprIr): ExprIr => {
    const known = names.get(keyOf(part));
    if (known !== undefined) return known;
    const reducer = typeof part === "object" ? memberReducer(part[0]) : undefined;
    const [inner = 0] = partsOf(part);
    if (reducer !== undefined) {
      const name = `members ${members.length}`;
      members.push({ name, part, reducer, inner });
      names.set(keyOf(part), name);
      return name;
    }
    if (isOfNorms(part)) {
      const name = `norms ${norms.length}`;
      norms.push({ name, part });
      names.set(keyOf(part), name);
      return name;
    }
    if (typeof part !== "object" || part[0] === "string") return part;
    return [part[0], ...partsOf(part).map(replaced)];
  };
  return { expr: replaced(expr), samples, norms, members };
}

/** Over activations alone it is worked out in each layer that makes a unit, and added up. */
function wholly(expr: ExprIr): Apart {
  const name = "samples";
  const samples = sampleTerms([expr], true)
    .slice(0, 1)
    .map((of) => ({ name, part: perUnit(expr), of }));
  return { expr: name, samples, norms: [], members: [] };
}

const reducedPart = ({ expr, inner, reducer }: SampleTerm): ExprIr =>
  typeof expr === "object" && isReducer(expr[0], expr.length - 1) && expr[1] === inner
    ? expr
    : [reducer, inner];

/** Whether some of these names stand outside of every reducer. */
export function standsOutside(expr: ExprIr, names: ReadonlySet<string>): boolean {
  if (typeof expr === "string") return names.has(expr);
  if (typeof expr !== "object") return false;
  const parts = partsOf(expr);
  if (isReducer(expr[0], parts.length)) return false;
  return parts.some((part) => standsOutside(part, names));
}

function kindOfName(name: Name): readonly PenaltyKind[] {
  const { penalty } = nameRow(name);
  return "of" in penalty ? [penalty.of] : [];
}

function holdsStatistic(expr: ExprIr): boolean {
  return typeOf(expr) === "statistic" || partsOf(expr).some(holdsStatistic);
}

const readsMembers = (expr: ExprIr): boolean =>
  typeOf(expr) === "members" || partsOf(expr).some(readsMembers);

/** What a penalty is over, which says how it is worked out. */
export type PenaltyKind = "weights" | "norms" | "activations" | "mixed";

export function penaltyKind(expr: ExprIr, structure: string): PenaltyKind {
  if (isOwn(expr)) return "weights";
  const read = mentionedIn(expr);
  const kinds = new Set(namesIn(expr).flatMap(kindOfName));
  const [only, ...others] = kinds;
  if (sampleTerms([expr], true).length === 0 && !readsMembers(expr)) {
    if (!kinds.has("norms")) return "weights";
    return others.length === 0 && !holdsStatistic(expr) ? "norms" : "mixed";
  }
  // A number that trains beside them has a value of its own outside of the layers.
  const known = [...read].every(isName);
  const alone = only === "activations" && others.length === 0 && known && !holdsStatistic(expr);
  return alone && structure !== "channels" && !read.has("x") ? "activations" : "mixed";
}
