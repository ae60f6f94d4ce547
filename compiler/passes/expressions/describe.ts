import type { Type } from "../scope.js";

/** A type in a user's words. */
export function describe(type: Type): string {
  switch (type) {
    case "number":
      return "a number";
    case "share":
      return "a percentage";
    case "epochs":
      return "a length in epochs";
    case "steps":
      return "a length in steps";
    case "boolean":
      return "true or false";
    case "text":
      return "a text";
    case "size":
      return "a size of the network";
    case "unit":
      return "a score";
    case "element":
      return "a number per weight";
    case "activation":
      return "a number per place of an activation";
  }
}
