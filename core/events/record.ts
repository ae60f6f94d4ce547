import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { sizedStructure } from "../ir/structure.js";
import { countUnits } from "../units/groups.js";
import { statusNow } from "../units/spaces.js";
import type { Space } from "../units/space.js";
import { living } from "../masks/state.js";

/** What one event did, for the log and the report. Counts are of units. */
export interface EventRecord {
  /** Statement id. */
  readonly id: number;
  readonly action: "prune" | "regrow" | "restore";
  readonly structure: string;
  /** What the statement asked for, before floors and alignment. */
  readonly nominal: number;
  /** Units that changed hands. */
  readonly achieved: number;
  /** Revived by the paired regrow. */
  readonly revived: number;
  /** After the event, of all units in scope as loaded. */
  readonly dead: number;
  readonly total: number;
  readonly layers: readonly { readonly layer: string; readonly live: number; readonly total: number }[];
  /** Whole sentences, lowercase, for the log. */
  readonly notes: readonly string[];
  /** Set where `allowing collapse` would have emptied what cannot go whole, so that floors held all the same. */
  readonly stuck?: Stuck;
}

/** Layers (paths) that cannot be emptied together, and why. */
export interface Stuck {
  readonly emptied: readonly string[];
  readonly why: Diagnostic;
}

/** Living units per layer, and dead ones in all, as things stand now. */
export function countsOf(space: Space): Pick<EventRecord, "dead" | "total" | "layers"> {
  const status = statusNow(space);
  const alive = countUnits({ from: 0, to: space.units }, status, living);
  const layers = space.layers.map(({ path, start, end, total }) => {
    const members = space.entryUnit?.subarray(start, end) ?? { from: start, to: end };
    return { layer: path, live: countUnits(members, status, living), total };
  });
  return { dead: space.total - alive, total: space.total, layers };
}

export function structureName(space: Space): string {
  return sizedStructure(space.structure);
}
