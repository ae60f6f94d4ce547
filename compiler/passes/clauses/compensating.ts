import type { CallLike, PruneOptions } from "../../../grammar/ast.js";
import { compensationArguments, compensations, usualBatches } from "../../../core/compensate/methods.js";
import { unknownName } from "../../../core/diagnostics/elsewhere.js";
import type { CompensatingIr } from "../../../core/ir/types.js";
import { reject, type Place } from "../lowering.js";
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
  const args = lowerArguments(by, place);
  const most = { most: mostBatches };
  const batches =
    written === undefined ? usualBatches : lowerKnown(written, most, "a number of batches", place);
  if (args === null || batches === null) return null;
  if (written !== undefined && (batches < 1 || !Number.isInteger(batches)))
    return reject(place, "P3007", "batches are counted in whole numbers from 1", written.span);
  return { method, batches, ...args };
}

function lowerArguments({ name: { text: name }, args = [] }: CallLike, place: Place): Arguments | null {
  const known: Readonly<Record<string, NumberRange & { readonly whole?: boolean }>> = compensationArguments;
  const keys = Object.keys(known);
  const given = new Map<string, number>();
  for (const argument of args) {
    const key = argument.name?.text;
    const range = key !== undefined && Object.hasOwn(known, key) ? known[key] : undefined;
    const at = argument.name?.span ?? argument.span;
    if (key === undefined)
      return reject(place, "P2023", `an argument of \`${name}\` has no name`, at, {
        help: `it takes ${keys.join(", ")}`,
      });
    if (range === undefined)
      return reject(place, "P2023", `\`${name}\` takes no \`${key}\``, at, {
        ...unknownName("argument", key, at, keys, { what: "argument" }),
      });
    if (given.has(key)) return reject(place, "P2024", `\`${key}\` is given twice`, at);
    const value = lowerKnown(argument.value, range, `\`${key}\``, place);
    if (value === null) return null;
    if (range.whole === true && !Number.isInteger(value))
      return reject(place, "P3007", `\`${key}\` is a whole number`, argument.value.span);
    given.set(key, value);
  }
  const { ridge, points } = compensationArguments;
  return { ridge: given.get("ridge") ?? ridge.unset, points: given.get("points") ?? points.unset };
}
