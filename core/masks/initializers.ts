import { field, isJsonObject } from "../network/json.js";
import { raise } from "../diagnostics/create.js";
import { quote } from "../diagnostics/quote.js";
import { numberOf } from "../network/layers/constants.js";
import type { JsonObject, LayerInfo, Network, WeightInfo } from "../network/types.js";
import { randomStream, type RandomStream } from "../random.js";

/** A standard normal beyond two deviations is drawn again at a position of its own. */
const REDRAW = 2 ** 40;
/** Deviation of a standard normal cut at ±2. */
const TRUNCATED_DEVIATION = 0.87962566103423978;

interface Asked {
  readonly name: string;
  readonly config: JsonObject;
}

/** What stands where a layer names no initializer: the defaults of tfjs-layers. */
function fallback(weight: string): string {
  if (/recurrent_kernel$/.test(weight)) return "orthogonal";
  if (/kernel$/.test(weight)) return "glorotnormal";
  if (/embeddings$/.test(weight)) return "randomuniform";
  return /(?:gamma|variance|scale)$/.test(weight) ? "ones" : "zeros";
}

function asked(weight: WeightInfo): Asked {
  const given = weight.initializer;
  const name = given ? field(given, "class_name") : undefined;
  const config = given ? field(given, "config") : undefined;
  return {
    name: typeof name === "string" ? name.replace(/_/g, "").toLowerCase() : fallback(weight.name),
    config: isJsonObject(config) ? config : {},
  };
}

/** Fan in and fan out of a kernel whose last two axes are input and output channels. */
function fans(shape: readonly number[]): readonly [number, number] {
  if (shape.length < 2) return [shape[0] ?? 1, shape[0] ?? 1];
  const receptive = shape.slice(0, -2).reduce((p, n) => p * n, 1);
  return [receptive * (shape[shape.length - 2] ?? 1), receptive * (shape[shape.length - 1] ?? 1)];
}

function truncated(random: RandomStream, position: number): number {
  let z = random.normal(position);
  for (let again = 1; Math.abs(z) > 2; again++) z = random.normal(position + again * REDRAW);
  return z;
}

interface Scaling {
  readonly scale: number;
  readonly mode: "fanin" | "fanout" | "fanavg";
  readonly uniform: boolean;
}

/** Glorot and Bengio 2010; He, Zhang, Ren and Sun 2015; LeCun et al. 1998. */
const SCALINGS = new Map<string, Scaling>([
  ["glorotuniform", { scale: 1, mode: "fanavg", uniform: true }],
  ["glorotnormal", { scale: 1, mode: "fanavg", uniform: false }],
  ["heuniform", { scale: 2, mode: "fanin", uniform: true }],
  ["henormal", { scale: 2, mode: "fanin", uniform: false }],
  ["lecununiform", { scale: 1, mode: "fanin", uniform: true }],
  ["lecunnormal", { scale: 1, mode: "fanin", uniform: false }],
]);

function scalingOf({ name, config }: Asked): Scaling | null {
  if (name !== "variancescaling") return SCALINGS.get(name) ?? null;
  const word = (key: string): string =>
    String(field(config, key) ?? "")
      .replace(/_/g, "")
      .toLowerCase();
  const mode = word("mode");
  return {
    scale: numberOf(config, "scale", 1),
    mode: mode === "fanout" || mode === "fanavg" ? mode : "fanin",
    uniform: word("distribution") === "uniform",
  };
}

function scaled(scaling: Scaling, shape: readonly number[], random: RandomStream): (i: number) => number {
  const [fanIn, fanOut] = fans(shape);
  const fan = { fanin: fanIn, fanout: fanOut, fanavg: (fanIn + fanOut) / 2 }[scaling.mode];
  const variance = scaling.scale / Math.max(1, fan);
  const limit = Math.sqrt(3 * variance);
  if (scaling.uniform) return (i) => (2 * random.uniform(i) - 1) * limit;
  const deviation = Math.sqrt(variance) / TRUNCATED_DEVIATION;
  return (i) => truncated(random, i) * deviation;
}

