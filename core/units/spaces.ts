import { structureKind } from "../ir/structure.js";
import { isChannelwise } from "./candidates.js";
import type { PruneIr, SelectionIr, StructureIr } from "../ir/types.js";
import { channelSpace } from "./channel-space.js";
import type { PruningContext } from "../events/context.js";
import { elementSpace, elementStatus } from "./element-space.js";
import { layerSpace } from "./layer-space.js";
import { channelStatus, type Space } from "./space.js";
import { versionOf } from "../masks/state.js";
import type { Part } from "./parts.js";

/** How the units of a space stand now. */
export const statusNow = (space: Space): Uint8Array =>
  space.kind === "elements"
    ? elementStatus(space.parts, space.entries, space.state)
    : channelStatus(space.channelUnits, space.roots, space.state);

/** The units that a statement's structure and selection mean, as things stand. */
export function spaceOf(
  context: PruningContext,
  structure: StructureIr,
  selection: SelectionIr,
  joins: PruneIr["joins"] = "couple",
): Space {
  const paths = context.layersOf(selection, structureKind(structure));
  if (structure === "layers") return layerSpace(context, structure, paths);
  if (isChannelwise(structureKind(structure))) return channelSpace(context, structure, paths, joins);
  return elementSpace(context, structure, paths, selection.in !== undefined);
}

/** The units of a rule that looks at them at every step: laid out again only after something died or came back. */
export function cachedSpace(
  structure: StructureIr,
  selection: SelectionIr,
  joins: PruneIr["joins"] = "couple",
): (context: PruningContext) => Space {
  let known: Space | null = null;
  let version = -1;
  return (context) => {
    const now = versionOf(context.state);
    if (
      known === null ||
      version !== now ||
      known.state !== context.state ||
      known.network !== context.network ||
      known.parameters !== context.parameters
    ) {
      known = spaceOf(context, structure, selection, joins);
      version = now;
    }
    return known;
  };
}

/**
 * The same units with their members taken together: every unit is one entry over all its layers, as a penalty on coupled channels
 * means it (Gao et al. 2019). All of it counts as one layer.
 */
export function wholeUnits(space: Space): Space {
  const unitOf = space.entryUnit;
  if (unitOf === null) return space;
  const parts = space.parts.map((part): Part => {
    const number = (entry: number) => (entry < 0 ? -1 : (unitOf[entry] ?? -1));
    return part.carrier === "cols"
      ? { ...part, layer: 0, cols: part.cols.map(number) }
      : { ...part, layer: 0, rows: part.rows.map(number) };
  });
  const [first] = space.layers;
  const layers = first
    ? [{ ...first, path: "all layers", start: 0, end: space.units, total: space.total }]
    : [];
  return { ...space, parts, layers, entries: space.units, entryUnit: null };
}
