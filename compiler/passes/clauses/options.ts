import type { PruneOptions } from "../../../grammar/ast.js";
import type { PruneIr } from "../../../core/ir/types.js";
import { grouped } from "../../../core/ir/words.js";
import { reject, whole, type Place } from "../lowering.js";
import { lowerCompensating } from "./compensating.js";
import { constant, lowerTyped, shareInRange } from "./typed.js";

/** No layer is wider. */
const widest = 65_536;

type Options = Partial<
  Pick<PruneIr, "manner" | "joins" | "keeping" | "compensating" | "collapse" | "aligned" | "align">
>;

/** How units die and what holds at joins, floors and alignment, where it is written. */
export function lowerOptions(options: PruneOptions, place: Place): Options | null {
  const { manner, joins, compensating, aligned, allowingCollapse } = options;
  const adjusted = compensating && lowerCompensating(compensating, place);
  if (adjusted === null) return null;
  if (compensating !== undefined && manner !== undefined) {
    return reject(
      place,
      "P3026",
      `what dies ${manner.name === "frozen" ? "frozen" : manner.name} is not gone for good, so nothing makes up for it`,
      compensating.span,
      { help: "leave one of them out" },
    );
  }
  if (manner?.name === "frozen" && manner.at === "last") {
    return reject(place, "P3026", "units freeze at the value they had at the start", manner.span, {
      help: "write `frozen at start`",
    });
  }
  const keeping = lowerKeeping(options, place);
  if (keeping === null) return null;
  const multiple = aligned?.value;
  if (aligned !== undefined && multiple !== undefined && multiple !== "auto") {
    if (!Number.isInteger(multiple) || multiple < 1)
      return reject(place, "P3007", "counts align to a whole number from 1", aligned.span);
    if (multiple > widest) {
      return reject(place, "P3007", `counts align to at most ${grouped(widest)}`, aligned.span);
    }
    if (multiple === 1) reject(place, "P3029", "every count is aligned to 1", aligned.span);
  }
  if (options.keeping !== undefined && allowingCollapse !== undefined) {
    return reject(
      place,
      "P3026",
      "`allowing collapse` lifts the floor that `keeping at least` sets",
      allowingCollapse.span,
      { help: "leave one of them out" },
    );
  }
  return whole({
    manner: manner?.name,
    joins: joins?.name,
    keeping,
    compensating: adjusted,
    collapse: allowingCollapse === undefined ? undefined : true,
    aligned: multiple === "auto" ? undefined : multiple,
    align: multiple === "auto" ? multiple : undefined,
  });
}

function lowerKeeping({ keeping }: PruneOptions, place: Place): PruneIr["keeping"] | undefined | null {
  if (keeping === undefined) return undefined;
  const value = lowerTyped(keeping.value, ["number", "share"], "a floor", place);
  if (value === null) return null;
  const number = constant(value);
  const { span } = keeping.value;
  if (number === null) return reject(place, "P2020", "a floor is known before the run starts", span);
  if (number === 0) {
    return reject(place, "P3007", "a floor of nothing is none", span, {
      help: "to let pruning empty a layer, write `allowing collapse` instead of `keeping at least`",
    });
  }
  if (value.type === "share") return shareInRange(number, span, "a floor", place) ? { share: number } : null;
  if (number < 0 || !Number.isInteger(number)) {
    return reject(place, "P3007", "a floor is a percentage or a whole number of units", span);
  }
  return number;
}
