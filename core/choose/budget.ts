import type { SearchLimit } from "../ir/types.js";
import { count, selectUnits, type SelectOptions, type Selected } from "./allocate.js";
import type { Moment, PruningContext } from "../events/context.js";
import { chooseBranches } from "../units/layer-space.js";
import type { CountAmount } from "../schedule/amounts.js";
import { isCoded, wholeOf, type MeasureName, type SizeName } from "../ir/sizes.js";
import { measure } from "../masks/measure.js";
import { ranked, type Ranking } from "./select.js";
import { newMaskState } from "../masks/state.js";

/** A limit in units of its measure. */
export interface Limit<Name extends MeasureName = SizeName> {
  readonly measure: Name;
  readonly most: number;
}

/** The limits of a budget as numbers at a moment; shares are of the network as loaded. */
export function limitsOf<Name extends MeasureName>(
  limits: readonly (SearchLimit & { readonly measure: Name })[],
  context: Pick<PruningContext, "original" | "times">,
  moment: Pick<Moment, "value">,
): readonly Limit<Name>[] {
  const { original, times } = context;
  const loaded = measure(original, newMaskState(original.channels.count), { times });
  return limits.map((limit) => {
    const value = moment.value(limit.value, "value");
    return { measure: limit.measure, most: limit.relative ? value * loaded[wholeOf(limit.measure)] : value };
  });
}

/** The smallest cut, in the order of the ranking, that keeps all limits; the largest possible one, with a note, where none does. */
export function selectBudget(
  context: PruningContext,
  ranking: Ranking,
  limits: readonly Limit[],
  options: SelectOptions,
): Selected & { readonly notes: readonly string[] } {
  const { space } = ranking;
  const fits = (chosen?: Uint8Array): boolean =>
    keepsLimits(
      measure(context.network, context.state, {
        space,
        times: context.times,
        counted: context.countElements,
        ...(chosen && { chosen }),
      }),
      limits,
    );
  if (fits()) return { chosen: new Uint8Array(space.units), nominal: 0, achieved: 0, notes: [] };
  const cut = cutter(ranking, options);
  const { found: chosen, met } = smallestCut(cut.steps, (step) => cut.at(step), fits);
  const taken = count(chosen);
  const notes = met ? [] : ["the budget cannot be met: all that may go went"];
  return { chosen, nominal: taken, achieved: taken, notes };
}

export const keepsLimits = <Name extends MeasureName>(
  now: Readonly<Record<Name, number>>,
  limits: readonly Limit<Name>[],
): boolean => limits.every((limit) => now[limit.measure] <= limit.most + 1e-9);

/** Whether the masks alone tell what a limit is of. */
export const isCounted = <Limited extends { readonly measure: MeasureName }>(
  limit: Limited,
): limit is Limited & { readonly measure: SizeName } => !isCoded(limit.measure);

/** The first of `steps` growing cuts that fits, none at step 0 doing so; the last one where none does. */
export function smallestCut<C>(
  steps: number,
  at: (step: number) => C,
  fits: (cut: C) => boolean,
): { readonly found: C; readonly met: boolean } {
  let low = 0;
  let high = steps;
  let found = at(high);
  if (!fits(found)) return { found, met: false };
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    const cut = at(middle);
    if (fits(cut)) {
      high = middle;
      found = cut;
    } else low = middle;
  }
  return { found, met: true };
}

/** Shares of a cut are tried in steps of this. */
export const shareSteps = 2 ** 26;

/** Growing cuts: one unit more each where all are ranked together, else a share that rises in fine steps. */
function cutter(
  ranking: Ranking,
  options: SelectOptions,
): { readonly steps: number; at(step: number): Uint8Array } {
  const { space, scores, open } = ranking;
  if (space.kind === "branches") {
    const order = ranked(scores, open);
    return { steps: count(open), at: (value) => chooseBranches(space, order, value) };
  }
  const taking = (amount: CountAmount) => selectUnits(ranking, amount, options).chosen;
  if (options.scope === "global")
    return { steps: count(open), at: (value) => taking({ kind: "count", value }) };
  return { steps: shareSteps, at: (step) => taking({ kind: "drop", value: step / shareSteps }) };
}
