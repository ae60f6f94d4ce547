import { mayLose } from "../../../core/compensate/limits.js";
import { compensations } from "../../../core/compensate/methods.js";
import type { CompensatingIr } from "../../../core/ir/types.js";
import type { StatementIr } from "../../../core/ir/walk.js";
import type { Network } from "../../../core/network/types.js";
import { counted } from "../../plan/words.js";
import { weightsOf } from "./memory.js";

/** What making up for what goes adds to an event. */
export interface CompensationCost {
  readonly text: string;
  readonly method: string;
  readonly batches: number;
  /** How often they pass, forward, for each layer that is re-fitted; null for JavaScript that nobody looked into: once or twice. */
  readonly passes: number | null;
  /** Layers that may be re-fitted, and those that cannot be; null without a network, or where only the run knows them. */
  readonly layers: readonly string[] | null;
  readonly others: readonly string[];
  /** Of the matrix of the widest of them, which is solved beside it, and of a copy of all weights, in bytes. */
  readonly bytes: number | null;
  /** It is in JavaScript, which may take more. */
  readonly own?: true;
}

export function compensationCosts(
  all: readonly StatementIr[],
  network: Network | undefined,
): readonly CompensationCost[] {
  return all.flatMap((prune): readonly CompensationCost[] => {
    if (prune.kind !== "prune" || prune.compensating === undefined) return [];
    const { text, layers: paths } = prune;
    const { compensating } = prune;
    const { method, batches } = compensating;
    const own = "own" in compensating && { own: compensating.own };
    const told = { text, method, batches, passes: passesOf(compensating), ...own };
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

/** What a layer is re-fitted on, and, where that is what it reads now, what its outputs were. */
function passesOf(compensating: CompensatingIr): number | null {
  const on = "own" in compensating ? compensating.on : compensations[compensating.method];
  return on === undefined ? null : on === "before" ? 1 : 2;
}

export function compensationLine(cost: CompensationCost): string {
  const { text, method, batches, passes, layers, others, bytes, own } = cost;
  const times = passes === null ? "once or twice" : passes === 1 ? "once" : "twice";
  const which = layers === null ? "each layer that loses weights" : `each of ${layers.join(", ")}`;
  const left = others.length === 0 ? "" : `; not re-fitted: ${others.join(", ")}`;
  const more = own === undefined ? "" : " and what its JavaScript takes";
  const memory = bytes === null ? "" : `, up to ${counted(bytes, "bytes")}${more}`;
  return `${text}: by ${method}, ${counted(batches, "batches")} forward ${times} for ${which}${memory}${left}`;
}
