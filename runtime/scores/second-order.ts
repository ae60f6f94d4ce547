import { evaluate } from "../../core/expr/evaluate.js";
import { readsDiagonal, type Name } from "../../core/expr/names.js";
import { latentPlaces, maskedView, placesOf } from "../../core/masks/masked.js";
import { dead } from "../../core/masks/state.js";
import { randomStream } from "../../core/random.js";
import { isStatistic } from "../executor/executor.js";
import { meanGradients, type Scored, type ScoringContext } from "./gather.js";

/**
 * How far weights are moved for a difference of gradients, of the size of the weights that move: the cube root of the precision of
 * 32-bit numbers, where what rounding and what the next order of the expansion cost a central difference are alike.
 */
const reach = 5e-3;

type Direction = ReadonlyMap<string, Float32Array>;

export interface SecondOrder {
  readonly h?: ReadonlyMap<string, Float32Array>;
  readonly hg?: ReadonlyMap<string, Float32Array>;
  readonly hw?: ReadonlyMap<string, Float32Array>;
}

/**
 * Second derivatives by central differences of gradients, H·v ≈ (∇L(w + εv) − ∇L(w − εv)) / 2ε, over the calibration batches of
 * a criterion: `hg` is H times the mean gradient, `hw` H times the weights, `h` the diagonal of H estimated as the mean of z ⊙ Hz over probes z of random signs
 * (Hutchinson 1990). What is dead does not move: the Hessian is that of the network as it computes. `g` is the mean gradient where it
 * is known already. Weights are as before when it returns.
 */
export async function secondOrder(
  context: ScoringContext,
  scored: Scored & { readonly id: number },
  read: readonly Name[],
  g: Direction | undefined,
): Promise<SecondOrder> {
  const gradient = async () => (await meanGradients(context, scored)).g;
  return {
    ...(readsDiagonal(read) && { h: await diagonal(context, scored, gradient) }),
    ...(read.includes("hg") && {
      hg: await product(context, moving(context, g ?? (await gradient())), gradient),
    }),
    ...(read.includes("hw") && { hw: await product(context, moving(context, weightsOf(context)), gradient) }),
  };
}

/** The diagonal of the Hessian, the mean of its probes. */
async function diagonal(
  context: ScoringContext,
  { id, criterion, moment }: Scored & { readonly id: number },
  gradient: () => Promise<Direction>,
): Promise<Map<string, Float32Array>> {
  const probes = Math.max(1, Math.round(evaluate(criterion.probes ?? 1, new Map()) ?? 1));
  const sums = new Map<string, Float32Array>();
  for (let probe = 0; probe < probes; probe++) {
    const signs = moving(context, signsOf(context, [id, moment.key, probe]));
    for (const [key, along] of await product(context, signs, gradient)) {
      const z = signs.get(key);
      const sum = sums.get(key) ?? new Float32Array(along.length);
      for (let i = 0; i < sum.length; i++)
        sum[i] = (sum[i] ?? 0) + ((z?.[i] ?? 0) * (along[i] ?? 0)) / probes;
      sums.set(key, sum);
    }
  }
  return sums;
}

/** The weights as the network computes with them. */
const weightsOf = (context: ScoringContext): Direction =>
  new Map([...maskedView(context)].map(([key, { data }]) => [key, data] as const));

/** Rademacher: 1 or −1 at every weight, a function of the seed, these keys and the place. */
function signsOf({ seed, parameters }: ScoringContext, keys: readonly number[]): Direction {
  return new Map(
    [...parameters].map(([key, { data }]) => {
      const stream = randomStream(seed, `hessian ${key}`, ...keys);
      return [key, data.map((_, i) => (stream.uniform(i) < 0.5 ? -1 : 1))] as const;
    }),
  );
}

/** A direction that leaves what is dead where it is. */
function moving({ network, state }: ScoringContext, direction: Direction): Direction {
  const held = [placesOf(network, state, dead), latentPlaces({ network, state })];
  return new Map(
    [...direction].map(([key, values]) => {
      const copy = values.slice();
      for (const places of held) places.get(key)?.forEach((i) => (copy[i] = 0));
      return [key, copy] as const;
    }),
  );
}

/** The Hessian times a direction, for the weights that have gradients. */
async function product(
  context: ScoringContext,
  direction: Direction,
  gradient: () => Promise<Direction>,
): Promise<Map<string, Float32Array>> {
  const { ahead, behind, back, none, difference } = sidesOf(context, direction);
  if (none !== null) return none;
  try {
    ahead();
    const one = await gradient();
    behind();
    return difference(one, await gradient());
  } finally {
    back();
  }
}

/** The same where gradients are had at once: by what is dead no direction moves. */
export function productNow(
  context: ScoringContext,
  along: Direction,
  gradient: () => Direction,
): Map<string, Float32Array> {
  const { ahead, behind, back, none, difference } = sidesOf(context, moving(context, along));
  if (none !== null) return none;
  try {
    ahead();
    const one = copyOf(gradient());
    behind();
    return difference(one, gradient());
  } finally {
    back();
  }
}

const copyOf = (direction: Direction): Direction =>
  new Map([...direction].map(([key, values]) => [key, values.slice()] as const));

/** The weights a little ahead and behind along a direction, and as they were. */
interface Sides {
  ahead(): void;
  behind(): void;
  back(): void;
  /** Where nothing moves: the product is nothing. */
  readonly none: Map<string, Float32Array> | null;
  /** What a difference of gradients makes of the product. */
  difference(ahead: Direction, behind: Direction): Map<string, Float32Array>;
}

function sidesOf(context: ScoringContext, direction: Direction): Sides {
  const { parameters, executor } = context;
  const shown = maskedView(context);
  const before = new Map<string, Float32Array>();
  let size = 0;
  let length = 0;
  for (const [key, v] of direction) {
    const parameter = parameters.get(key);
    const w = shown.get(key)?.data;
    if (parameter === undefined || w === undefined || isStatistic(key)) continue;
    before.set(key, parameter.data.slice());
    for (let i = 0; i < v.length; i++) {
      const along = v[i] ?? 0;
      if (along === 0) continue;
      size += (w[i] ?? 0) ** 2;
      length += along ** 2;
    }
  }
  const none =
    length === 0 ? new Map([...before].map(([key, { length: n }]) => [key, new Float32Array(n)])) : null;
  const epsilon = reach * (size > 0 ? Math.sqrt(size / length) : 1 / Math.sqrt(length));
  const move = (by: number): void => {
    for (const [key, base] of before) {
      const data = parameters.get(key)?.data;
      const v = direction.get(key);
      for (let i = 0; i < base.length; i++) if (data) data[i] = (base[i] ?? 0) + by * (v?.[i] ?? 0);
    }
    executor?.upload(before.keys());
  };
  return {
    none,
    ahead: () => move(epsilon),
    behind: () => move(-epsilon),
    back() {
      for (const [key, base] of before) parameters.get(key)?.data.set(base);
      executor?.upload(before.keys());
    },
    difference: (ahead, behind) =>
      new Map(
        [...ahead].map(([key, values]) => {
          const other = behind.get(key);
          return [key, values.map((value, i) => (value - (other?.[i] ?? 0)) / (2 * epsilon))] as const;
        }),
      ),
  };
}
