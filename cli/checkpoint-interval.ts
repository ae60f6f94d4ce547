import { diagnostic } from "../core/diagnostics/create.js";
import type { Diagnostic } from "../core/diagnostics/diagnostic.js";

/** What is wrong with the text of `--checkpoint-every`. */
export function checkpointIntervalMistakes(text: string | undefined): readonly Diagnostic[] {
  if (text === undefined || /^(?=.*[1-9])\d{1,9}(\.\d{1,3})?\s*(s|steps?)$/.test(text)) return [];
  const help = "write seconds or steps: 30s, 200steps";
  return [diagnostic("P9504", `\`--checkpoint-every ${text}\` is no interval`, null, { help })];
}
