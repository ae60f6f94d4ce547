import type { Span } from "../../../core/diagnostics/diagnostic.js";
import { reject, type Place } from "../lowering.js";

/** Which numbers an argument can mean. Its ends are allowed unless they are named as open. */
export interface NumberRange {
  readonly least?: number;
  readonly most?: number;
  /** The number must be more than `least`, less than `most`. */
  readonly above?: boolean;
  readonly below?: boolean;
  /** Beyond this it means something, but hardly what was meant: a warning. */
  readonly usual?: number;
  /** This value makes the argument do nothing: a warning. */
  readonly idle?: number;
}

/** Whether a number can stand for an argument; what depends on the run (null) is not known yet. */
export function inRange(
  value: number | null,
  range: NumberRange,
  what: string,
  span: Span,
  place: Place,
): boolean {
  if (value === null) return true;
  const { least = -Infinity, most = Infinity, above = false, below = false } = range;
  const low = above ? value <= least : value < least;
  const high = below ? value >= most : value > most;
  if (low || high || Number.isNaN(value)) {
    if (least === 0 && !above && low) reject(place, "P3011", `${what} is not negative`, span);
    else reject(place, "P3027", `${what} ${bounds(range)}`, span);
    return false;
  }
  if (value === range.idle)
    reject(place, "P3029", `${what} of ${value} does nothing`, span, { help: "leave it out" });
  if (range.usual !== undefined && value > range.usual) {
    reject(place, "P3030", `${what} of ${value} is far beyond what is usual`, span, {
      help: `it hardly ever lies above ${range.usual}`,
    });
  }
  return true;
}

/** "lies between 0 and 1, 1 itself left out". */
function bounds({ least, most, above, below }: NumberRange): string {
  if (most === undefined) return `is ${above === true ? "more than" : "at least"} ${least ?? 0}`;
  if (least === undefined) return `is ${below === true ? "less than" : "at most"} ${most}`;
  if (above === true) return `is more than ${least} and ${below === true ? "less than" : "at most"} ${most}`;
  return below === true ? `is at least ${least} and less than ${most}` : `lies between ${least} and ${most}`;
}
