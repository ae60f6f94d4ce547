import type { ExprIr } from "../ir/clauses.js";

/**
 * An amount that differs from layer to layer, as `["per-layer", usual, ["conv1", 0.3], …]`: what a `search … per layer` puts in place of
 * its variable. `usual` is for layers that are not named.
 */
const operator = "per-layer";

export interface LayerValues {
  readonly usual: number;
  readonly named: ReadonlyMap<string, number>;
}

export const perLayer = (usual: number, named: Iterable<readonly [string, number]>): ExprIr => [
  operator,
  usual,
  ...[...named].map(([layer, value]): ExprIr => [layer, value]),
];

/** The values of such an amount; null for any other expression. */
export function layerValues(expr: unknown): LayerValues | null {
  if (!Array.isArray(expr) || expr[0] !== operator) return null;
  const [, usual, ...rest] = expr as readonly unknown[];
  const named = new Map<string, number>();
  for (const one of rest) {
    if (!Array.isArray(one)) continue;
    const [layer, value] = one as readonly unknown[];
    if (typeof layer === "string" && typeof value === "number") named.set(layer, value);
  }
  return { usual: typeof usual === "number" ? usual : 0, named };
}
