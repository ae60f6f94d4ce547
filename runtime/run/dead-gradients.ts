import { dead, frozen, type MaskState } from "../pruning/state.js";

/** Takes the gradients of held elements away, so that they do not count in the global norm. Held channels have none. */
export function dropDeadGradients(state: MaskState, gradients: ReadonlyMap<string, Float32Array>): void {
  for (const [key, codes] of state.elements) {
    const gradient = gradients.get(key);
    if (gradient === undefined) continue;
    for (let i = 0; i < codes.length; i++) if (codes[i] === dead || codes[i] === frozen) gradient[i] = 0;
  }
}
