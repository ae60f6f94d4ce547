import { harden } from "../../../core/masks/harden.js";
import { dead, latent, living, soft, touch } from "../../../core/masks/state.js";
import { absorb } from "../../../core/surgery/index.js";
import { calibrationBatches } from "../phase/batches.js";
import { cutAlong } from "./cut.js";
import { logDiagnostic, logEvent, logNote } from "../report/events.js";
import { isNothing, oneOff } from "./one-off.js";
import type { Session } from "../host/session.js";
import { counted } from "../report/words.js";

/**
 * Removes what is dead: network, weights, optimizer state, masks and snapshots are cut together; training goes on. Units that
 * died softly or latently are held first; channels that became constant by themselves are taken up by what reads them.
 */
export function slim(session: Session, id: number): Promise<null> {
  return oneOff(
    session,
    true,
    async () => {
      const before = size(session);
      await holdFirst(session);
      const biases = absorbConstants(session);
      const channels = removable(session);
      cutAlong(session, channels);
      session.slims.push({ biases, channels });
      session.checkpointWanted = true;
      logEvent(
        session,
        "slim",
        id,
        `${counted(channels.length, "channels")} taken out, parameters ${before} → ${size(session)}`,
      );
      return null;
    },
    isNothing,
  );
}

const size = ({ parameters }: Session): number =>
  [...parameters.values()].reduce((sum, { data }) => sum + data.length, 0);

/** Holds what was free to grow back, and says by how much that moves the output. */
async function holdFirst(session: Session): Promise<void> {
  const before = await probe(session);
  const units = session.network.units.filter(({ root }) => isFree(session.state.channels[root])).length;
  const { elements } = harden(session);
  if (units + elements === 0) return;
  session.executor.upload();
  const after = await probe(session);
  const moved = before?.map((value, i) => Math.abs(value - (after?.[i] ?? value)));
  const by = moved ? `, which moved the output by at most ${Math.max(0, ...moved).toPrecision(3)}` : "";
  const held = [
    ...(units > 0 ? [counted(units, "units")] : []),
    ...(elements > 0 ? [counted(elements, "weights")] : []),
  ];
  logNote(session, `slim held ${held.join(" and ")} free to grow back${by}`);
}

/** Whether something died softly or latently. */
const isFree = (code: number | undefined): boolean => code === soft || code === latent;

/** Outputs for one batch of training examples. */
async function probe(session: Session): Promise<number[] | null> {
  const { data, options } = session;
  const free = session.state.channels.some(isFree);
  const elements = [...session.state.elements.values()].some((codes) => codes.some(isFree));
  if (data === null || !(free || elements)) return null;
  for await (const batch of calibrationBatches(data, {
    count: 1,
    size: 32,
    seed: options.seed,
    epoch: 1,
    key: 0,
  }))
    return session.executor.predict(batch.inputs).flatMap((output) => [...output.data]);
  return null;
}

/** Returns the layers that got a bias. */
function absorbConstants(session: Session): Int32Array {
  const { network, parameters, slots, state } = session;
  const taken = absorb(network, parameters, (channel) => state.channels[channel] === dead, slots);
  for (let channel = 0; channel < state.channels.length; channel++)
    if (taken.isDead(channel)) state.channels[channel] = dead;
  reviveCarriers(session);
  touch(state);
  session.network = taken.network;
  for (const one of taken.diagnostics) logDiagnostic(session, one);
  const indexOf = (key: string): number =>
    taken.network.layers.findIndex(({ weights }) => weights.some((weight) => weight.key === key));
  return Int32Array.from(taken.added, indexOf);
}

/** Kernels of others may have moved onto places of a carrier that a mask held: they are alive now. */
function reviveCarriers({ state, parameters }: Session): void {
  for (const [key, codes] of state.elements) {
    const data = parameters.get(key)?.data;
    if (data === undefined) continue;
    for (let i = 0; i < codes.length; i++) if (codes[i] === dead && data[i] !== 0) codes[i] = living;
  }
}

/** Channels of the dead units that are still in the network. */
function removable({ network, state }: Session): Int32Array {
  const units = network.units.filter(({ root }) => state.channels[root] === dead);
  return Int32Array.from(units.flatMap(({ channels }) => [...channels]));
}
