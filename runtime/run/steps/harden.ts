import { selectionIr } from "../../normalize.js";
import { harden as hardenMasks } from "../../../core/masks/harden.js";
import type { SelectionSpec } from "../../specs.js";
import { logEvent } from "../report/events.js";
import { isNothing, oneOff } from "./one-off.js";
import { selectLayers } from "./select-layers.js";
import type { Session } from "../host/session.js";
import { counted } from "../report/words.js";

/** Makes latent and soft deaths final. */
export function harden(session: Session, id: number, spec: SelectionSpec): Promise<null> {
  return oneOff(
    session,
    true,
    () => {
      const all = Object.keys(spec).length === 0;
      const paths = all ? undefined : selectLayers(session.loaded, selectionIr(spec), null);
      const { channels, elements } = hardenMasks(session, paths);
      session.executor.upload();
      logEvent(
        session,
        "harden",
        id,
        `made final: ${counted(channels, "channels")}, ${counted(elements, "weights")}`,
      );
      return null;
    },
    isNothing,
  );
}
