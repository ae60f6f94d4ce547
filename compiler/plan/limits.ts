/** More events than this are not listed: nobody reads them, and a program may ask for millions. */
export const mostListed = 20_000;
/** More statements than this are not followed: a loop may go round a thousand million times and list nothing. */
export const mostFollowed = 1_000_000;
/** Following events takes longer the more units there are: so many are looked at in a draw, and then nothing is followed any more. */
export const mostWork = 5_000_000;
/** Draws at most, and units that all of them together may look at. */
export const mostDraws = 8;
export const mostWorkOfAll = 8_000_000;
