import type { ExprIr } from "../../core/ir/types.js";
import type { PruningContext } from "../../core/events/context.js";
import { derivative, perUnit } from "../../core/expr/derivative.js";
import { rowValues, type Rows } from "../../core/expr/row-values.js";
import { namesIn } from "../../core/expr/samples.js";
import { maskedView } from "../../core/masks/masked.js";
import type { Space } from "../../core/units/space.js";

/** A penalty on batch-norm scales and shifts: `abs(gamma)` (Liu et al. 2017). The compiler lets none read weights besides. */
export function isNormPenalty(expr: ExprIr): boolean {
  const names = namesIn(expr);
  return names.has("gamma") || names.has("beta");
}

/** Where a channel of a unit passes a batch norm. */
interface Place {
  readonly at: number;
  readonly scale: string | undefined;
  readonly shift: string | undefined;
}

interface NormUnit extends Rows {
  readonly places: readonly Place[];
}

/**
 * Adds strength × slope to the gradients of scales and shifts of counted units (1), and returns the penalty: the sum over these
 * units of an expression over all batch norms that the channels of a unit pass.
 */
export function addNormPenalty(
  context: PruningContext,
  space: Space,
  expr: ExprIr,
  counted: Uint8Array,
  strength: number,
  gradients: ReadonlyMap<string, Float32Array>,
  numbers: ReadonlyMap<string, number>,
): number {
  const [total, ofScale, ofShift] = [perUnit(expr), derivative(expr, "gamma"), derivative(expr, "beta")];
  let value = 0;
  for (const unit of normUnits(context, space, counted)) {
    value += rowValues(total, unit, numbers)[0] ?? 0;
    const scales = rowValues(ofScale, unit, numbers);
    const shifts = rowValues(ofShift, unit, numbers);
    unit.places.forEach(({ at, scale, shift }, row) => {
      pull(gradients, scale, at, strength * (scales[row] ?? 0));
      pull(gradients, shift, at, strength * (shifts[row] ?? 0));
    });
  }
  return value;
}

function pull(
  gradients: ReadonlyMap<string, Float32Array>,
  key: string | undefined,
  at: number,
  by: number,
): void {
  const gradient = key === undefined ? undefined : gradients.get(key);
  if (gradient !== undefined) gradient[at] = (gradient[at] ?? 0) + by;
}

/** The counted units that pass a batch norm; a norm without scale (shift) counts as one of 1 (0). */
function normUnits(context: PruningContext, space: Space, counted: Uint8Array): readonly NormUnit[] {
  const { network } = context;
  const parameters = maskedView(context);
  const places = new Map<number, Place[]>();
  space.channelUnits?.forEach((unit, i) => {
    if (counted[i] === 1) places.set(unit.root, []);
  });
  for (const layer of network.layers) {
    const scale = layer.weights.find(({ name }) => name === "gamma");
    const shift = layer.weights.find(({ name }) => name === "beta");
    const ids = (scale ?? shift)?.bindings[0]?.ids;
    ids?.forEach((id, at) =>
      places.get(network.channels.find(id))?.push({ at, scale: scale?.key, shift: shift?.key }),
    );
  }
  const read = (key: string | undefined, at: number, none: number): number =>
    (key === undefined ? undefined : parameters.get(key)?.data[at]) ?? none;
  return [...places.values()]
    .filter((own) => own.length > 0)
    .map((own) => ({
      places: own,
      count: own.length,
      columns: {
        gamma: Float64Array.from(own, ({ at, scale }) => read(scale, at, 1)),
        beta: Float64Array.from(own, ({ at, shift }) => read(shift, at, 0)),
      },
    }));
}
