import type { Network } from "../network/types.js";
import { hashJson } from "./hash.js";

/**
 * What a loop that names layers asks of the network it runs on: paths and classes of all layers with weights, in order. Sizes may
 * differ.
 */
export function layersHash({ layers }: Network): string {
  const weighted = layers.filter(({ weights }) => weights.length > 0);
  return hashJson(weighted.map(({ path, className }) => [path, className]));
}