function drawer(ask: Asked, shape: readonly number[], random: RandomStream): ((i: number) => number) | null {
  const { name, config } = ask;
  const scaling = scalingOf(ask);
  if (scaling) return scaled(scaling, shape, random);
  const mean = numberOf(config, "mean", 0);
  const deviation = numberOf(config, "stddev", 0.05);
  const low = numberOf(config, "minval", -0.05);
  const high = numberOf(config, "maxval", 0.05);
  const columns = shape[shape.length - 1] ?? 1;
  switch (name) {
    case "zeros":
      return () => 0;
    case "ones":
      return () => 1;
    case "constant":
      return () => numberOf(config, "value", 0);
    case "randomuniform":
      return (i) => low + (high - low) * random.uniform(i);
    case "randomnormal":
      return (i) => mean + deviation * random.normal(i);
    case "truncatednormal":
      return (i) => mean + deviation * truncated(random, i);
    case "identity":
      return (i) => (Math.floor(i / columns) === i % columns ? numberOf(config, "gain", 1) : 0);
    default:
      return null;
  }
}

const unknownInitializer = ({ path }: LayerInfo, { name }: Asked): never =>
  raise("P5115", `layer ${quote(path)} asks for the initializer ${quote(name)}, which is not known`);

/** Whether some kernel's initializer makes slices of nothing but zeros: those of a draw hold none. */
export function mayStartEmpty({ layers }: Network): boolean {
  const certain = new Set(["zeros", "constant", "identity"]);
  return layers.some(({ weights }) =>
    weights.some((weight) => weight.isKernel && certain.has(asked(weight).name)),
  );
}

/** @throws DiagnosticError P5115 where `initialValues` would */
export function checkInitializers({ layers }: Network): void {
  const random = randomStream(0, "");
  for (const layer of layers)
    for (const weight of layer.weights) {
      const ask = asked(weight);
      if (ask.name !== "orthogonal" && drawer(ask, [1], random) === null) unknownInitializer(layer, ask);
    }
}

/**
 * Start values of a weight by its layer's initializer, as Keras draws them but counter-based: they depend on `seed`, the
 * weight's key and the position alone. `round` tells repeated initializations apart.
 */
export function initialValues(layer: LayerInfo, weight: WeightInfo, seed: number, round = 0): Float32Array {
  const ask = asked(weight);
  const random = randomStream(seed, `initialize ${weight.key}`, round);
  const size = weight.shape.reduce((p, n) => p * n, 1);
  if (ask.name === "orthogonal") return orthogonal(weight.shape, numberOf(ask.config, "gain", 1), random);
  const draw = drawer(ask, weight.shape, random) ?? unknownInitializer(layer, ask);
  const out = new Float32Array(size);
  for (let i = 0; i < size; i++) out[i] = draw(i);
  if (weight.forgetGate) out.fill(1, size / 4, size / 2);
  return out;
}

/**
 * A matrix with orthonormal rows or columns, whichever are fewer, times `gain` (Saxe, McClelland and Ganguli 2014):
 * normal draws made orthonormal by Gram–Schmidt, done twice so that rounding does not spoil it. All axes but the last
 * count as rows.
 */
export function orthogonal(shape: readonly number[], gain: number, random: RandomStream): Float32Array {
  const columns = shape[shape.length - 1] ?? 1;
  const rows = shape.slice(0, -1).reduce((p, n) => p * n, 1);
  const long = Math.max(rows, columns);
  const short = Math.min(rows, columns);
  const vectors: Float64Array[] = [];
  for (let k = 0; k < short; k++) {
    const v = Float64Array.from({ length: long }, (_, i) => random.normal(k * long + i));
    for (let pass = 0; pass < 2; pass++) for (const u of vectors) subtractProjection(v, u);
    const norm = Math.sqrt(product(v, v)) || 1;
    for (let i = 0; i < long; i++) v[i] = (v[i] ?? 0) / norm;
    vectors.push(v);
  }
  const out = new Float32Array(rows * columns);
  vectors.forEach((v, k) => {
    for (let i = 0; i < long; i++)
      out[rows >= columns ? i * columns + k : k * columns + i] = gain * (v[i] ?? 0);
  });
  return out;
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function subtractProjection(v: Float64Array, u: Float64Array): void {
  const along = product(v, u);
  for (let i = 0; i < v.length; i++) v[i] = (v[i] ?? 0) - along * (u[i] ?? 0);
}
