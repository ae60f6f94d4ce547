/** Sizes beyond these are mistakes or attacks; they are refused before anything is allocated. */

/** Elements of one tensor, the batch counted as one. */
export const MAX_TENSOR = 2 ** 31;
/** Elements of all variables together. */
export const MAX_PARAMETERS = 2 ** 40;
/** Channel numbers held on all distinct axes together (4 bytes each). */
export const MAX_AXES = 2 ** 26;
/** Channel numbers: what all layers make, network inputs included. ResNet-50 has 27,560. */
export const MAX_CHANNELS = 2 ** 20;
/** Layer calls, nested models unrolled. */
export const MAX_CALLS = 50_000;
/** Models within models. */
export const MAX_NESTING = 32;
/** One size in a config. */
export const MAX_SIZE = 2 ** 31 - 1;
