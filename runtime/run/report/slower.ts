import { alignedBefore, gainOf, type Alignment } from "../../../core/schedule/alignment.js";
import { counted } from "../../../core/ir/words.js";
import { percent } from "../../report/numbers.js";
import type { LayerRow, NetworkFacts } from "../../report/types.js";

/** Below this it is not worth a word. */
const MARGIN = 1.05;
/** Layers that are named, of those that are many. */
const NAMED = 3;

/** A layer, and how many channels it had and has. */
type Cut = Pick<LayerRow, "layer" | "channels">;

export interface Compared {
  readonly before: NetworkFacts;
  readonly after: NetworkFacts;
  readonly layers: readonly Cut[];
  /** What this backend is fastest at, where that was measured. */
  readonly alignment: Alignment | null;
}

/** Where the network takes longer than before it was cut, beyond the spread of the times; and why. Empty where it does not. */
export function slower({ before, after, layers, alignment }: Compared): readonly string[] {
  const changed = layers.filter(({ channels: [was, now] }) => now > 0 && now < was);
  if (changed.length === 0 || before.latency === null || after.latency === null) return [];
  const found = (["single", "batch"] as const).flatMap((of) => {
    const [was, now] = [before.latency?.[of] ?? NaN, after.latency?.[of] ?? NaN];
    const highest = before.latency?.spread?.[of][1] ?? was;
    const lowest = after.latency?.spread?.[of][0] ?? now;
    const what = of === "single" ? "one example" : "a batch of 32";
    return now > MARGIN * was && lowest > highest
      ? [`${what} takes ${(now / was).toFixed(2)} times as long`]
      : [];
  });
  if (found.length === 0) return [];
  const left = `${found.join(", ")} as before the cut, with ${percent(after.macs / before.macs)} of the MACs`;
  return [left, reason(changed, alignment)];
}

function reason(changed: readonly Cut[], alignment: Alignment | null): string {
  const measured = alignment !== null && alignment.aligned > 1 ? alignment : null;
  const of = measured?.aligned ?? alignedBefore(changed.map(({ channels: [was] }) => was));
  const off = changed.filter(({ channels: [was, now] }) => was % of === 0 && now % of !== 0);
  if (off.length === 0 || alignment?.aligned === 1)
    return "the counts of channels are not what makes it slow here: what a layer takes besides its MACs (calls, memory) did not shrink with them";
  const named = off.slice(0, NAMED).map(({ layer, channels: [was, now] }) => `${layer} ${was} → ${now}`);
  const rest = off.length > NAMED ? ", …" : "";
  const known =
    measured === null
      ? "as many backends are fastest at"
      : `which this backend computes ${gainOf(measured).toFixed(1)} times as fast as odd counts`;
  const write =
    measured === null
      ? "`aligned to auto` measures what this backend is fast at"
      : `write \`aligned to auto\` or \`aligned to ${of}\``;
  return `the counts of ${counted(off.length, "layers")} left the multiples of ${of}, ${known} (${named.join(", ")}${rest}): ${write}`;
}
