import { LiveCounts, type IsDead } from "./costs.js";
import type { LayerInfo } from "./types.js";

/** Channels on a layer's own output axis: how many there are and how many live. */
export interface ChannelCount {
  readonly live: number;
  readonly all: number;
}

/**
 * Living filters or neurons that a layer makes (role `out`; gate blocks and both directions of a bidirectional
 * layer count once each unit) or, for depthwise layers and norms, lets through. Null for layers without channels.
 */
export function liveChannels(layer: LayerInfo, isDead?: IsDead): ChannelCount | null {
  const live = new LiveCounts(isDead);
  const made = layer.sizes.find((size) =>
    /^(filters|units|output_dim)$/.test(String(size.at[size.at.length - 1])),
  );
  if (made) return { live: live.of(made.ids), all: made.ids.length };
  const bindings = layer.weights.flatMap((weight) => weight.bindings);
  const passed = bindings.find((binding) => binding.role === "pass");
  return passed ? { live: live.of(passed.ids), all: passed.ids.length } : null;
}
