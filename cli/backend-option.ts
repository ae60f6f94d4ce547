import type { Diagnostic } from "../core/diagnostics/diagnostic.js";
import { machineBackends, type BackendName } from "../runtime/types.js";
import { diagnostic } from "../core/diagnostics/create.js";

const BACKENDS = ["auto", ...machineBackends] as const;

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
