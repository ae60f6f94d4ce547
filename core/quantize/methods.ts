/** How the values are found that weights share. */
export const quantizers = ["kmeans"] as const;

/** Bits that number the values of a layer: more clusters than these hold are no saving. */
export const mostBits = 16;

/** Where a program says nothing (Han, Mao, Dally: Deep compression; ICLR 2016). */
const ofConvolutions = 8;
const ofOthers = 5;

/** Kernels with places are those of convolutions. */
const hasPlaces = (shape: readonly number[]): boolean => shape.length > 2;

export const usualBits = (shape: readonly number[]): number => (hasPlaces(shape) ? ofConvolutions : ofOthers);

/** Bits of the distance from one weight that lives to the next, as the paper writes it. */
export const indexBits = (shape: readonly number[]): number => (hasPlaces(shape) ? ofConvolutions : ofOthers);
