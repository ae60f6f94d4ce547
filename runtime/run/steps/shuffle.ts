import { selectionIr } from "../../normalize.js";
import { shuffleElements, shuffleUnits } from "../../../core/masks/shuffle.js";
import { spaceOf } from "../../../core/units/spaces.js";
import type { SelectionSpec } from "../../specs.js";
import { pruningContext } from "../host/engine.js";
import { logEvent } from "../report/events.js";
import { isNothing, oneOff } from "./one-off.js";
import { selectLayers } from "./select-layers.js";
import type { Session } from "../host/session.js";
import { counted, kernelLayers } from "../report/words.js";

/**
 * The sanity control of Frankle et al. (Pruning neural networks at initialization; ICLR 2021): every layer keeps how many
 * weights and units are dead, at places drawn at random.
 */
export function shuffle(session: Session, id: number, spec: SelectionSpec): Promise<null> {
  return oneOff(
    session,
    true,
    () => {
      const { options, journal, state } = session;
      const selection = selectionIr(spec);
      const paths = selectLayers(session.loaded, selection, null);
      const round = journal.results.length;
      if (state.channels.some((code) => code !== 0)) {
        const space = spaceOf(pruningContext(session), "units", selection);
        shuffleUnits(session, space, options.seed, round);
      }
      shuffleElements(session, paths, options.seed, round);
      session.executor.upload();
      logEvent(
        session,
        "shuffle",
        id,
        `masks of ${counted(kernelLayers(session.loaded, paths), "layers")} shuffled`,
      );
      return null;
    },
    isNothing,
  );
}
