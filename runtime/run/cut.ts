import { cutMaskState } from "../pruning/state.js";
import { slimSlots, type Slimming } from "../surgery/slim.js";
import type { Snapshot } from "./snapshot.js";

/** A snapshot cut along a slimming. Channel numbers stay: the dead remain on record. */
export function cutSnapshot(snapshot: Snapshot, slimming: Slimming): Snapshot {
  const weights = new Map<string, Float32Array>();
  for (const [key, values] of snapshot.weights) {
    const kept = slimming.cut(key, values);
    if (kept) weights.set(key, kept);
  }
  cutMaskState(snapshot.state, slimming.cut);
  return { ...snapshot, weights, slots: slimSlots(slimming, snapshot.slots) };
}
