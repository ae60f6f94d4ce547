import { field, isJsonObject } from "./json.js";
import { raise } from "../diagnostics/create.js";
import { quote } from "../diagnostics/quote.js";
import type { Json } from "./types.js";

/** λ₁·Σ|x| + λ₂·Σx², as a regularizer adds it to the loss. */
export interface Amounts {
  readonly l1: number;
  readonly l2: number;
}

/** What Keras and TensorFlow.js take where a regularizer is named without its amount. */
const USUAL = 0.01;

/**
 * The amounts of a regularizer as a config holds it: null where there is none.
 * @throws DiagnosticError P5009 of one that is no sum of these two
 */
export function amountsOf(value: Json | undefined, key: string, path: string): Amounts | null {
  if (value === undefined || value === null) return null;
  const name = isJsonObject(value) ? field(value, "class_name") : value;
  const config = isJsonObject(value) ? field(value, "config") : undefined;
  const plain = typeof name === "string" ? name.toLowerCase().replace("_", "") : "";
  if (plain !== "l1" && plain !== "l2" && plain !== "l1l2") {
    return raise("P5009", `layer ${quote(path)} has a \`${key}\` of class ${quote(String(name))}`, {
      notes: ["regularizers of L1 and L2 are computed"],
      help: "give the penalty in the program (`penalize …`), and take the regularizer out of the model",
    });
  }
  const amount = (of: "l1" | "l2"): number => {
    const given = isJsonObject(config)
      ? (field(config, of) ?? (of === plain ? field(config, "l") : undefined))
      : undefined;
    return typeof given === "number" ? given : plain.includes(of) || plain === "l1l2" ? USUAL : 0;
  };
  const amounts = { l1: amount("l1"), l2: amount("l2") };
  return amounts.l1 === 0 && amounts.l2 === 0 ? null : amounts;
}
