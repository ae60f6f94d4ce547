import type { Level } from "./expressions.js";
import type { Draw } from "./draw.js";
import { structures, type SmallNetwork } from "./networks.js";
import type { Statement } from "./program.js";

/** What the program being written has said so far. */
export interface Writer {
  readonly d: Draw;
  readonly network: SmallNetwork;
  readonly criteria: string[];
  readonly penalties: string[];
  readonly curves: string[];
  /** Parameters that are percentages. */
  readonly shares: string[];
  readonly marks: string[];
  /** Counters of the loops around, and layers of `for each`. */
  counters: readonly string[];
  chosen: readonly string[];
  /** Whether something died softly or latently, and what died latently. */
  loose: boolean;
  readonly latent: string[];
  readonly pruned: string[];
  /** What masks are learned on, and by what. */
  readonly gated: { readonly structure: string; readonly kind: string }[];
  trained: boolean;
  /** Whether there is something to load, and a method of its own to call. */
  saved: boolean;
  ownMethod: boolean;
  imported: boolean;
}

export const plain = (head: string, ...clauses: readonly string[]): Statement => ({ head, clauses });

export function block(length: number, next: (left: number) => readonly Statement[]): Statement[] {
  const list: Statement[] = [];
  for (let left = length; left > 0; left--) list.push(...next(left));
  return list;
}

export const condition = (d: Draw): string =>
  d.pick([
    "accuracy >= 0%",
    "loss < 1000",
    "macs <= 100%",
    "params <= start.params",
    "bytes <= start.bytes",
    "params <= 100% and nonzero macs <= 100%",
    "nonzero params <= 50%",
    "accuracy >= 99%",
    "macs <= 40%",
    "accuracy >= dense.accuracy - 5%",
    "loss <= dense.loss * 2 and loss <= start.loss + 1",
    "accuracy >= best.accuracy - 10% and macs >= 50%",
    "params >= 70%",
    "latency <= 100%",
    "latency <= start.latency and latency >= 10%",
    "surety >= 0",
  ]);

/** Structures that a network has units of; now and then any. */
export function structureOf({ d, network }: Writer): string {
  return d.pick(d.chance(0.03) ? structures : network.structures);
}

export function levelOf(structure: string): Level {
  if (structure === "weights" || structure.startsWith("2:4")) return "single";
  return ["filters", "units", "neurons", "channels", "layers"].includes(structure) ? "whole" : "group";
}
