import type { TrainIr } from "../../core/ir/types.js";
import { counted } from "../../core/ir/words.js";
import type { Written } from "./compile.js";

/** Of a training that was stopped: the statement with the steps it did for its length. Null where that is no `train` of its own. */
export function cutTo({ text, statement }: Written, steps: number): string | null {
  if (statement.kind !== "train") return null;
  const { length, span } = statement;
  // the text begins with the comments above the statement
  const before = text.length - (span.end - span.start);
  const at = (place: number): number => before + place - span.start;
  return `${text.slice(0, at(length.span.start))}${counted(steps, "steps")}${text.slice(at(length.span.end))}`;
}

/** Whether what a phase has done by some step is the same whatever its length: nothing moves over it, nothing acts at its end. */
export const ignoresLength = ({ optimizer, rules, snapshots }: TrainIr): boolean =>
  !mentionsLength([optimizer?.rate, snapshots, rules]) && !rules.some(({ kind }) => kind === "learn");

/** Moments that are shares of the phase, values that move, rules that act at the end. */
const words: ReadonlySet<string> = new Set(["share", "moving", "lands"]);

function mentionsLength(part: unknown): boolean {
  if (typeof part !== "object" || part === null) return false;
  return Object.entries(part).some(([key, value]) => words.has(key) || mentionsLength(value));
}
