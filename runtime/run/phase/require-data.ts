import type { DataSource } from "../../data/types.js";
import { raise } from "../../../core/diagnostics/create.js";
import type { Session } from "../host/session.js";

/** The data of a run that needs some. */
export function requireData(session: Session): DataSource {
  if (session.data) return session.data;
  raise("P7006", "no data is given", {
    help: 'name it in the program (`data "mnist"`) or by `--data`',
  });
}
