import { DiagnosticError } from "../../grammar/diagnostic.js";
import { harden } from "../pruning/harden.js";
import { cutMaskState, dead } from "../pruning/state.js";
import { slim as planSlim, slimSlots, slimStore } from "../surgery/slim.js";
import { cutSnapshot } from "./cut.js";
import { measuresNow } from "./evaluate-on.js";
import { logEvent } from "./events.js";
import { rebuildExecutor } from "./executor.js";
import { isNothing, oneOff } from "./one-off.js";
import type { Session } from "./session.js";

/** Removes what is dead: network, weights, optimizer state, masks and snapshots are cut together; training goes on. */
export function slim(session: Session, id: number): Promise<null> {
  return oneOff(
    session,
    true,
    () => {
      const hardened = harden(session);
      const before = measuresOfFile(session);
      const removed = removable(session);
      cutAlong(session, removed);
      session.slims.push(removed);
      session.checkpointWanted = true;
      const after = measuresNow(session);
      const late = hardened.channels + hardened.elements;
      logEvent(
        session,
        "slim",
        id,
        `parameters ${before} → ${after.params}${late > 0 ? `, ${late} units that were free to grow back held first` : ""}`,
      );
      return null;
    },
    isNothing,
  );
}

const measuresOfFile = ({ parameters }: Session): number =>
  [...parameters.values()].reduce((sum, { data }) => sum + data.length, 0);

/** Dead channels that are still in the network. */
function removable({ network, state, slims }: Session): Int32Array {
  const gone = new Set(slims.flatMap((channels) => [...channels]));
  const found: number[] = [];
  for (let channel = 0; channel < network.channels.count; channel++)
    if (state.channels[channel] === dead && !gone.has(channel)) found.push(channel);
  return Int32Array.from(found);
}

/** Cuts the session along the removal of channels. */
export function cutAlong(session: Session, removed: Int32Array): void {
  const set = new Set(removed);
  const { slimming, diagnostics } = planSlim(session.network, (channel) => set.has(channel), {
    allowingCollapse: session.collapses,
  });
  if (slimming === null) throw new DiagnosticError(diagnostics);
  session.parameters = slimStore(slimming, session.parameters);
  session.slots = slimSlots(slimming, session.slots);
  cutMaskState(session.state, slimming.cut);
  for (const [name, snapshot] of session.snapshots)
    session.snapshots.set(name, cutSnapshot(snapshot, slimming));
  // What went with an emptied branch is dead from now on, for all that count.
  for (let channel = 0; channel < session.state.channels.length; channel++)
    if (slimming.isDead(channel)) session.state.channels[channel] = dead;
  session.network = slimming.network;
  session.evaluated = null;
  rebuildExecutor(session);
}
