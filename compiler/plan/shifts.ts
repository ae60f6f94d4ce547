import { mentionedIn } from "../../core/expr/names.js";
import type { LearnIr, PruneIr } from "../../core/ir/types.js";
import type { Network } from "../../core/network/types.js";
import { dead } from "../../core/masks/state.js";
import { kernelOf } from "../../core/surgery/taps.js";
import { shiftNetwork } from "../../core/surgery/shift.js";
import type { Trial } from "./trial.js";

/** Layers, by path, that a `slim` wrote as a shift and a 1×1 convolution: in every run, and those of which only a run can tell. */
export interface Shifts {
  readonly known: string[];
  readonly doubted: string[];
}

/**
 * What `slim` makes of convolutions of which masks leave one tap for each input channel. That is known where attention that all filters
 * share chose the taps, or masks lie beside the network; else it may be so wherever no more weights live than a 1×1 convolution has.
 */
export function writeShifts(trial: Trial): void {
  const { elements, state, shifts, dice } = trial;
  const { layers } = trial.network;
  const counts = elements.counter(trial.network)((channel) => state.channels[channel] === dead);
  for (let index = layers.length - 1; index >= 0; index--) {
    const layer = layers[index];
    const kernel = layer && kernelOf(layer);
    const count = kernel && counts.get(kernel.key);
    if (count === undefined || count.dead === 0) continue;
    const place = `weights ${layer?.path ?? ""}`;
    const [height = 1, width = 1, inputs = 1, outputs = 1] = kernel?.shape ?? [];
    const [alive, most] = [count.all - count.dead, inputs * outputs];
    const oneTap = elements.oneTap(place);
    if (oneTap === false && alive > most) continue;
    const shifted = shiftNetwork(trial.network, index);
    if (shifted === null || layer === undefined) continue;
    (oneTap === true ? shifts.known : shifts.doubted).push(layer.path);
    // As likely as that weights that lie anywhere all lie at the taps of their channels.
    const likely = oneTap === null ? 0.5 : (height * width) ** -Math.max(0, alive - inputs);
    if (oneTap !== true && dice.uniform() >= likely) continue;
    trial.network = shifted.network;
    elements.shift(place, alive / most, shifted.shift.key);
    trial.weights = null;
  }
}

/** A network with these layers written so. */
export const withShifts = (network: Network, paths: readonly string[]): Network =>
  paths.reduce((now, path) => {
    const index = now.layers.findIndex((layer) => layer.path === path);
    return shiftNetwork(now, index)?.network ?? now;
  }, network);

/** What gates a layer's taps have learned: all filters share them, or something else chose, too. */
export function noteLearned(trial: Trial, { structure, gate }: LearnIr, paths: readonly string[]): void {
  if (structure !== "taps") return;
  for (const path of paths) {
    const before = trial.sharedTaps.get(path) ?? true;
    trial.sharedTaps.set(path, before && gate.name === "shared-softmax");
  }
}

/** Whether a prune leaves all filters of a layer the tap that its attention came to for each input channel. */
export const keepsSharedTap = (
  trial: Trial,
  { structure, by, manner }: PruneIr,
  keep: number,
  path: string,
): boolean => {
  if (structure !== "taps" || keep !== 1 || manner === "frozen") return false;
  const mentioned = mentionedIn(by.expr);
  return mentioned.size === 1 && mentioned.has("gate") && trial.sharedTaps.get(path) === true;
};
