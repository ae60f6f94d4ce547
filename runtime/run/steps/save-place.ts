import { join } from "node:path";
import { whyNotSavedAt } from "../../../core/ir/save-place.js";
import { raise } from "../../../core/diagnostics/create.js";
import type { Options } from "../host/options.js";

/**
 * The directory that `save "path"` writes into: a folder of the output folder, or of the working directory where a run has none.
 * The compiler has looked at the places of programs; this looks at those of loops written by hand.
 * @throws DiagnosticError P7005 for any other place
 */
export function savePlace({ out }: Pick<Options, "out">, path: string): string {
  const why = whyNotSavedAt(path);
  if (why !== null)
    raise("P7005", `\`${path}\` ${why}`, {
      help: 'name a folder inside it, as in `save "early"`, and choose where it lies by `--out`',
    });
  return join(out ?? process.cwd(), path);
}
