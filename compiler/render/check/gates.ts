import { guardOf, type Guard } from "../../../core/gates/guard.js";
import { localKernels } from "../../../core/gates/reads.js";
import { blocksOf, lengthOf } from "../../../core/gates/values.js";
import { kindSaid } from "../../../core/gates/registry.js";
import type { GateKind } from "../../../core/gates/types.js";
import type { StatementIr } from "../../../core/ir/walk.js";
import type { Network } from "../../../core/network/types.js";
import { counted } from "../../plan/words.js";

/** What a `learn masks` adds to training. */
export interface GateCost {
  readonly text: string;
  /** Whether they are in JavaScript: then nobody knows how many numbers train for each. */
  readonly own: boolean;
  /** Gates, and numbers that train for them. */
  readonly gates: number;
  readonly params: number;
  /** Weights that they multiply anew in every step. */
  readonly weights: number;
  /** Of the parameters and of the products, in bytes; the optimizer's state of the parameters comes on top. */
  readonly bytes: number;
  /** What a step takes beside. */
  readonly step: string;
}

export function gateCosts(all: readonly StatementIr[], network: Network | undefined): readonly GateCost[] {
  if (network === undefined) return [];
  return all.flatMap((learn) => {
    if (learn.kind !== "learn" || learn.layers === undefined) return [];
    const { text, structure, layers, gate } = learn;
    const guard = guardOf(network, { structure, layers, named: learn.in !== undefined });
    const { units, parts } = guard;
    const kind = kindSaid(gate);
    const weights = [...parts.values()]
      .flat()
      .reduce((sum, { rows, cols }) => sum + inside(rows) * inside(cols), 0);
    const args = Object.entries(kind.args).map(([name, { usual }]): [string, number] => {
      const value = gate.args[name];
      return [name, typeof value === "number" ? value : typeof usual === "number" ? usual : usual.from];
    });
    const blocks = blocksOf(kind, guard, Object.fromEntries(args));
    const params = Object.keys(kind.params).reduce((sum, name) => sum + lengthOf(blocks.get(name) ?? []), 0);
    const step = "own" in gate ? "what its JavaScript takes" : beside(kind, network, guard);
    return [{ text, own: "own" in gate, gates: units, params, weights, bytes: 4 * (params + weights), step }];
  });
}

/** What draws of its own make of a step. */
function beside({ draws }: GateKind, network: Network, { units, parts }: Guard): string {
  if (draws === "activations")
    return `the means of ${counted(units, "units")} over their places for every example, read from the backend and back`;
  if (draws === "example") return `${counted(units, "draws")} for every example`;
  const local =
    draws === "deviation" ? [...parts.keys()].filter((key) => localKernels(network).has(key)) : [];
  if (local.length > 0)
    return `the sums of ${counted(local.length, "layers")} once more, for their variances`;
  return "no pass of its own";
}

const inside = (numbers: Int32Array): number => numbers.reduce((n, number) => n + (number >= 0 ? 1 : 0), 0);

export const gateLine = ({ text, gates, params, own, weights, bytes, step }: GateCost): string =>
  `${text}: ${counted(gates, "gates")} of ${own ? "parameters in JavaScript" : counted(params, "parameters")} on ${counted(weights, "weights")}, ` +
  `${counted(bytes, "bytes")} and the optimizer's state of the parameters; ${step}`;
