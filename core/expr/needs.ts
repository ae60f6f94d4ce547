import type { ExprIr, Need } from "../ir/types.js";

/** Every tensor name an expression may read, in the order `needs` lists them. */
export const needNames = [
  "w",
  "w0",
  "dw",
  "g",
  "g2",
  "h",
  "hg",
  "a",
  "ga",
  "x",
  "m",
  "gamma",
  "beta",
  "gate",
  "alpha",
  "random",
] as const satisfies readonly Need[];

/** Those that are only known after running batches of data through the network. */
const fromData: ReadonlySet<Need> = new Set(["g", "g2", "h", "hg", "a", "ga", "x"]);

/** The tensors an expression reads, each once, in the order of `needNames`. */
export function needsOf(expr: ExprIr): readonly Need[] {
  const found = new Set<string>();
  collect(expr, found);
  return needNames.filter((name) => found.has(name));
}

/** Whether computing these takes calibration batches (the data-free objective `synflow` never does). */
export function needsData(needs: readonly Need[], under: unknown): boolean {
  return under !== "synflow" && needs.some((need) => fromData.has(need));
}

function collect(expr: ExprIr, found: Set<string>): void {
  if (typeof expr === "string") found.add(expr);
  else if (typeof expr !== "number" && expr[0] !== "string") {
    for (const argument of argumentsOf(expr)) collect(argument, found);
  }
}

/** The arguments of an operation, without its operator. */
export function argumentsOf(expr: readonly [string, ...ExprIr[]]): readonly ExprIr[] {
  const [, ...rest] = expr;
  return rest;
}
