import { selectedUnits } from "../units/candidate-units.js";
import { killChannels } from "./kill.js";
import { dead, latent, soft, touch, type Body } from "./state.js";

/**
 * Makes what died latently or softly final, in these layers (paths; all when unset): held at zero at every place, the weights
 * underneath gone. A unit hardens whole, where a selection means it. Returns how many channels and elements hardened.
 */
export function harden(
  body: Body,
  paths?: readonly string[],
): { readonly channels: number; readonly elements: number } {
  const { network, parameters, slots, state } = body;
  const isFree = (code: number | undefined): boolean => code === soft || code === latent;
  const flags = new Uint8Array(state.channels.length);
  let channels = 0;
  for (const unit of paths === undefined ? network.units : selectedUnits(network, paths)) {
    if (!isFree(state.channels[unit.root])) continue;
    for (const channel of unit.channels) flags[channel] = 1;
    channels += unit.channels.length;
  }
  if (channels > 0) killChannels(body, flags, dead);
  const selected = paths === undefined ? null : new Set(paths);
  let elements = 0;
  for (const layer of network.layers) {
    if (selected !== null && !selected.has(layer.path)) continue;
    for (const { key } of layer.weights) {
      const codes = state.elements.get(key);
      const data = parameters.get(key)?.data;
      if (codes === undefined || data === undefined) continue;
      const states = Object.values(slots.get(key) ?? {});
      codes.forEach((code, i) => {
        if (!isFree(code)) return;
        codes[i] = dead;
        data[i] = 0;
        for (const slot of states) slot[i] = 0;
        elements++;
      });
    }
  }
  touch(state);
  return { channels, elements };
}
