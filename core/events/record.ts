import { sizedStructure } from "../ir/structure.js";
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
}

/** Living units per layer, and dead ones in all, of a space whose status is up to date. */
export function countsOf(space: Space): Pick<EventRecord, "dead" | "total" | "layers"> {
  const { status, entryUnit } = space;
  let alive = 0;
  for (let unit = 0; unit < status.length; unit++) if (status[unit] === living) alive++;
  const layers = space.layers.map(({ path, start, end, total }) => {
    let live = 0;
    for (let entry = start; entry < end; entry++) {
      const unit = entryUnit === null ? entry : (entryUnit[entry] ?? 0);
      if (status[unit] === living) live++;
    }
    return { layer: path, live, total };
  });
  return { dead: space.total - alive, total: space.total, layers };
}

export function structureName(space: Space): string {
  return sizedStructure(space.structure);
}
