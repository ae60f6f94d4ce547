import { show } from "../../core/diagnostics/quote.js";
import { cannotRead } from "../../core/expr/own.js";
import { isName, type Name } from "../../core/expr/names.js";
import { javascriptRow, type JavaScriptKind } from "../../core/ir/imports.js";
import { isObject } from "../../core/network/json.js";
import type { UserFunction } from "../types.js";

/** What was given for something in JavaScript, read: the function in it, and what is said beside. */
export interface Definition {
  readonly compute: UserFunction;
  /** What scores and penalties read; empty for all others. */
  readonly reads: readonly Name[];
  /** Seconds that a step may take. */
  readonly seconds: number;
  /** What tells it from another. */
  readonly text: string;
}

/** Seconds that a step may take where it does not say. */
const usualSeconds = 600;
/** No timer waits longer. */
const mostSeconds = 2e6;

/** A definition as anybody may have written it; a text says what is wrong with it, behind its name. */
export function readDefinition(kind: JavaScriptKind, given: unknown): Definition | string {
  const { member, reads: has } = javascriptRow(kind);
  const plain = { reads: [], seconds: usualSeconds };
  if (member === null)
    return typeof given === "function"
      ? { ...plain, compute: given as UserFunction, text: String(given) }
      : `is ${show(given)}, where a function belongs`;
  if (!isObject(given)) return `is ${show(given)}, where an object with \`${member}\` belongs`;
  const compute = given[member];
  if (typeof compute !== "function") return `has no function \`${member}\``;
  const definition = { ...plain, compute: compute.bind(given) as UserFunction, text: String(compute) };
  if (!has) {
    const { seconds = usualSeconds } = given;
    return typeof seconds === "number" && seconds > 0 && seconds <= mostSeconds
      ? { ...definition, seconds }
      : `has ${show(seconds)} for \`seconds\`, where a number above 0 belongs`;
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
