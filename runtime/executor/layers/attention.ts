import { attended, headsOf, windowOf } from "../../../core/network/layers/attention.js";
import { CLEARS_MASKED } from "../../../core/network/dialect.js";
import { choice, flag } from "../../../core/network/config.js";
import { tf } from "../../backend/tf.js";
import { constantOf } from "../gradients.js";
import { number, passMask, type Build, type Builder, type CallContext } from "../pass.js";
import { kept } from "./noise.js";

/** Attention, AdditiveAttention, MultiHeadAttention and GroupQueryAttention: positions of one sequence weigh those of another. */

function tensorsOf({ inputs, names }: CallContext) {
  const found = attended(inputs, names);
  if (!found) throw new Error("attention was called without a query and a value");
  return found;
}

/** 1 where a query may look, 0 elsewhere; null where it may look everywhere. */
type Sight = tf.Tensor | null;

const both = (a: Sight, b: Sight): Sight => (a && b ? tf.mul(a, b) : (a ?? b));
const asSight = (mask: tf.Tensor | null | undefined, axis: number): Sight =>
  mask ? tf.cast(tf.expandDims(mask, axis), "float32") : null;

/** By how far position j of the values lies after position i of the queries: [1, queries, values]. */
function near(queries: number, values: number, isSeen: (ahead: number) => boolean): tf.Tensor {
  const seen = Array.from({ length: queries * values }, (_, at) =>
    isSeen((at % values) - Math.floor(at / values)) ? 1 : 0,
  );
  return tf.tensor(seen, [1, queries, values]);
}

const causal = ({ kwargs }: CallContext, always: boolean, queries: number, values: number): Sight =>
  always || kwargs["use_causal_mask"] === true ? near(queries, values, (ahead) => ahead <= 0) : null;

/** Shares of the values for each query: their soft-max, without what it may not see. */
const shares = (scores: tf.Tensor, sight: Sight): tf.Tensor =>
  tf.softmax(sight ? tf.sub(scores, tf.mul(tf.sub(1, sight), 1e9)) : scores);

function dropped(weights: tf.Tensor, rate: number, context: CallContext): tf.Tensor {
  if (rate <= 0 || context.pass.mode !== "training") return weights;
  return tf.mul(weights, kept(context, "attention", weights.shape.slice(), null, Math.min(1, rate)));
}

/** Where masks of the inputs and the call let queries look: [batch or 1, queries or 1, values]. */
const masksOf = (context: CallContext) =>
  attended(
    context.inputs.map((_, i) => [context.masks[i] ?? null] as const),
    context.names,
  );

const withScores = (context: CallContext, output: tf.Tensor, scores: tf.Tensor): readonly tf.Tensor[] =>
  context.kwargs["return_attention_scores"] === true ? [output, scores] : [output];

/** Attention without projections: scores are products of queries and keys, or sums of tanh(query + key) over the channels. */
const attention =
  (additive: boolean): Builder =>
  (build) => {
    const { config } = build;
    const scale = build.weight("scale");
    const weight = build.weight("concat_score_weight");
    const sums = additive || choice(config, "score_mode", ["dot", "concat"], "dot") === "concat";
    const rate = number(config, "dropout", 0);
    const always = flag(config, "causal", false);
    const scored = (query: tf.Tensor, key: tf.Tensor): tf.Tensor => {
      if (!sums) {
        const scores = tf.matMul(query, key, false, true);
        return scale ? tf.mul(scores, scale) : scores;
      }
      const sum = tf.add(tf.expandDims(query, 2), tf.expandDims(key, 1));
      if (additive) {
        const bent = tf.tanh(sum);
        return tf.sum(scale ? tf.mul(bent, scale) : bent, -1);
      }
      const scores = tf.sum(tf.tanh(scale ? tf.mul(sum, scale) : sum), -1);
      return weight ? tf.mul(scores, weight) : scores;
    };
    return {
      run: (context) => {
        const { query, value, key } = tensorsOf(context);
        const masks = masksOf(context);
        const scores = scored(query, key);
        const seen = causal(context, always, query.shape[1] ?? 1, value.shape[1] ?? 1);
        const weights = dropped(shares(scores, both(asSight(masks?.value[0], 1), seen)), rate, context);
        const output = tf.matMul(weights, value);
        const asks = asSight(masks?.query[0], 2);
        return withScores(context, asks ? tf.mul(output, asks) : output, weights);
      },
      mask: passMask,
    };
  };

