import { mayLose } from "../../../core/compensate/limits.js";
import type { StatementIr } from "../../../core/ir/walk.js";
import type { Network } from "../../../core/network/types.js";
import { counted } from "../../plan/words.js";
import { weightsOf } from "./memory.js";

/** What making up for what goes adds to an event. */
export interface CompensationCost {
  readonly text: string;
  readonly method: string;
  readonly batches: number;
  /** How often they pass, forward, for each layer that is re-fitted. */
  readonly passes: number;
  /** Layers that may be re-fitted, and those that cannot be; null without a network, or where only the run knows them. */
  readonly layers: readonly string[] | null;
  readonly others: readonly string[];
  /** Of the matrix of the widest of them, which is solved beside it, and of a copy of all weights, in bytes. */
  readonly bytes: number | null;
}

export function compensationCosts(
  all: readonly StatementIr[],
  network: Network | undefined,
): readonly CompensationCost[] {
  return all.flatMap((prune): readonly CompensationCost[] => {
    if (prune.kind !== "prune" || prune.compensating === undefined) return [];
    const { text, layers: paths } = prune;
    const { method, batches } = prune.compensating;
    const told = { text, method, batches, passes: method === "obs" ? 1 : 2 };
    if (network === undefined || paths === undefined)
      return [{ ...told, layers: null, others: [], bytes: null }];
    const losing = mayLose(network, prune, paths);
    const unknowns = losing.map(({ systems }) => systems?.unknowns ?? 0);
    return [
      {
        ...told,
        layers: losing.flatMap(({ path, systems }) => (systems === null ? [] : [path])),
        others: losing.flatMap(({ path, systems }) => (systems === null ? [path] : [])),
        bytes: 2 * 8 * Math.max(0, ...unknowns) ** 2 + 4 * weightsOf(network),
      },
    ];
  });
}

export function compensationLine(cost: CompensationCost): string {
  const { text, method, batches, passes, layers, others, bytes } = cost;
  const times = passes === 1 ? "once" : "twice";
  const which = layers === null ? "each layer that loses weights" : `each of ${layers.join(", ")}`;
  const left = others.length === 0 ? "" : `; not re-fitted: ${others.join(", ")}`;
  const memory = bytes === null ? "" : `, up to ${counted(bytes, "bytes")}`;
  return `${text}: by ${method}, ${counted(batches, "batches")} forward ${times} for ${which}${memory}${left}`;
}
