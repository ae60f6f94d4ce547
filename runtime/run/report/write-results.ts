import { join } from "node:path";
import { raise } from "../../../core/diagnostics/create.js";
import { maskedView } from "../../../core/masks/masked.js";
import { sweepTemporary, writeAtomically } from "../../checkpoint/files.js";
import { encodeMasks, masksFile } from "../../checkpoint/held-masks.js";
import { saveModel } from "../../model/save.js";
import { reasonOf } from "../../reason.js";
import { reportHtml } from "../../report/html.js";
import type { Report } from "../../report/types.js";
import type { Session } from "../host/session.js";
import { reportData } from "./report-data.js";

/** Where checkpoints lie in an output folder. */
export const checkpointFolder = "checkpoint";

/**
 * Writes `model.json` with its weights, `masks.safetensors`, `report.json` and `report.html` into the output folder or, for `save "path"`, a
 * folder inside it (of the working directory where a run has none), each file whole or not at all.
 */
export async function writeResults(
  session: Session,
  path: string | null,
  failed: string | null,
): Promise<Report> {
  const folder = session.options.out ?? process.cwd();
  const directory = path === null ? folder : join(folder, path);
  const saved = await saveModel(session.network, maskedView(session), directory);
  const report = await reportData(session, saved.bytes, failed);
  const masks = encodeMasks(session.network, session.loaded, session.state);
  const text = (value: string): Uint8Array[] => [new TextEncoder().encode(value)];
  try {
    await writeAtomically(join(directory, masksFile), masks);
    await writeAtomically(join(directory, "report.json"), text(`${JSON.stringify(report, null, 2)}\n`));
    await writeAtomically(join(directory, "report.html"), text(await reportHtml(report)));
    await sweepTemporary(directory);
  } catch (cause) {
    raise("P7005", `the results cannot be written to \`${directory}\``, {
      notes: [reasonOf(cause)],
    });
  }
  return report;
}
