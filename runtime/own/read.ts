import { show } from "../../core/diagnostics/quote.js";
import { fittedOn, type FittedOn } from "../../core/compensate/methods.js";
import { cannotRead, type OwnArguments } from "../../core/expr/own.js";
import { isName, type Name } from "../../core/expr/names.js";
import { javascriptRow, type JavaScriptKind } from "../../core/ir/imports.js";
import { isObject } from "../../core/network/json.js";
import type { UserFunction } from "../types.js";

/** What was given for something in JavaScript, read: the function in it, and what is said beside. */
export interface Definition {
  readonly compute: UserFunction;
  /** What scores and penalties read; empty for all others. */
  readonly reads: readonly Name[];
  /** What programs may give it, with the usual values. */
  readonly takes: OwnArguments;
  /** Seconds that a step may take, or a compensation with a layer. */
  readonly seconds: number;
  /** What a compensation is worked out on; unset for all others. */
  readonly on?: FittedOn;
  /** What a gate is made of beside its draw. */
  readonly gate?: OwnGateParts | null;
  /** What tells it from another. */
  readonly text: string;
}

/** What a gate in JavaScript has: its parameters with their start, and functions beside the one that draws. */
export interface OwnGateParts {
  readonly params: Readonly<Record<string, number>>;
  readonly test?: UserFunction;
  readonly term?: UserFunction;
  readonly score?: UserFunction;
}

/** Seconds where it does not say. */
const usualSeconds = 600;
/** No timer waits longer. */
const mostSeconds = 2e6;

/** A definition as anybody may have written it; a text says what is wrong with it, behind its name. */
export function readDefinition(kind: JavaScriptKind, given: unknown): Definition | string {
  const { member, reads: has } = javascriptRow(kind);
  const plain = { reads: [], takes: {}, seconds: usualSeconds };
  if (member === null)
    return typeof given === "function"
      ? { ...plain, compute: given as UserFunction, text: String(given) }
      : `is ${show(given)}, where a function belongs`;
  if (!isObject(given)) return `is ${show(given)}, where an object with \`${member}\` belongs`;
  const compute = given[member];
  if (typeof compute !== "function") return `has no function \`${member}\``;
  const takes = takenBy(given, kind);
  if (typeof takes === "string") return takes;
  const definition = { ...plain, takes, compute: compute.bind(given) as UserFunction, text: String(compute) };
  if (kind === "gate") {
    const gate = gatePartsOf(given);
    const text = [compute, ...gateMembers.map((name) => given[name])].map(String).join("\n");
    return typeof gate === "string" ? gate : { ...definition, gate, text };
  }
  if (!has) {
    const { seconds = usualSeconds } = given;
    if (typeof seconds !== "number" || !(seconds > 0 && seconds <= mostSeconds))
      return `has ${show(seconds)} for \`seconds\`, where a number above 0 belongs`;
    if (kind !== "compensation") return { ...definition, seconds };
    const { on: said = "now" } = given;
    const on = fittedOn.find((one) => one === said);
    return on === undefined
      ? `has ${show(said)} for \`on\`, where "now" or "before" belongs`
      : { ...definition, seconds, on };
  }
  const { reads } = given;
  if (!Array.isArray(reads) || reads.length === 0)
    return 'does not say what it reads: `reads: ["w"]`, with at least one name';
  const names: Name[] = [];
  for (const name of reads as readonly unknown[]) {
    const why = typeof name === "string" ? cannotRead(kind, name) : "is no name";
    if (why !== null || typeof name !== "string" || !isName(name))
      return `reads ${show(name)}, which ${why ?? ""}`;
    if (!names.includes(name)) names.push(name);
  }
  if (kind === "penalty" && !names.some((name) => name === "w" || name === "dw"))
    return "reads neither `w` nor `dw`, so that nothing in it depends on what is trained";
  return { ...definition, reads: names };
}

/** What stands as `takes`: numbers, and but for gates texts, by the names of arguments. */
function takenBy({ takes = {} }: { readonly takes?: unknown }, kind: JavaScriptKind): OwnArguments | string {
  const [some, one] = kind === "gate" ? ["numbers", "a number"] : ["numbers and texts", "a number or a text"];
  if (!isObject(takes) || Array.isArray(takes))
    return `has ${show(takes)} for \`takes\`, where an object of ${some} belongs: \`takes: { damping: 0.1 }\``;
  const found: Record<string, number | string> = {};
  for (const [name, value] of Object.entries(takes)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return `takes ${show(name)}, which no program can name`;
    if (kind === "compensation" && name === "points")
      return "takes `points`, an argument of every compensation: how many places of an example are drawn";
    const isText = typeof value === "string" && kind !== "gate";
    if (!isText && (typeof value !== "number" || !Number.isFinite(value)))
      return `takes \`${name}\` with ${show(value)} as its usual value, where ${one} belongs`;
    found[name] = value;
  }
  return found;
}

const gateMembers = ["test", "term", "score"] as const;

function gatePartsOf(given: Readonly<Record<string, unknown>>): OwnGateParts | string {
  const { params } = given;
  if (!isObject(params) || Array.isArray(params) || Object.keys(params).length === 0)
    return `has ${show(params)} for \`params\`, where an object of numbers belongs: \`params: { s: 1 }\``;
  for (const [name, start] of Object.entries(params)) {
    if (!/^[a-z]+$/.test(name)) return `has a parameter ${show(name)}: their names are of small letters`;
    if (typeof start !== "number" || !Number.isFinite(start))
      return `starts \`${name}\` from ${show(start)}, where a number belongs`;
  }
  const parts: Record<string, UserFunction> = {};
  for (const name of gateMembers) {
    const value = given[name];
    if (value === undefined) continue;
    if (typeof value !== "function") return `has ${show(value)} for \`${name}\`, where a function belongs`;
    parts[name] = value.bind(given) as UserFunction;
  }
  return { params: params as Readonly<Record<string, number>>, ...parts };
}
