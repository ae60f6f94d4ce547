import { structureKind } from "../ir/structure.js";
import { isChannelwise } from "./candidates.js";
import type { PruneIr, SelectionIr, StructureIr } from "../ir/types.js";
import { channelSpace } from "./channel-space.js";
import type { PruningContext } from "../events/context.js";
import { elementSpace, elementStatus } from "./element-space.js";
import { layerSpace } from "./layer-space.js";
import { channelStatus, type Space } from "./space.js";

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
