import type { Part } from "./parts.js";
import type { Space } from "./space.js";

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
