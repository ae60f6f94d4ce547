import { join } from "node:path";
import { maskedView } from "../../../core/masks/masked.js";
import { encodeTensors } from "../../checkpoint/safetensors.js";
import { sweepTemporary, writeAtomically } from "../../checkpoint/files.js";
import { putMasks, type TensorMap } from "../../checkpoint/tensors.js";
import { saveModel } from "../../model/index.js";
import { reportHtml } from "../../report/html.js";
import type { Report } from "../../report/types.js";
import { reasonOf } from "../../reason.js";
import { raise } from "../../../core/diagnostics/create.js";
import { reportData } from "./report-data.js";
import type { Session } from "../host/session.js";

export const masksFile = "masks.safetensors";

/**
 * Writes `model.json` with its weights, `masks.safetensors`, `report.json` and `report.html` into a directory, each file whole
 * or not at all.
 */
export async function writeResults(
  session: Session,
  directory: string,
  failed: string | null = null,
): Promise<Report> {
  const saved = await saveModel(session.network, maskedView(session), directory);
  const report = await reportData(session, saved.bytes, failed);
  const masks: TensorMap = new Map();
  putMasks(masks, "", session.state);
  const text = (value: string): Uint8Array[] => [new TextEncoder().encode(value)];
  try {
    await writeAtomically(join(directory, masksFile), encodeTensors(masks));
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
