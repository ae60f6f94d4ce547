import type { Diagnostic } from "../core/diagnostics/diagnostic.js";
import type { BackendName } from "../runtime/types.js";
import { diagnostic } from "../core/diagnostics/create.js";

const BACKENDS: readonly (BackendName | "auto")[] = ["auto", "node", "wasm", "cpu"];

/** The backend that `--backend` names; null with a diagnostic for a name that is none. */
export function backendOption(name = "auto"): {
  readonly backend: BackendName | "auto" | null;
  readonly diagnostics: readonly Diagnostic[];
} {
  const backend = BACKENDS.find((one) => one === name) ?? null;
  if (backend !== null) return { backend, diagnostics: [] };
  const help = `one of ${BACKENDS.join(", ")}`;
  return { backend, diagnostics: [diagnostic("P9504", `there is no backend \`${name}\``, null, { help })] };
}
