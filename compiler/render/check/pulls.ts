import type { Ir } from "../../../core/ir/types.js";
import { statements } from "../../../core/ir/walk.js";
import type { Network } from "../../../core/network/types.js";
import { candidateWeights } from "../../../core/units/candidates.js";
import { distinct } from "../../plan/lints/finding.js";
import { counted } from "../../plan/words.js";
import { safe } from "../text.js";

/** What a `pull` adds to training. */
export interface PullCost {
  readonly text: string;
  /** Weights that are pulled. */
  readonly weights: number;
  /** Of their aims and multipliers. */
  readonly bytes: number;
  readonly multipliers: boolean;
}

export function pullCosts(ir: Ir, network: Network | undefined): readonly PullCost[] {
  if (network === undefined) return [];
  return distinct(statements(ir.body)).flatMap((pull) => {
    if (pull.kind !== "pull" || pull.layers === undefined) return [];
    const { text, layers, multipliers } = pull;
    const weights = network.layers
      .filter(({ path }) => layers.includes(path))
      .flatMap((layer) => candidateWeights(layer, "weights", pull.in !== undefined))
      .reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
    return [{ text, weights, bytes: 4 * weights * (multipliers ? 2 : 1), multipliers }];
  });
}

export const pullLine = ({ text, weights, bytes, multipliers }: PullCost): string =>
  `${safe(text)}: an aim${multipliers ? " and a multiplier" : ""} for each of ${counted(weights, "weights")}, ${counted(bytes, "bytes")}; ` +
  "a ranking of them whenever the aims are chosen, and no pass of its own";
