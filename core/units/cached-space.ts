import type { PruneIr, SelectionIr, StructureIr } from "../ir/types.js";
import type { PruningContext } from "../events/context.js";
import type { Space } from "./space.js";
import { spaceOf } from "./spaces.js";
import { versionOf } from "../masks/state.js";

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
