import { counted } from "../../../core/ir/words.js";
import { usualBits } from "../../../core/quantize/methods.js";
import { quote } from "../../../core/diagnostics/quote.js";
import { lowest } from "../estimate.js";
import type { Finding, Lint } from "./finding.js";

/** Layers that are named. */
const most = 5;

/** A `quantize` that leaves some layers with a value for each of their weights. */
export const sharesNothing: Lint = ({ simulation, network }) => {
  if (network === null) return [];
  const findings = new Map<number, Finding>();
  for (const { statement, pools, deadOf } of simulation.events) {
    if (statement.kind !== "quantize" || findings.has(statement.id)) continue;
    const alone = pools.flatMap((pool, i) => {
      if (pool.kind !== "elements") return [];
      const { bits = usualBits(pool.shape) } = statement;
      const living = pool.total - lowest(deadOf[i] ?? 0);
      if (typeof bits !== "number" || living === 0 || living > pool.kernels.length * 2 ** bits) return [];
      return [{ layer: quote(pool.layers[0] ?? ""), living, values: pool.kernels.length * 2 ** bits }];
    });
    if (alone.length === 0) continue;
    const named = alone
      .slice(0, most)
      .map(
        ({ layer, living, values }) =>
          `${layer} has ${counted(living, "living weights")} for ${counted(values, "values")}`,
      );
    const more = alone.length > most ? [`and ${counted(alone.length - most, "other layers")}`] : [];
    findings.set(statement.id, {
      code: "P3068",
      id: statement.id,
      message: `there are as many values as weights in ${counted(alone.length, "layers")}`,
      notes: [...named, ...more],
      help: "take fewer bits there, or leave them out by `except`",
    });
  }
  return [...findings.values()];
};
