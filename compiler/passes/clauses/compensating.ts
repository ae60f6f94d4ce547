import type { CallLike, Expr, PruneOptions } from "../../../grammar/ast.js";
import { compensationArguments, compensations, usualBatches } from "../../../core/compensate/methods.js";
import type { CompensatingIr } from "../../../core/ir/types.js";
import { reject, type Place } from "../lowering.js";
import { lowerArguments } from "./call-arguments.js";
import { lowerKnown, oneOf, type NumberRange } from "./typed.js";

/** Batches for one event: more would never end. */
const mostBatches = 1e6;

type Arguments = Pick<CompensatingIr, keyof typeof compensationArguments>;

/** How the weights that stay make up for those that go. */
export function lowerCompensating(
  { by, batches: written }: NonNullable<PruneOptions["compensating"]>,
  place: Place,
): CompensatingIr | null {
  const method = oneOf(by.name, compensations, "way to compensate", place);
  if (method === null) return null;
  const args = lowerSetting(by, place);
  const most = { most: mostBatches };
  const batches =
    written === undefined ? usualBatches : lowerKnown(written, most, "a number of batches", place);
  if (args === null || batches === null) return null;
  if (written !== undefined && (batches < 1 || !Number.isInteger(batches)))
    return reject(place, "P3007", "batches are counted in whole numbers from 1", written.span);
  return { method, batches, ...args };
}

function lowerSetting({ name, args }: CallLike, place: Place): Arguments | null {
  const rows: Readonly<Record<keyof Arguments, NumberRange>> = compensationArguments;
  const reader = (key: keyof Arguments) => (expr: Expr) => lowerKnown(expr, rows[key], `\`${key}\``, place);
  const readers = { ridge: reader("ridge"), points: reader("points") };
  const given = lowerArguments(name.text, args, readers, place);
  const { ridge, points } = compensationArguments;
  return given && { ridge: ridge.unset, points: points.unset, ...given };
}
