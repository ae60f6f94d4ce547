import type { Diagnostic } from "../core/diagnostics/diagnostic.js";
import type { BackendName } from "../runtime/types.js";
import { diagnostic } from "../core/diagnostics/create.js";

const BACKENDS: readonly (BackendName | "auto")[] = ["auto", "node", "wasm", "cpu"];

/** The backend that `--backend` names, with a diagnostic for a name that is none. */
export function backendOption(name = "auto"): {
  readonly backend: BackendName | "auto";
  readonly wrong: readonly Diagnostic[];
} {
  const backend = BACKENDS.find((one) => one === name);
  if (backend !== undefined) return { backend, wrong: [] };
  const help = `one of ${BACKENDS.join(", ")}`;
  return { backend: "auto", wrong: [diagnostic("P9504", `there is no backend \`${name}\``, null, { help })] };
}
