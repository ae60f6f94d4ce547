import type { GateKind } from "../types.js";
import { overTaps } from "./softmax.js";

/**
 * Attention over taps that all the kernels which read an input channel share (Hacene et al. 2019): in the end each channel is read at
 * one place, shifted, by a 1×1 convolution.
 */
export const sharedSoftmax: GateKind = overTaps(true);
