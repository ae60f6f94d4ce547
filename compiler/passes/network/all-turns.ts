import { selectedLayers } from "../../../core/units/select.js";
import type { PatternIr, SelectionIr, StepIr } from "../../../core/ir/types.js";
import { steps } from "../../../core/ir/walk.js";
import type { Network } from "../../../core/network/types.js";

/** A selection by the variable of a `for each`, with all layers that the loop goes through in its place; null where those vary. */
export function allTurns(
  selection: SelectionIr,
  body: readonly StepIr[],
  network: Network,
): SelectionIr | null {
  const turns = (pattern: PatternIr): readonly PatternIr[] | null => {
    if (!("variable" in pattern)) return [pattern];
    const loop = steps(body).find((step) => step.kind === "for-each" && step.as === pattern.variable);
    const layers = loop?.kind === "for-each" ? selectedLayers(network, loop.selection, null) : null;
    return (
      layers &&
      layers.flatMap((index) => {
        const layer = network.layers[index];
        return layer === undefined || layer.ordinal === 0 ? [] : [{ layer: layer.path }];
      })
    );
  };
  const include = selection.include.map(turns);
  if (include.includes(null)) return null;
  // What a turn leaves out, another takes.
  const exclude = selection.exclude.filter((pattern) => !("variable" in pattern));
  return { ...selection, include: include.flatMap((patterns) => patterns ?? []), exclude };
}
