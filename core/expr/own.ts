import type { JavaScriptKind } from "../ir/imports.js";
import type { ExprIr } from "../ir/clauses.js";
import { chunkSize, type Chunk } from "../units/parts.js";
import type { Space } from "../units/space.js";
import { atEntries, build, entrySizes, walkElements, type Domain } from "./domain.js";
import { isName, nameRow, type Name, type names } from "./names.js";
import { entryNode, type Node } from "./nodes.js";
import type { OwnAtWork, OwnUnits } from "./own-units.js";

/**
 * Scores and penalties in JavaScript: `["own", ["string", "fisher", "damping", 0.1], "w", "g"]`, what they are given beside the name and
 * what they read behind it. An expression whose JavaScript nobody has looked into ends behind the name; what it reads is put in where the
 * functions are at hand.
 */
export type OwnExpr = readonly ["own", readonly ["string", string, ...(string | number)[]], ...Name[]];

/** Numbers and texts that a program gives to JavaScript, by name. */
export type OwnArguments = Readonly<Record<string, number | string>>;

export const ownExpr = (name: string, reads: readonly Name[], given: OwnArguments = {}): OwnExpr => [
  "own",
  ["string", name, ...Object.entries(given).flat()],
  ...reads,
];

/** The same with what it reads. */
export const ownReading = ([own, called]: OwnExpr, reads: readonly Name[]): OwnExpr => [
  own,
  called,
  ...reads,
];

/** Whether an expression is in JavaScript: one of an edited loop may be anything. */
export const isOwn = (expr: ExprIr): expr is OwnExpr =>
  Array.isArray(expr) &&
  expr[0] === "own" &&
  Array.isArray(expr[1]) &&
  expr[1][0] === "string" &&
  typeof expr[1][1] === "string";

/** The name that an expression in JavaScript goes by. */
export const ownName = ([, [, name]]: OwnExpr): string => name;
/** What it is given by the program. */
export function argumentsOfOwn([, [, , ...flat]]: OwnExpr): OwnArguments {
  const given: Record<string, number | string> = {};
  for (let i = 0; i + 1 < flat.length; i += 2) given[String(flat[i])] = flat[i + 1] ?? "";
  return given;
}
export const readsOf = ([, , ...reads]: OwnExpr): readonly Name[] => reads;
/** Whether somebody looked into the JavaScript: what it reads is known. */
export const isLookedInto = (expr: OwnExpr): boolean => readsOf(expr).length > 0;

/** The parts of an expression that are in JavaScript. */
export function ownParts(expr: ExprIr): readonly OwnExpr[] {
  if (isOwn(expr)) return [expr];
  return Array.isArray(expr) ? (expr as readonly ExprIr[]).slice(1).flatMap(ownParts) : [];
}

/** The same expression with every part in JavaScript changed. */
export function mapOwn(expr: ExprIr, change: (own: OwnExpr) => OwnExpr): ExprIr {
  if (isOwn(expr)) return change(expr);
  if (!Array.isArray(expr)) return expr;
  const [operator, ...args] = expr as readonly [string, ...ExprIr[]];
  return [operator, ...args.map((argument) => mapOwn(argument, change))];
}

/** What a score in JavaScript may read: numbers of weights and of units. */
export type ScoreRead = Exclude<Name, NameOf<"activation">>;
/** What every weight has a number of. */
export type OfWeights = NameOf<"element">;
type NameOf<T> = { [N in Name]: (typeof names)[N]["type"] extends T ? N : never }[Name];
/** What a penalty in JavaScript may read: weights, and what is known of them without a pass. */
export const penaltyReads = ["w", "dw", "w0", "m"] as const;
export type PenaltyRead = (typeof penaltyReads)[number];

/** Why JavaScript of a kind cannot read a name; null where it can. */
export function cannotRead(kind: JavaScriptKind, name: string): string | null {
  if (!isName(name)) return "is no value of the language";
  if (kind === "penalty" && !penaltyReads.some((one) => one === name))
    return `is not among what a penalty in JavaScript may read: ${penaltyReads.join(", ")}`;
  return nameRow(name).type === "activation"
    ? "has a number for every place of every example, which is not handed over"
    : null;
}

/** A score in JavaScript at the entries of a space, layer by layer. */
export function ownNode(expr: OwnExpr, space: Space, domain: Domain, { score }: OwnAtWork): Node {
  const all = new Float64Array(space.entries);
  for (const { start, of } of unitsByLayer(readsOf(expr), space, domain)) {
    const values = score(ownName(expr), of, argumentsOfOwn(expr));
    for (let i = 0; i < of.units; i++) all[start + i] = values[i] ?? 0;
  }
  return entryNode(all);
}

type Layered = Pick<Space, "layers">;

/** What names say of the units of every layer that has any; `start` is the entry of its first. */
export function unitsByLayer(
  reads: readonly Name[],
  space: Layered,
  domain: Domain,
): readonly { readonly layer: number; readonly start: number; readonly of: OwnUnits }[] {
  const widths = widthsOf(space, domain);
  const columns = reads.map((name) => [name, columnsOf(name, space, domain, widths)] as const);
  return space.layers.flatMap(({ path, start, end }, layer) => {
    const units = end - start;
    if (units === 0) return [];
    const living = Uint8Array.from({ length: units }, (_, i) => (domain.lives(start + i) ? 1 : 0));
    const values = new Map(columns.map(([name, byLayer]) => [name, byLayer[layer] ?? none] as const));
    return [{ layer, start, of: { layer: path, units, size: widths[layer] ?? 0, living, values } }];
  });
}

const none = new Float64Array(0);

/** The weights of the largest unit of every layer. */
export function widthsOf({ layers }: Layered, domain: Domain): readonly number[] {
  const sizes = entrySizes(domain);
  return layers.map(({ start, end }) => {
    let widest = 0;
    for (let entry = start; entry < end; entry++) widest = Math.max(widest, sizes[entry] ?? 0);
    return widest;
  });
}

/** What a name says, by layer. */
function columnsOf(
  name: Name,
  space: Layered,
  domain: Domain,
  widths: readonly number[],
): readonly (Float32Array | Float64Array)[] {
  const { layers } = space;
  const node = build(name, domain);
  if (nameRow(name).type === "unit") {
    const all = new Float64Array(domain.entries);
    atEntries(domain, node, all);
    return layers.map(({ start, end }) => all.slice(start, end));
  }
  const columns = layers.map(
    ({ start, end }, layer) => new Float32Array((end - start) * (widths[layer] ?? 0)),
  );
  const placesOf = rowPlaces(space, domain, widths);
  walkElements(domain, node, (chunk, values) => {
    const [places, column] = [placesOf(chunk), columns[chunk.layer]];
    if (column === undefined) return;
    for (let i = 0; i < chunk.count; i++) column[places[i] ?? 0] = values[i] ?? 0;
  });
  return columns;
}

/**
 * Where the weights of a chunk stand in the rows of their layer, for one walk over all of a domain: in the row of their unit, one
 * behind the other as the walk meets them.
 */
export function rowPlaces(
  { layers }: Layered,
  domain: Domain,
  widths: readonly number[],
): (chunk: Chunk) => Int32Array {
  const filled = new Int32Array(domain.entries);
  const places = new Int32Array(chunkSize);
  return ({ layer, entry, count }) => {
    const [start, width] = [layers[layer]?.start ?? 0, widths[layer] ?? 0];
    for (let i = 0; i < count; i++) {
      const unit = entry[i] ?? 0;
      const column = filled[unit] ?? 0;
      places[i] = (unit - start) * width + column;
      filled[unit] = column + 1;
    }
    return places;
  };
}
