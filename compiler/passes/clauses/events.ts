import type { Statement } from "../../../grammar/ast.js";
import type { WhenIr } from "../../../core/ir/types.js";
import { reject, type Place } from "../lowering.js";
import { whenOf } from "../state.js";
import { lowerWhen } from "./when.js";

/** When an event fires: `every` or `at`, with or without a window. Undefined when it happens once, where it stands. */
export function lowerEvents(statement: Statement, lands: boolean, place: Place): WhenIr | undefined | null {
  const when = whenOf(statement);
  if (when === undefined) return undefined;
  if (when.every === undefined && when.at === undefined) {
    return reject(place, "P3005", "this says during which time, but not how often", when.span, {
      help: "add `every epoch` or `every 100 steps`",
    });
  }
  return lowerWhen(when, lands, place);
}

/** The window of something that holds all along; it has no events. */
export function lowerHolding(statement: Statement, place: Place): WhenIr | undefined | null {
  const when = whenOf(statement);
  if (when === undefined) return undefined;
  const grid = when.every ?? when.at;
  if (grid !== undefined) {
    return reject(
      place,
      "P3026",
      `\`${statement.kind === "update" ? "update only" : statement.kind}\` holds all along and has no moments`,
      grid.span,
      { help: "give it a window: `during epochs 4..30`" },
    );
  }
  return lowerWhen(when, false, place);
}
