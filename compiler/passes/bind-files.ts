import { shareInRange } from "./clauses/typed.js";
import { reject } from "./lowering.js";
import type { FrontState } from "./state.js";

/** Takes down which network and data the program names; each at most once. */
export function bindFiles(state: FrontState): FrontState {
  const bound: { network: string | null; data: string | null } = { network: null, data: null };
  let validation: number | null = null;
  for (const statement of state.program.statements) {
    if (statement.kind !== "network" && statement.kind !== "data") continue;
    const { kind, path, word } = statement;
    if (bound[kind] !== null)
      reject(state, "P2004", `\`${kind}\` is bound twice`, word, {
        help: "the command line can bind another one",
      });
    bound[kind] = path.value;
    if (kind !== "data" || statement.validation === undefined) continue;
    const { value, span } = statement.validation;
    if (value === 0 || value === 1)
      reject(state, "P3007", "validation takes a part of the examples, not none or all", span);
    else if (shareInRange(value, span, "validation", { ...state, repeated: false, learned: [] }))
      validation = value;
  }
  return { ...state, ...bound, validation };
}
