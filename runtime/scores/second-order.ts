import { namesIn } from "../../core/expr/names.js";
import { randomStream } from "../../core/random.js";
import { maskedView } from "../../core/masks/masked.js";
import { meanGradients, type Scored, type ScoringContext } from "./gather.js";

/** How far weights are moved for a difference of gradients, relative to their size. */
const reach = 1e-2;

/**
 * Second derivatives by central differences of gradients, H·v ≈ (∇L(w + εv) − ∇L(w − εv)) / 2ε, over the calibration batches of
 * a criterion: `hg` is H times the mean gradient, `h` the diagonal of H estimated as z ⊙ Hz with random signs z (Hutchinson 1990).
 * Weights are as before when it returns.
 */
export async function secondOrder(
  context: ScoringContext,
  scored: Scored,
): Promise<{ readonly h?: Map<string, Float32Array>; readonly hg?: Map<string, Float32Array> }> {
  const { criterion, moment } = scored;
  const gradient = async () => (await meanGradients(context, scored)).g;
  const g = await gradient();
  const result: { h?: Map<string, Float32Array>; hg?: Map<string, Float32Array> } = {};
  if (namesIn(criterion.expr).includes("hg")) result.hg = await product(context, g, gradient);
  if (namesIn(criterion.expr).includes("h")) {
    const signs = new Map(
      [...g].map(([key, values]) => {
        const stream = randomStream(context.seed, `hessian ${key}`, moment.key);
        return [key, values.map((_, i) => (stream.uniform(i) < 0.5 ? -1 : 1))] as const;
      }),
    );
    const along = await product(context, signs, gradient);
    for (const [key, values] of along) {
      const z = signs.get(key);
      for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? 0) * (z?.[i] ?? 0);
    }
    result.h = along;
  }
  return result;
}

/** The Hessian times a direction. */
async function product(
  context: ScoringContext,
  direction: ReadonlyMap<string, Float32Array>,
  gradient: () => Promise<Map<string, Float32Array>>,
): Promise<Map<string, Float32Array>> {
  const { parameters, executor } = context;
  const shown = maskedView(context);
  const before = new Map<string, Float32Array>();
  let size = 0;
  let length = 0;
  for (const [key, v] of direction) {
    const data = parameters.get(key)?.data;
    const w = shown.get(key)?.data;
    if (data === undefined || w === undefined) continue;
    before.set(key, data.slice());
    for (let i = 0; i < v.length; i++) {
      size += (w[i] ?? 0) ** 2;
      length += (v[i] ?? 0) ** 2;
    }
  }
  const epsilon = length > 0 && size > 0 ? reach * Math.sqrt(size / length) : reach;
  const move = (by: number) => {
    for (const [key, base] of before) {
      const data = parameters.get(key)?.data;
      const v = direction.get(key);
      if (data === undefined || v === undefined) continue;
      for (let i = 0; i < data.length; i++) data[i] = (base[i] ?? 0) + by * (v[i] ?? 0);
    }
    executor?.upload(before.keys());
  };
  try {
    move(epsilon);
    const ahead = await gradient();
    move(-epsilon);
    const behind = await gradient();
    for (const [key, values] of ahead) {
      const other = behind.get(key);
      for (let i = 0; i < values.length; i++)
        values[i] = ((values[i] ?? 0) - (other?.[i] ?? 0)) / (2 * epsilon);
    }
    return ahead;
  } finally {
    for (const [key, base] of before) parameters.get(key)?.data.set(base);
    executor?.upload(before.keys());
  }
}
