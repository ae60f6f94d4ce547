import { raise } from "../../../core/diagnostics/create.js";
import type { SelectionIr } from "../../../core/ir/types.js";
import { settle } from "../../../core/masks/hold.js";
import { dead, living, touch } from "../../../core/masks/state.js";
import { selectedUnits } from "../../../core/units/candidate-units.js";
import { heldBy, heldNote, heldRoots, kept } from "../../checkpoint/held-masks.js";
import { selectionIr } from "../../statements.js";
import type { SelectionSpec } from "../../helpers.js";
import type { Session } from "../host/session.js";
import { counted, logDiagnostic, noteAmount } from "../report/log.js";
import { cutting } from "./first-cut.js";
import { keepSnapshot, startName } from "./snapshots.js";
import { selectLayers } from "./select-layers.js";
import type { Told } from "./step.js";

/** Tickets from another run: the weights of a saved network, or its masks. Layers are matched by path. */
export async function load(
  session: Session,
  _id: number,
  what: "masks" | "weights",
  path: string,
  spec: SelectionSpec = {},
): Promise<Told> {
  const selection = selectionIr(spec);
  const paths = selectLayers(session.loaded, selection, null);
  const count =
    what === "weights"
      ? await loadWeights(session, path, paths)
      : await cutting(
          session,
          () => loadMasks(session, path, paths, selection),
          (masks) => masks > 0,
        );
  touch(session.state);
  settle(session);
  return `${what} of ${counted(count, "tensors")} from \`${path}\``;
}

/** Holds at zero what the masks beside the network hold, unless the host wants none of them. `start` is with them from here on. */
export async function holdMasksBeside(session: Session): Promise<void> {
  const { options, loaded, state } = session;
  const held = options.masks ? await session.host.masksBeside(options.network, loaded) : null;
  if (held === null) return;
  const everything = { in: "*" };
  const found = heldBy(held, loaded);
  for (const [key, codes] of held.elements) state.elements.set(key, codes.slice());
  state.channels.set(held.channels);
  if (found.weights > 0) noteLoaded(session, "weights", everything);
  if (found.units > 0) noteLoaded(session, "units", everything);
  touch(state);
  settle(session);
  keepSnapshot(session, startName);
  logDiagnostic(session, heldNote(found));
}

/** Keys of the weights of layers. */
function keysOf({ network }: Session, paths: readonly string[]): ReadonlySet<string> {
  const layers = network.layers.filter(({ path }) => paths.includes(path));
  return new Set(layers.flatMap(({ weights }) => weights.map(({ key }) => key)));
}

async function loadWeights(session: Session, path: string, paths: readonly string[]): Promise<number> {
  const keys = keysOf(session, paths);
  const { store } = await session.host.savedModel(session.options, path);
  let count = 0;
  for (const [key, { data }] of session.parameters) {
    const values = keys.has(key) ? store.get(key)?.data : undefined;
    if (values === undefined) continue;
    if (values.length !== data.length) misfit(path, key);
    data.set(values);
    session.slots.delete(key);
    count++;
  }
  return count;
}

async function loadMasks(
  session: Session,
  path: string,
  paths: readonly string[],
  selection: SelectionIr,
): Promise<number> {
  const keys = keysOf(session, paths);
  const masks = await session.host.savedMasks(session.options, path);
  const { state, network, loaded } = session;
  let count = 0;
  for (const [key, { data }] of masks.weights) {
    if (!keys.has(key)) continue;
    if (session.parameters.get(key)?.data.length !== data.length) misfit(path, key);
    state.elements.set(
      key,
      data.map((value) => (value === kept ? living : dead)),
    );
    count++;
  }
  if (count > 0) noteLoaded(session, "weights", selection);
  const layers = loaded.layers.filter((layer) => paths.includes(layer.path));
  const roots = heldRoots(
    masks.unitsAsLoaded,
    { ...loaded, layers },
    { holds: (value) => value !== kept, misfit: (layer) => misfit(path, layer) },
  );
  if (roots.size > 0) {
    for (const unit of selectedUnits(network, paths))
      if (roots.has(unit.root)) for (const channel of unit.channels) state.channels[channel] = dead;
    noteLoaded(session, "units", selection);
  }
  return count;
}

/** A row of the report: nobody asked for a number here. */
function noteLoaded({ record, loaded }: Session, name: "units" | "weights", selection: SelectionIr): void {
  noteAmount(record, {
    structure: name,
    joins: "couple",
    layers: selectLayers(loaded, selection, name),
    named: selection.in !== undefined,
    nominal: null,
  });
}

function misfit(path: string, key: string): never {
  raise("P7008", `\`${path}\` does not fit this network: \`${key}\` has another size there`, {
    help: "leave the layer out by `except`, or start from the network the ticket is of",
  });
}