export const dotAttention = attention(false);
export const additiveAttention = attention(true);

/** x [n, t, d] to heads: [n, heads, t, width]. */
function projected(build: Build, name: string, x: tf.Tensor): tf.Tensor {
  const kernel = build.need(`${name}_kernel`);
  const [width = 1, heads = 1, size = 1] = kernel.shape;
  const [n = 1, t = 1] = x.shape;
  const flat = tf.matMul(tf.reshape(x, [n * t, width]), tf.reshape(kernel, [width, heads * size]));
  const bias = build.weight(`${name}_bias`);
  const parted = tf.reshape(flat, [n, t, heads, size]);
  return tf.transpose(bias ? tf.add(parted, bias) : parted, [0, 2, 1, 3]);
}

/** Each head for `times` heads in a row. */
function repeated(x: tf.Tensor, times: number): tf.Tensor {
  if (times === 1) return x;
  const [n = 1, heads = 1, t = 1, size = 1] = x.shape;
  const rows = tf.tile(tf.reshape(x, [n, heads, 1, t * size]), [1, 1, times, 1]);
  return tf.reshape(rows, [n, heads * times, t, size]);
}

/** Multi-head attention (Vaswani et al. 2017), with heads of keys and values for several of queries where they are fewer (Ainslie et al. 2023). */
export const multiHeadAttention: Builder = (build) => {
  const { config, layer } = build;
  const { queries: heads, values: shared, keyWidth } = headsOf(layer.className, config);
  const rate = number(config, "dropout", 0);
  const clears = flag(config, CLEARS_MASKED, false);
  const reach = windowOf(config);
  const gated = flag(config, "use_gate", false);
  const sightOf = (context: CallContext): Sight => {
    const { query, value, mask } = tensorsOf(context);
    const masks = masksOf(context);
    const byName = context.names?.includes("key") === true ? masks?.key[0] : null;
    const [queries = 1, values = 1] = [query.shape[1], value.shape[1]];
    let sight = both(asSight(masks?.query[0], 2), asSight(masks?.value[0], 1));
    sight = both(sight, asSight(byName, 1));
    sight = both(sight, causal(context, false, queries, values));
    if (reach !== null)
      sight = both(
        sight,
        near(queries, values, (ahead) => Math.abs(ahead) < reach),
      );
    const own = mask ? constantOf(mask, (v) => tf.cast(tf.notEqual(v, 0), "float32")) : null;
    const rank4 = (x: Sight): Sight => (x?.rank === 3 ? tf.expandDims(x, 1) : x);
    return both(rank4(sight), rank4(own));
  };
  return {
    run: (context) => {
      const { query, value, key } = tensorsOf(context);
      const sight = sightOf(context);
      const [q, k, v] = [
        tf.mul(projected(build, "query", query), 1 / Math.sqrt(keyWidth)),
        repeated(projected(build, "key", key), heads / shared),
        repeated(projected(build, "value", value), heads / shared),
      ];
      const all = shares(tf.matMul(q, k, false, true), sight);
      const explicit = rate > 0 || context.kwargs["return_attention_scores"] === true;
      const weights = clears && explicit && sight ? tf.mul(all, sight) : all;
      const mixed = tf.matMul(dropped(weights, rate, context), v);
      const passed = gated ? tf.mul(mixed, tf.sigmoid(projected(build, "gate", query))) : mixed;
      const kernel = build.need("attention_output_kernel");
      const bias = build.weight("attention_output_bias");
      const [n = 1, t = 1] = query.shape;
      const [, size = 1, width = 1] = kernel.shape;
      const rows = tf.reshape(tf.transpose(passed, [0, 2, 1, 3]), [n * t, heads * size]);
      const flat = tf.matMul(rows, tf.reshape(kernel, [heads * size, width]));
      const output = tf.reshape(bias ? tf.add(flat, bias) : flat, [n, t, width]);
      return withScores(context, output, weights);
    },
    mask: passMask,
  };
};
