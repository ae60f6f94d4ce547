import type { Argument, CallLike, Expr, PruneOptions } from "../../../grammar/ast.js";
import {
  compensationArguments,
  compensationNames,
  isCompensation,
  places,
  usualBatches,
  type Compensation,
} from "../../../core/compensate/methods.js";
import type { CompensatingIr } from "../../../core/ir/types.js";
import { ownArguments } from "../expressions/own-arguments.js";
import { infer } from "../expressions/infer.js";
import { expressions, reject, type Place } from "../lowering.js";
import { ownNames } from "../module.js";
import { lowerArguments } from "./call-arguments.js";
import { lowerKnown, oneOf, type NumberRange } from "./typed.js";

/** Batches for one event: more would never end. */
const mostBatches = 1e6;

/** How the weights that stay make up for those that go. */
export function lowerCompensating(
  { by, batches: written }: NonNullable<PruneOptions["compensating"]>,
  place: Place,
): CompensatingIr | null {
  const { module } = place.scope;
  if (module.missing.has(by.name.text)) return null;
  const known = [...compensationNames, ...ownNames(module, "compensation")];
  const method = oneOf(by.name, known, "way to compensate", place, undefined, "compensation");
  if (method === null) return null;
  const most = { most: mostBatches };
  const batches =
    written === undefined ? usualBatches : lowerKnown(written, most, "a number of batches", place);
  const compensating = isCompensation(method)
    ? ofLanguage(method, batches ?? 0, by, place)
    : inJavaScript(method, batches ?? 0, by, place);
  if (compensating === null || batches === null) return null;
  if (written !== undefined && (batches < 1 || !Number.isInteger(batches)))
    return reject(place, "P3007", "batches are counted in whole numbers from 1", written.span);
  return compensating;
}

const reader =
  (key: string, range: NumberRange, place: Place) =>
  (expr: Expr): number | null =>
    lowerKnown(expr, range, `\`${key}\``, place);

function ofLanguage(
  method: Compensation,
  batches: number,
  { args }: CallLike,
  place: Place,
): CompensatingIr | null {
  const { ridge, points } = compensationArguments;
  const readers = { ridge: reader("ridge", ridge, place), points: reader("points", points, place) };
  const given = lowerArguments(method, args, readers, place);
  return given && { method, batches, ridge: ridge.unset, points: points.unset, ...given };
}

/** Places of examples are counted by the language; all else that is written goes to the JavaScript. */
function inJavaScript(
  method: string,
  batches: number,
  { args: written = [] }: CallLike,
  place: Place,
): CompensatingIr | null {
  const { takes, fittedOn: on } = place.scope.module.javascript.get(`compensation ${method}`) ?? {};
  const isPoints = ({ name }: Argument): boolean => name?.text === "points";
  const readers = { points: reader("points", places, place) };
  const given = lowerArguments(method, written.filter(isPoints), readers, place);
  const args = ownArguments(
    "compensation",
    method,
    written.filter((one) => !isPoints(one)),
    takes && { ...takes, points: places.unset },
    expressions(place, "plain"),
    infer,
  );
  if (given === null || args === null) return null;
  return {
    method,
    own: true,
    args,
    ...(on !== undefined && { on }),
    batches,
    points: places.unset,
    ...given,
  };
}
