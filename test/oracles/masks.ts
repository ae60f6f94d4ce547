import { front } from "../../compiler/passes/index.js";
import type { PruneIr } from "../../core/ir/types.js";
import type { ScoringContext } from "../../runtime/scores/gather.js";
import { momentOf, prune } from "../core/masks/setting.js";

/** Masks as other tools record them, and what our statements make of the same weights. */

/** Elements of a tensor of PyTorch in our order: filters × channels × height × width become height × width × channels × filters. */
export function fromTorch<T>(values: ArrayLike<T>, shape: readonly number[]): T[] {
  const [outputs = 1, inputs = 1, ...spatial] = shape;
  const places = spatial.reduce((a, b) => a * b, 1);
  const moved: T[] = [];
  for (let place = 0; place < places; place++)
    for (let input = 0; input < inputs; input++)
      for (let output = 0; output < outputs; output++) {
        const value = values[(output * inputs + input) * places + place];
        if (value !== undefined) moved.push(value);
      }
  return moved;
}

/** Carries out one `prune` sentence on what a setting holds. */
export async function pruned(setting: ScoringContext, sentence: string): Promise<void> {
  await prune(setting, sentenceOf(sentence, setting), momentOf());
}

function sentenceOf(sentence: string, { network }: ScoringContext): PruneIr {
  const { ir, diagnostics } = front(sentence, { network });
  const [step] = ir?.body ?? [];
  if (step?.kind !== "prune") throw new Error(diagnostics.map(({ message }) => message).join("; "));
  return step;
}

/** Which weights are not zero, as "1", and which are, as "0". */
export const bitsOf = (weights: ArrayLike<number>): string =>
  Array.from(weights, (value) => (value === 0 ? "0" : "1")).join("");

export const zerosIn = (bits: string): number => [...bits].filter((bit) => bit === "0").length;
