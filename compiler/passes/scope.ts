import type { Diagnostic, Span } from "../../core/diagnostics/diagnostic.js";
import { isName } from "../../core/expr/names.js";
import type { ExprIr } from "../../core/ir/types.js";
import type { Module } from "./module.js";

const types = {
  number: "a number",
  share: "a percentage",
  epochs: "a length in epochs",
  steps: "a length in steps",
  boolean: "true or false",
  text: "a text",
  size: "a size of the network",
  time: "a time",
  unit: "a score",
  element: "a number per weight",
  activation: "a number per place of an activation",
} as const;

/**
 * What a value is: a plain number, a share (a percentage), a length of time, a truth, a text; or, inside scores, a number per
 * weight of a unit (`element`), per place of its activation (`activation`), per unit; or a size of the network (`size`), or how long it computes, in milliseconds
 * (`time`).
 */
export type Type = keyof typeof types;

/** A type in a user's words. */
export const describe = (type: Type): string => types[type];

/** An expression that has been understood. */
export interface Typed {
  readonly type: Type;
  readonly ir: ExprIr;
}

/** What a name that the program itself introduced stands for. */
export type Binding =
  /** A parameter or an argument. */
  | { readonly kind: "value"; readonly value: Typed }
  /** The counter of a `repeat`, under its name in the IR. */
  | { readonly kind: "counter"; readonly ir: string }
  /** The layer of a `for each`, under its name in the IR. */
  | { readonly kind: "layer"; readonly ir: string };

/** Why no parameter, counter or variable may have a name; null where one may. */
export function whyTaken(name: string): string | null {
  if (isName(name)) return `\`${name}\` is a tensor in expressions`;
  // `train epoch` trains for one.
  return name === "epoch" || name === "step" ? `\`${name}\` is a length of training` : null;
}

/** The names in scope at a place of the timeline. */
export interface Scope {
  readonly module: Module;
  readonly bindings: ReadonlyMap<string, Binding>;
}

export type Report = (diagnostic: Diagnostic) => void;

/** A copy of a scope with one name more. */
export function bind({ module, bindings }: Scope, name: string, binding: Binding): Scope {
  return { module, bindings: new Map(bindings).set(name, binding) };
}

/** The text between two places of a module, white space squeezed and comments left out. */
export function sourceText(module: Module, span: Span): string {
  const parts: string[] = [];
  let at = span.start;
  for (const comment of module.program.comments) {
    if (comment.span.start < at || comment.span.end > span.end) continue;
    parts.push(module.text.slice(at, comment.span.start));
    at = comment.span.end;
  }
  parts.push(module.text.slice(at, span.end));
  return parts.join(" ").replace(/\s+/g, " ").trim();
}
