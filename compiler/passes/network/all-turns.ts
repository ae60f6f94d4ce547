import { selectedLayers } from "../../../core/units/select.js";
import type { PatternIr, SelectionIr, StepIr } from "../../../core/ir/types.js";
import type { Network } from "../../../core/network/types.js";

/** A selection by the variable of a `for each`, with all layers that the loop goes through in its place; null where those vary. */
export function allTurns(
  selection: SelectionIr,
  body: readonly StepIr[],
  network: Network,
): SelectionIr | null {
  const turns = (pattern: PatternIr): readonly PatternIr[] | null => {
    if (!("variable" in pattern)) return [pattern];
    const loop = loopOf(pattern.variable, body);
    const layers = loop && selectedLayers(network, loop, null);
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

/** What the loop with this variable goes through. */
function loopOf(variable: string, body: readonly StepIr[]): SelectionIr | null {
  for (const step of body) {
    if (step.kind === "for-each" && step.as === variable) return step.selection;
    const inner = step.kind === "repeat" || step.kind === "for-each" ? loopOf(variable, step.body) : null;
    if (inner !== null) return inner;
  }
  return null;
}
