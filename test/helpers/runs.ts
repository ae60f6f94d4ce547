/**
 * How often a property is tried: `short` in `npm test`, `long` in `npm run test:long`, which asks the same of many more draws.
 * `ESPALIER_RUNS=20000` sets the long count of all that run.
 */
export function runs(short: number, long: number): number {
  const asked = process.env["ESPALIER_RUNS"];
  if (asked === undefined) return short;
  return asked === "long" ? long : Number(asked);
}

/** Where properties begin to draw: always at the same place, so that a change alone can fail a run; elsewhere by `ESPALIER_SEED`. */
export const firstSeed = (): number => Number(process.env["ESPALIER_SEED"] ?? 1);
