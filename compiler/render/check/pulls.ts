import type { StatementIr } from "../../../core/ir/walk.js";
import type { Network } from "../../../core/network/types.js";
import { counted } from "../../plan/words.js";
import { safe } from "../text.js";
import { weightsIn } from "./memory.js";

/** What a `pull` adds to training. */
export interface PullCost {
  readonly text: string;
  /** Weights that are pulled. */
  readonly weights: number;
  /** Of their aims and multipliers. */
  readonly bytes: number;
  readonly multipliers: boolean;
}

export function pullCosts(all: readonly StatementIr[], network: Network | undefined): readonly PullCost[] {
  if (network === undefined) return [];
  return all.flatMap((pull) => {
    if (pull.kind !== "pull" || pull.layers === undefined) return [];
    const { text, layers, multipliers } = pull;
    const weights = weightsIn(network, layers, "weights", pull.in !== undefined);
    return [{ text, weights, bytes: 4 * weights * (multipliers ? 2 : 1), multipliers }];
  });
}

export const pullLine = ({ text, weights, bytes, multipliers }: PullCost): string =>
  `${safe(text)}: an aim${multipliers ? " and a multiplier" : ""} for each of ${counted(weights, "weights")}, ${counted(bytes, "bytes")}; ` +
  "a ranking of them whenever the aims are chosen, and no pass of its own";
