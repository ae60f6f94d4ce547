/** More events than this are not listed: nobody reads them, and a program may ask for millions. */
export const mostListed = 20_000;
/** Costs are worked out for so many different states at most. */
export const mostCosted = 400;
