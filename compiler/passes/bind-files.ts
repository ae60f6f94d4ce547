import { diagnostic } from "../../core/diagnostics/create.js";
import type { FrontState } from "./state.js";

/** Takes down which network and data the program names; each at most once. */
export function bindFiles(state: FrontState): FrontState {
  const bound = new Map<"network" | "data", string>();
  for (const statement of state.program.statements) {
    if (statement.kind !== "network" && statement.kind !== "data") continue;
    if (bound.has(statement.kind)) {
      state.report(
        diagnostic("P2004", `\`${statement.kind}\` is bound twice`, statement.word, {
          file: state.module.file,
          help: "the command line can bind another one",
        }),
      );
    }
    bound.set(statement.kind, statement.path.value);
  }
  return { ...state, network: bound.get("network") ?? null, data: bound.get("data") ?? null };
}
