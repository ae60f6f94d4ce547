import { evaluate } from "../../compiler/ir/evaluate.js";
import { argumentsOf } from "../../compiler/ir/needs.js";
import type { ExprIr } from "../../compiler/ir/types.js";
import type { PruningContext } from "./context.js";
import { derivative } from "./derivative.js";
import { namesIn } from "./samples.js";
import type { Space } from "./space.js";

/** A penalty in batch-norm scales and shifts alone, added up over them: `abs(gamma)` (Liu et al. 2017). */
export function isNormPenalty(expr: ExprIr): boolean {
  const names = [...namesIn(expr)];
  return names.length > 0 && names.every((name) => name === "gamma" || name === "beta");
}

/** Adds strength × slope to the gradients of scales and shifts of counted units (1), and returns the penalty. */
export function addNormPenalty(
  { network, parameters }: PruningContext,
  space: Space,
  expr: ExprIr,
  counted: Uint8Array,
  strength: number,
  gradients: ReadonlyMap<string, Float32Array>,
  numbers: ReadonlyMap<string, number>,
): number {
  const inner = typeof expr === "object" && expr[0] === "sum" ? (argumentsOf(expr)[0] ?? 0) : expr;
  const slopes = { gamma: inSum(derivative(inner, "gamma")), beta: inSum(derivative(inner, "beta")) };
  const flags = new Set<number>();
  space.channelUnits?.forEach((unit, i) => {
    if (counted[i] === 1) flags.add(unit.root);
  });
  let value = 0;
  for (const layer of network.layers) {
    const scale = layer.weights.find(({ name }) => name === "gamma");
    const shift = layer.weights.find(({ name }) => name === "beta");
    const ids = (scale ?? shift)?.bindings[0]?.ids;
    const gamma = scale && parameters.get(scale.key)?.data;
    const beta = shift && parameters.get(shift.key)?.data;
    ids?.forEach((id, i) => {
      if (!flags.has(network.channels.find(id))) return;
      const names = new Map([...numbers, ["gamma", gamma?.[i] ?? 1], ["beta", beta?.[i] ?? 0]] as const);
      value += evaluate(inner, names) ?? 0;
      const add = (key: string | undefined, slope: ExprIr) => {
        const gradient = key === undefined ? undefined : gradients.get(key);
        const by = evaluate(slope, names) ?? 0;
        // A division by zero is a kink, whose subgradient is 0.
        if (gradient !== undefined && Number.isFinite(by)) gradient[i] = (gradient[i] ?? 0) + strength * by;
      };
      add(scale?.key, slopes.gamma);
      add(shift?.key, slopes.beta);
    });
  }
  return value;
}

/** The slope without divisions that plain evaluation does not know. */
function inSum(expr: ExprIr): ExprIr {
  if (typeof expr === "string" || typeof expr === "number") return expr;
  const args = argumentsOf(expr).map(inSum);
  return expr[0] === "safe/" ? ["/", ...args] : [expr[0], ...args];
}
