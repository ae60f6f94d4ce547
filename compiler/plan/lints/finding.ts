import type { Ir } from "../../../core/ir/types.js";
export { statements } from "../../../core/ir/walk.js";
import type { Network } from "../../../core/network/types.js";
import type { Code } from "../../../core/diagnostics/table.js";
import type { LatencyModel } from "../../../core/latency/model.js";
import type { Alignment } from "../../../core/schedule/alignment.js";
import type { Simulation } from "../dry-run.js";

/** Something a lint has to say about a statement. */
export interface Finding {
  readonly code: Code;
  /** Statement id. */
  readonly id: number;
  readonly message: string;
  readonly label?: string;
  /** Another statement that explains it. */
  readonly other?: { readonly id: number; readonly label: string };
  readonly notes?: readonly string[];
  readonly help?: string;
}

export interface LintContext {
  readonly ir: Ir;
  /** On the network the program is compiled for, else on a stand-in for any: shares without floors and rounding. */
  readonly simulation: Simulation;
  /** What the program is compiled for. */
  readonly network: Network | null;
  /** What the backend computes fastest, where that was measured. */
  readonly alignment: Alignment | null;
  /** Times of layers, where they were measured. */
  readonly times: LatencyModel | null;
}

export type Lint = (context: LintContext) => readonly Finding[];

/** Statements with one id, as phases share the rules above them, are one. */
export function distinct<T extends { readonly id: number }>(list: readonly T[]): readonly T[] {
  const seen = new Set<number>();
  return list.filter(({ id }) => !seen.has(id) && seen.add(id));
}
