import { reject } from "./lowering.js";
import type { FrontState } from "./state.js";

/** Takes down which network and data the program names; each at most once. */
export function bindFiles(state: FrontState): FrontState {
  const bound: { network: string | null; data: string | null } = { network: null, data: null };
  for (const statement of state.program.statements) {
    if (statement.kind !== "network" && statement.kind !== "data") continue;
    const { kind, path, word } = statement;
    if (bound[kind] !== null)
      reject(state, "P2004", `\`${kind}\` is bound twice`, word, {
        help: "the command line can bind another one",
      });
    bound[kind] = path.value;
  }
  return { ...state, ...bound };
}
