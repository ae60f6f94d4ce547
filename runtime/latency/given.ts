import { Shapes } from "../../core/ir/schemas.js";
import { counted } from "../../core/ir/words.js";
import { raise } from "../../core/diagnostics/create.js";
import { layersWithoutTimes } from "../../core/latency/model.js";
import { latencyTable, type LatencyTable } from "../../core/latency/table.js";
import type { Network } from "../../core/network/types.js";

const tables = new Shapes(() => latencyTable);
const isTable = (value: unknown): value is LatencyTable => tables.fits(value);

/** A table from outside, or that of a report, for this network. @throws DiagnosticError P7024 */
export function tableFor(
  given: unknown,
  network: Network,
  batch: number | null,
  where = "`latencyTable`",
): LatencyTable {
  const help = "give the `report.json` of a run of this network whose program says `latency`";
  const table = inReport(given);
  if (!isTable(table)) raise("P7024", `${where} holds no times of layers`, { help });
  const missing = layersWithoutTimes(network, table);
  if (missing.length > 0) {
    const [first = ""] = missing;
    const others = missing.length > 1 ? ` and ${missing.length - 1} more` : "";
    raise("P7024", `${where} has no times of \`${first}\`${others} as this network has them`, { help });
  }
  if (batch !== null && batch !== table.batch)
    raise("P7024", `${where} holds times of ${counted(table.batch, "examples")} at once, not of ${batch}`, {
      help: "leave `--latency-batch` out, or measure anew",
    });
  return table;
}

/** Whether a table that was kept is whole, and of this network. */
export const fits = (table: unknown, network: Network, batch: number): table is LatencyTable =>
  isTable(table) && table.batch === batch && layersWithoutTimes(network, table).length === 0;

function inReport(given: unknown): unknown {
  if (typeof given !== "object" || given === null || !("report" in given) || !("latency" in given))
    return given;
  const { latency } = given;
  return typeof latency === "object" && latency !== null && "table" in latency ? latency.table : null;
}
