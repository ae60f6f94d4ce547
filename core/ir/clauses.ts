import type { Need } from "../expr/names.js";
import type { ExprIr, ValueIr } from "./expressions.js";

export type StructureIr =
  | {
      readonly name:
        | "weights"
        | "filters"
        | "channels"
        | "neurons"
        | "units"
        | "kernels"
        | "taps"
        | "rows"
        | "columns"
        | "layers"
        | "gates";
    }
  | { readonly name: "blocks"; readonly height: number; readonly width: number }
  | { readonly name: "n:m"; readonly n: number; readonly m: number }
  | { readonly name: "strided"; readonly stride: number; readonly offset: number };

export type PatternIr =
  | { readonly glob: string }
  | { readonly range: readonly [number, number] }
  | { readonly place: "first" | "last" }
  /** Exactly the layer of this path, whatever characters its name holds. */
  | { readonly layer: string }
  /** The variable of a `for each layer as L`. */
  | { readonly variable: string };

export interface SelectionIr {
  /** Empty means every candidate layer. */
  readonly include: readonly PatternIr[];
  readonly exclude: readonly PatternIr[];
  /** Over `kind` (a string constant is ["string", "conv2d"]), `params`, `macs`, `units`, `name`. */
  readonly where?: ExprIr;
  /** Layer paths, when compiled against a network. */
  readonly layers?: readonly string[];
}

/** Tensors an expression reads, and so what computing it costs. */
export type { Need };

export interface CriterionIr {
  /** As written: "l1", or the text of the expression. */
  readonly name: string;
  readonly expr: ExprIr;
  readonly needs: readonly Need[];
  readonly under:
    "loss" | "synflow" | { readonly loss: string; readonly args: Readonly<Record<string, number>> };
  /** Calibration batches (default 1 when gradients or activations are needed), or accumulated on the training batches. */
  readonly over: { readonly batches: ExprIr } | "training" | null;
  /** A JavaScript criterion (not available yet). */
  readonly module?: string;
}

export type ScopeIr =
  | { readonly kind: "global" | "local" | "erk" | "er" | "row" | "sign" }
  | { readonly kind: "group"; readonly name: string };

export type AmountIr =
  /** A share of the units still alive in scope. */
  | { readonly kind: "drop-share"; readonly value: ValueIr }
  | { readonly kind: "drop-count"; readonly value: ValueIr }
  /** The share of all units that shall be dead. */
  | { readonly kind: "target"; readonly value: ValueIr }
  | { readonly kind: "keep-count"; readonly value: ValueIr; readonly each: boolean }
  | { readonly kind: "budget"; readonly limits: readonly BudgetLimit[] }
  /** `value` is an expression over `layer.mean(…)`, `layer.std(…)`, numbers. */
  | { readonly kind: "threshold"; readonly side: "below" | "above"; readonly value: ExprIr }
  /** n:m structures take no amount. */
  | { readonly kind: "pattern" };

export interface BudgetLimit {
  readonly measure: "macs" | "params" | "bytes";
  /** Relative limits are shares of the network as loaded. */
  readonly relative: boolean;
  readonly value: ExprIr;
}
