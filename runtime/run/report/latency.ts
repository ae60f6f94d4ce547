import { latencyModel } from "../../../core/latency/model.js";
import { wholeTime, type LatencyTable } from "../../../core/latency/table.js";
import { milliseconds } from "../../../core/ir/sizes.js";
import { counted } from "../../../core/ir/words.js";
import { measure } from "../../../core/masks/measure.js";
import { newMaskState } from "../../../core/masks/state.js";
import { tableFor } from "../../latency/given.js";
import type { Session } from "../host/session.js";
import { logNote } from "./log.js";

/**
 * Has the run go by times of layers from here on: those that its options give, else those of this machine. Once for a run: one that is
 * resumed goes on with those it began with. @throws DiagnosticError P7024
 */
export async function timeLayers(session: Session): Promise<void> {
  if (session.times !== null) return;
  const { options, loaded, host, backend, parameters } = session;
  const given = options.latencyTable;
  const table =
    given === null
      ? await host.latencyTable(backend, {
          network: loaded,
          batch: options.latencyBatch ?? 1,
          own: parameters,
        })
      : tableFor(given, loaded, options.latencyBatch);
  useTable(session, table);
  logNote(
    session,
    `latency goes by times measured on ${table.on}: ${milliseconds(wholeTime(table))} for ${counted(table.batch, "examples")} as loaded`,
  );
}

/** Brings a table into a run. */
export function useTable(session: Session, table: LatencyTable): void {
  const { loaded, start } = session;
  const times = latencyModel(loaded, table);
  session.times = times;
  const measures = measure(loaded, newMaskState(loaded.channels.count), { times });
  session.start = { ...start, measures };
}
