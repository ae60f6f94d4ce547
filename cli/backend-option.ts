import type { Diagnostic } from "../core/diagnostics/diagnostic.js";
import type { BackendName } from "../runtime/types.js";
import { commandDiagnostic } from "../api/codes.js";

const BACKENDS: readonly (BackendName | "auto")[] = ["auto", "node", "wasm", "cpu"];

/** The backend that `--backend` names; null with a diagnostic for a name that is none. */
export function backendOption(name = "auto"): {
  readonly backend: BackendName | "auto" | null;
  readonly diagnostics: readonly Diagnostic[];
} {
  const backend = BACKENDS.find((one) => one === name) ?? null;
  if (backend !== null) return { backend, diagnostics: [] };
  const help = `one of ${BACKENDS.join(", ")}`;
  return { backend, diagnostics: [commandDiagnostic("P9504", `there is no backend \`${name}\``, help)] };
}
