import { reinitializeIr } from "../../normalize.js";
import { reinitialize as drawAnew } from "../../../core/masks/reinitialize.js";
import type { ReinitializeSpec } from "../../specs.js";
import { logEvent } from "../report/events.js";
import { isNothing, oneOff } from "./one-off.js";
import { selectLayers } from "./select-layers.js";
import type { Session } from "../host/session.js";
import { counted, kernelLayers } from "../report/words.js";

/** Fresh weights under the same masks: every layer's own initializer, or the one named. Optimizer state starts over. */
export function reinitialize(session: Session, id: number, spec: ReinitializeSpec): Promise<null> {
  return oneOff(
    session,
    true,
    () => {
      const ir = reinitializeIr(id, spec, session.options.statements);
      const paths = selectLayers(session.loaded, ir.selection, null);
      // A round of its own for every event: the draw of the start would be a rewind.
      drawAnew(session, paths, ir.by, session.options.seed, 1 + session.journal.results.length);
      session.executor.upload();
      logEvent(
        session,
        "reinitialize",
        id,
        `weights of ${counted(kernelLayers(session.loaded, paths), "layers")} drawn anew`,
      );
      return null;
    },
    isNothing,
  );
}
