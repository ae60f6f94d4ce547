/** What a pass over data tells of every network, by the names of programs, and what records of it call that. */
export const qualities = { accuracy: "accuracy", "top5-accuracy": "top5Accuracy", loss: "loss" } as const;
export type QualityName = keyof typeof qualities;

export const isQuality = (name: string): name is QualityName => Object.hasOwn(qualities, name);
export const qualityNames: readonly QualityName[] = Object.keys(qualities).filter(isQuality);

/** Those that are shares of the examples; a regression has none of them. */
export const accuracyNames = ["accuracy", "top5-accuracy"] as const;
export type AccuracyName = (typeof accuracyNames)[number];
export const isAccuracy = (name: string): name is AccuracyName =>
  accuracyNames.some((known) => known === name);

/** How many of the highest outputs top-5 accuracy looks at: with no more classes than that it has no meaning. */
export const mostRanked = 5;

/** What a name of a condition means, now or at an earlier moment: `accuracy`, `dense.accuracy`. Null where it is none of these. */
export function qualityIn(name: string): QualityName | null {
  const measure = name.slice(name.indexOf(".") + 1);
  return isQuality(measure) ? measure : null;
}

/** What was measured of a network, as records hold it; what is unset has no meaning there. */
export type Qualities = { readonly [Name in QualityName as (typeof qualities)[Name]]?: number | null };

export const qualityOf = (measured: Qualities, name: QualityName): number | null =>
  measured[qualities[name]] ?? null;
