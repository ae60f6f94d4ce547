import { isCompensation } from "../compensate/methods.js";
import { isName, measures } from "../expr/names.js";
import { isGateName } from "../gates/registry.js";
import type { JavaScriptKind } from "./imports.js";
import { losses } from "./losses.js";

/**
 * What a name means in the language, where it can be nothing in JavaScript of this kind; null where it is free. Criteria and penalties
 * of the standard library can be hidden, and are free.
 */
export function reservedFor(kind: JavaScriptKind, name: string): string | null {
  switch (kind) {
    case "loss":
      return [...losses, "distillation", "loss"].includes(name) ? "is a loss of the language" : null;
    case "metric":
      return Object.hasOwn(measures, name) ? "is a measure of the language" : null;
    case "criterion":
    case "penalty":
      return isName(name) ? "is a tensor in expressions" : null;
    case "gate":
      return isGateName(name) ? "is a kind of gate of the language" : null;
    case "compensation":
      return isCompensation(name) ? "is a compensation of the language" : null;
    case "step":
      return null;
  }
}
