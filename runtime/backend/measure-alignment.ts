import { multiples, preferred, type Alignment } from "../../core/schedule/alignment.js";
import { tf } from "./tf.js";
import type { Backend } from "./types.js";

/** Multiples of 16. What is measured of other counts lies on both sides of one. */
const bases = [16, 48] as const;

/** How far the multiples lie from the base, and as far from it on the whole the odd counts that they are compared with. */
const distances = multiples.map((of) => {
  const own = of === 16 ? 0 : of;
  return { of, own: [own], odd: own === 0 ? [1] : [own - 1, own + 1] };
});
const nearby = [...new Set(distances.flatMap(({ own, odd }) => [...own, ...odd]))];

const inputs = [
  { batch: 1, size: 28 },
  { batch: 32, size: 14 },
] as const;
const kernels = ["pointwise", "3×3", "depthwise"] as const;

const ROUNDS = 9;
/** After which no further round starts. */
const SECONDS = 5;

interface Timed {
  /** Which kernel on which input around which base: what is compared stands in one. */
  readonly setting: string;
  readonly base: number;
  readonly channels: number;
  readonly work: () => void;
  readonly times: number[];
}

/**
 * Times typical convolutions (1×1, 3×3, depthwise; one image and 32) over counts of channels around 16 and 48, in turns, so that
 * whatever else the machine does falls on all of them: some 5 seconds. A gain is the geometric mean over the settings, each the ratio
 * of medians of odd counts and of multiples, those above the base and those below together: both have the same work on the whole.
 */
export function measureAlignment({ ops, description }: Backend): Alignment {
  const held: tf.Tensor[] = [];
  const timed = inputs.flatMap((input) =>
    kernels.flatMap((kernel) =>
      bases.flatMap((base) =>
        [...new Set(nearby.flatMap((off) => [base - off, base + off]))].map((channels): Timed => {
          const x = tf.fill<tf.Rank.R4>([input.batch, input.size, input.size, channels], 0.5);
          const window = kernel === "pointwise" ? 1 : 3;
          const outputs = kernel === "depthwise" ? 1 : channels;
          const w = tf.fill<tf.Rank.R4>([window, window, channels, outputs], 0.01);
          held.push(x, w);
          const convolve = kernel === "depthwise" ? ops.depthwiseConv2d : ops.conv2d;
          return {
            setting: `${kernel} ${input.batch} ${base}`,
            base,
            channels,
            work: () => tf.tidy(() => void convolve(x, w, null, [1, 1], "same", [1, 1]).dataSync()),
            times: [],
          };
        }),
      ),
    ),
  );
  const until = performance.now() + 1000 * SECONDS;
  for (let round = 0; round < ROUNDS + 1; round++) {
    if (round > 1 && performance.now() > until) break;
    for (const { work, times } of timed) {
      const started = performance.now();
      work();
      if (round > 0) times.push(performance.now() - started);
    }
  }
  tf.dispose(held);
  const settings = [...new Set(timed.map(({ setting }) => setting))];
  const gains = distances.map(({ of, own, odd }) => {
    const logs = settings.map((setting) => {
      const rows = timed.filter((one) => one.setting === setting);
      return Math.log(around(rows, odd) / around(rows, own));
    });
    return { of, gain: Math.exp(logs.reduce((a, b) => a + b, 0) / logs.length) };
  });
  return { on: description, aligned: preferred(gains), gains };
}

/** The time of the counts so far from the base, above and below: their mean. */
function around(rows: readonly Timed[], far: readonly number[]): number {
  const near = rows.filter(({ base, channels }) => far.includes(Math.abs(channels - base)));
  return near.reduce((sum, { times }) => sum + median(times), 0) / near.length;
}

function median(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}
