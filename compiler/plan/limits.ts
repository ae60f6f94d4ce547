/** More events than this are not listed: nobody reads them, and a program may ask for millions. */
export const mostListed = 20_000;
/** More statements than this are not followed: a loop may go round a thousand million times and list nothing. */
export const mostFollowed = 1_000_000;
/** Following events takes longer the more layers there are: so many pools are looked at, and then nothing is followed any more. */
export const mostCounted = 600_000;
/** A walk through the network for its costs, and a `slim`, take as long as this many looks at all of its pools. */
export const walkLooks = 3;
export const slimLooks = 10;
/** Pools that may hold the same weights are compared pair by pair: so many pairs take as long as one look. */
export const pairsALook = 10;
/** Costs are worked out for so many different states at most: fewer in larger networks, where each takes longer. */
export function mostCosted(units: number): number {
  return Math.min(400, Math.max(12, Math.floor(200_000 / Math.max(1, units))));
}
