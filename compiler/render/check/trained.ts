import type { StatementIr } from "../../../core/ir/walk.js";
import { counted } from "../../plan/words.js";
import { safe } from "../text.js";

/** Numbers of a penalty that train with the weights. */
export interface TrainedNumbers {
  readonly text: string;
  readonly numbers: readonly { readonly name: string; readonly start: number }[];
}

export const trainedNumbers = (all: readonly StatementIr[]): readonly TrainedNumbers[] =>
  all.flatMap((rule) => {
    if (rule.kind !== "penalize" || rule.trained === undefined) return [];
    const numbers = Object.entries(rule.trained).map(([name, start]) => ({ name, start }));
    return [{ text: rule.text, numbers }];
  });

export const trainedLine = ({ text, numbers }: TrainedNumbers): string =>
  `${safe(text)}: ${counted(numbers.length, "numbers")} ${numbers.length === 1 ? "trains" : "train"} with the weights, ` +
  `${numbers.map(({ name, start }) => `\`${safe(name)}\` from ${start}`).join(", ")}; a \`train\` begins there, a \`finetune\` goes on`;
