import { dead, living, type HeldMasks } from "../../core/masks/state.js";
import { zeroSlices } from "../../core/network/layers/constants.js";
import type { Network, WeightInfo } from "../../core/network/types.js";
import { tapsOf } from "../../core/surgery/taps.js";
import { kernelAxes } from "../../core/units/element-units.js";
import { flaggedRuns, weightsOf } from "../../core/units/slices.js";
import type { Elements } from "./elements.js";
import type { Kernel } from "./pools.js";

/** What masks beside a network tell of where elements are dead, beyond how many. */

type Rules = NonNullable<Parameters<Elements["kill"]>[3]>;

/** Whether they leave every kernel one weight, and every input channel one tap; dead channels aside. */
export function heldRules(
  pool: { readonly kernels: readonly Pick<Kernel, "weight">[] },
  held: HeldMasks,
): Rules {
  const codes = pool.kernels.map(({ weight }) => [weight, codesOf(weight, held)] as const);
  const oneTap = codes.every(([weight, own]) => weight.shape.length === 4 && tapsOf(weight, own) !== null);
  const inside = codes.every(([weight, own]) => own !== undefined && leavesOneEach(weight, own));
  return { oneTap, ...(inside && { inside: { keep: 1, of: "kernel" } as const }) };
}

/** Codes of a weight, with what lies in dead channels. */
function codesOf(weight: WeightInfo, { channels, elements }: HeldMasks): Uint8Array | undefined {
  const codes = elements.get(weight.key)?.slice();
  const isDead = (channel: number): boolean => channels[channel] === dead;
  if (codes !== undefined) flaggedRuns(weight, isDead, (from, to) => codes.fill(dead, from, to));
  return codes;
}

function leavesOneEach(weight: WeightInfo, codes: Uint8Array): boolean {
  const { tall, wide } = kernelAxes(weight);
  const left = new Uint32Array(tall * wide);
  for (let at = 0; at < codes.length; at++)
    if (codes[at] === living) left[at % left.length] = (left[at % left.length] ?? 0) + 1;
  return left.every((count) => count === 1);
}

/** Whether a unit that lives has nothing left of a kernel that makes it. */
export function holdsEmpty(network: Network, { channels, elements }: HeldMasks): boolean {
  for (const weight of weightsOf(network)) {
    const codes = weight.isKernel ? elements.get(weight.key) : undefined;
    if (codes === undefined) continue;
    const lives = Float32Array.from(codes, (code) => (code === dead ? 0 : 1));
    for (const { axis, ids, role } of weight.bindings) {
      if (role === "in") continue;
      const zeros = zeroSlices(weight, lives, axis);
      if (ids.some((id, i) => zeros[i] === true && channels[id] !== dead)) return true;
    }
  }
  return false;
}
