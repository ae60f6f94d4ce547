import type { Body } from "./kill.js";
import { killChannels } from "./kill.js";
import { dead, latent, soft, touch } from "./state.js";

/**
 * Makes what died latently or softly final, in these layers (paths; all when unset): held at zero at every place, the values
 * underneath forgotten. Returns how many channels and elements hardened.
 */
export function harden(
  body: Body,
  paths?: readonly string[],
): { readonly channels: number; readonly elements: number } {
  const { network, parameters, slots, state } = body;
  touch(state);
  const selected = paths === undefined ? null : new Set(paths);
  const flags = new Uint8Array(state.channels.length);
  let channels = 0;
  state.channels.forEach((code, channel) => {
    if (code !== latent && code !== soft) return;
    const path = network.layers[network.channels.producer[channel] ?? -1]?.path;
    if (selected !== null && !selected.has(path ?? "")) return;
    flags[channel] = 1;
    channels++;
  });
  if (channels > 0) killChannels(body, flags, dead);
  let elements = 0;
  for (const layer of network.layers) {
    if (selected !== null && !selected.has(layer.path)) continue;
    for (const { key } of layer.weights) {
      const codes = state.elements.get(key);
      const data = parameters.get(key)?.data;
      if (codes === undefined || data === undefined) continue;
      const states = Object.values(slots.get(key) ?? {});
      codes.forEach((code, i) => {
        if (code !== latent && code !== soft) return;
        codes[i] = dead;
        data[i] = 0;
        for (const slot of states) slot[i] = 0;
        elements++;
      });
      if (!codes.includes(latent)) state.hidden.delete(key);
    }
  }
  return { channels, elements };
}
