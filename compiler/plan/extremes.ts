import { sizeNames, type Measure } from "../../core/ir/sizes.js";
import { measure, type CountElements } from "../../core/masks/measure.js";
import { dead, living, newMaskState } from "../../core/masks/state.js";
import { familiesOf } from "../../core/units/siblings.js";
import { channelPlace } from "./pools.js";
import { withShifts } from "./shifts.js";
import type { Trial } from "./trial.js";

/**
 * What is left at least and at most: what is sure counts as it is; of what hangs on scores, all may have died that a statement spoke of,
 * or nothing.
 */
export function leastAndMost(trial: Trial): { readonly least: Measure; readonly most: Measure } {
  const { original, network, state, ledger, times } = trial;
  const [fewest, fullest] = [newMaskState(original.channels.count), newMaskState(original.channels.count)];
  for (const siblings of familiesOf(original).groups) {
    const place = channelPlace(siblings);
    const fixed = ledger.isSettled(place);
    siblings.members.forEach((unit, n) => {
      const lives = n >= ledger.mostAt(place) ? living : dead;
      for (const channel of original.units[unit]?.channels ?? []) {
        const code = state.channels[channel] ?? living;
        fewest.channels[channel] = fixed ? code : lives;
        fullest.channels[channel] = fixed ? code : living;
      }
    });
  }
  const counter = trial.elements.counter(network);
  const touched = new Map(
    [...trial.elements.gone()].flatMap(({ kernels, place }) =>
      kernels.map(({ weight }) => [weight.key, place] as const),
    ),
  );
  const end =
    (wholly: boolean): CountElements =>
    (isDead) =>
      new Map(
        [...counter(isDead)].map(([key, count]) => {
          const place = touched.get(key) ?? "";
          const most = wholly ? Math.min(count.all, ledger.mostAt(place)) : 0;
          return [key, ledger.isSettled(place) ? count : { all: count.all, dead: most }] as const;
        }),
      );
  const { known, doubted } = trial.shifts;
  const networks = [known, ...(doubted.length > 0 ? [[...known, ...doubted]] : [])].map((paths) =>
    withShifts(original, paths),
  );
  const of = (choose: (...values: readonly number[]) => number, left: typeof fewest, wholly: boolean) =>
    extreme(
      networks.map((one) => measure(one, left, { times, counted: end(wholly) })),
      choose,
    );
  return { least: of(Math.min, fewest, true), most: of(Math.max, fullest, false) };
}

/** Each size by itself. */
export const extreme = (all: readonly Measure[], choose: (...values: readonly number[]) => number): Measure =>
  Object.fromEntries(sizeNames.map((name) => [name, choose(...all.map((one) => one[name]))])) as Measure;
