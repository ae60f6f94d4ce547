/**
 * How often a property is tried: `short` in `npm test`, `long` in `npm run test:long`, which asks the same of many more draws.
 * `ESPALIER_RUNS=20000` sets the long count of all that run.
 */
export function runs(short: number, long: number): number {
  const asked = process.env["ESPALIER_RUNS"];
  if (asked === undefined) return short;
  return asked === "long" ? long : Number(asked);
}

/** Where a property with draws of its own begins: `ESPALIER_SEED`, else another place each time. Print it. */
export const firstSeed = (): number => Number(process.env["ESPALIER_SEED"] ?? Date.now() % 1_000_000);
