import { CLEARS_MASKED } from "../dialect.js";
import { raise } from "../../diagnostics/create.js";
import { quote } from "../../diagnostics/quote.js";
import { choice, flag, int, type Config } from "../config.js";
import { field, isJsonArray } from "../json.js";
import type { Value } from "../graph.js";
import { product, showShape } from "../shapes.js";
import { addMacs, addWeight, barrier, checkRank, refuse, type Rule, type Site } from "../site.js";
import type { Shape } from "../types.js";
import { nothing, notInStock, ORDINARY, type LayerClass } from "./layer-class.js";

/** What a call of an attention layer attends with; the keys are the values where none are given. */
export interface Attended<T> {
  readonly query: T;
  readonly value: T;
  readonly key: T;
  /** Where a query may look: [batch, queries, values], or [batch, heads, queries, values]. */
  readonly mask: T | null;
}

/** Arguments of MultiHeadAttention and GroupQueryAttention in the order of their calls. */
const BY_NAME = ["query", "value", "key", "query_mask", "value_mask", "key_mask", "attention_mask"];
const TAKEN = new Set(["query", "value", "key", "attention_mask"]);

/** The inputs of a call by what they are for; without names they are query, value and key. Undefined where one is missing or unknown. */
export function attended<T>(inputs: readonly T[], names: readonly string[] | null): Attended<T> | undefined {
  const given = names ?? BY_NAME.slice(0, Math.max(2, inputs.length));
  const at = (name: string): T | undefined => inputs[given.indexOf(name)];
  const [query, value] = [at("query"), at("value")];
  const usable = given.length === inputs.length && given.every((name) => TAKEN.has(name));
  if (!usable || query === undefined || value === undefined) return undefined;
  return { query, value, key: at("key") ?? value, mask: at("attention_mask") ?? null };
}

/** Heads of MultiHeadAttention and GroupQueryAttention, under the names that each has for them. */
export interface Heads {
  readonly queries: number;
  /** Those of keys and values, each read by as many heads of queries. */
  readonly values: number;
  readonly keyWidth: number;
  readonly valueWidth: number;
}

export function headsOf(className: string, config: Config): Heads {
  if (className === "GroupQueryAttention") {
    const queries = int(config, "num_query_heads");
    const values = int(config, "num_key_value_heads");
    if (queries % values !== 0) {
      return raise(
        "P5002",
        `layer ${quote(config.path)} cannot share ${values} heads among ${queries} of queries`,
      );
    }
    const width = int(config, "head_dim");
    return { queries, values, keyWidth: width, valueWidth: width };
  }
  const heads = int(config, "num_heads");
  const keyWidth = int(config, "key_dim");
  return { queries: heads, values: heads, keyWidth, valueWidth: int(config, "value_dim", keyWidth) };
}

/** How many positions on either side a query looks at; null for all. */
export const windowOf = (config: Config): number | null =>
  (field(config.values, "sliding_window") ?? null) === null ? null : int(config, "sliding_window");

function sequences(site: Site): Attended<Value> {
  const found = attended(site.inputs, site.names);
  if (!found) return refuse(site, "P5006", "takes a query, a value and at most a key and a mask");
  const { query, value, key, mask } = found;
  for (const input of [query, value, key]) checkRank(site, input, 3);
  if (mask) checkRank(site, mask, 3, 4);
  const [ofValue = null, ofKey = null] = [value.shape[1], key.shape[1]];
  if (ofValue !== null && ofKey !== null && ofValue !== ofKey) {
    refuse(site, "P5006", "gets keys and values of different length", {
      notes: [`their shapes are ${showShape(key.shape)} and ${showShape(value.shape)}`],
    });
  }
  return found;
}

const REASON = "attention weighs positions by all channels together";

/** Output and, where the call asks for them, scores. */
function attentionOutputs(site: Site, output: Shape, scores: Shape): ReturnType<Rule> {
  const shapes = site.kwargs["return_attention_scores"] === true ? [output, scores] : [output];
  return barrier(site, shapes, "barrier", REASON);
}

/** Multi-head attention (Vaswani et al. 2017): projections to heads, attention in each, a projection of all. */
const multiHead: Rule = (site) => {
  const { query, value, key } = sequences(site);
  const { queries, values, keyWidth, valueWidth } = headsOf(site.className, site.config);
  windowOf(site.config);
  const over = field(site.config.values, "attention_axes") ?? 1;
  const [axis, ...more] = isJsonArray(over) ? over : [over];
  if (more.length > 0 || (axis !== 1 && axis !== -2))
    refuse(site, "P5009", "attends over another axis than time");
  const width = (input: Value): number | null => input.shape[2] ?? null;
  const length = (input: Value): number => input.shape[1] ?? 1;
  const output = outputWidth(site, width(query));
  const bias = flag(site.config, "use_bias", true);
  const project = (
    name: string,
    of: number,
    reads: readonly (number | null)[],
    makes: readonly (number | null)[],
  ) => {
    const inner: Site = { ...site, scope: `${name}_`, folders: [name] };
    addWeight(inner, "kernel", [...reads, ...makes]);
    if (bias) addWeight(inner, "bias", makes);
    addMacs(inner, "kernel", of, product(reads), product(makes));
  };
  const ofQueries = [queries, valueWidth];
  project("query", length(query), [width(query)], [queries, keyWidth]);
  project("key", length(key), [width(key)], [values, keyWidth]);
  if (flag(site.config, "use_gate", false)) project("gate", length(query), [width(query)], ofQueries);
  project("value", length(value), [width(value)], [values, valueWidth]);
  project("attention_output", length(query), ofQueries, [output]);
  const pairs = queries * length(query) * length(value);
  site.macs.push({ times: site.times * pairs * (keyWidth + valueWidth) });
  const [batch = null, steps = null] = query.shape;
  return attentionOutputs(site, [batch, steps, output], [batch, queries, steps, value.shape[1] ?? null]);
};

/** The width that `output_shape` states, or that of the query. */
function outputWidth(site: Site, query: number | null): number | null {
  const given = field(site.config.values, "output_shape") ?? null;
  if (given === null) return query;
  if (isJsonArray(given) && given.length !== 1)
    refuse(site, "P5009", "gives its output more than one axis of features");
  const values = { output_shape: isJsonArray(given) ? (given[0] ?? null) : given };
  return int({ path: site.config.path, values }, "output_shape");
}

/** Attention without projections: scores by products (Luong et al. 2015) or sums (Bahdanau et al. 2015) of queries and keys. */
const attention: Rule = (site) => {
  const { query, value, key, mask } = sequences(site);
  if (mask) refuse(site, "P5006", "takes a query, a value and at most a key");
  const [batch = null, steps = null, width = null] = query.shape;
  if (width !== null && (key.shape[2] ?? width) !== width) {
    refuse(site, "P5006", "gets queries and keys of different width", {
      notes: [`their shapes are ${showShape(query.shape)} and ${showShape(key.shape)}`],
    });
  }
  const additive = site.className === "AdditiveAttention";
  const concatenates = !additive && choice(site.config, "score_mode", ["dot", "concat"], "dot") === "concat";
  if (flag(site.config, "use_scale", additive))
    addWeight(site, "scale", additive ? [width] : [], {
      initializer: { class_name: additive ? "GlorotUniform" : "Ones", config: {} },
    });
  if (concatenates)
    addWeight(site, "concat_score_weight", [], { initializer: { class_name: "Ones", config: {} } });
  const pairs = (steps ?? 1) * (value.shape[1] ?? 1);
  const products = (additive || concatenates ? 0 : (width ?? 1)) + (value.shape[2] ?? 1);
  site.macs.push({ times: site.times * pairs * products });
  const scores = [batch, steps, value.shape[1] ?? null];
  return attentionOutputs(site, [batch, steps, value.shape[2] ?? null], scores);
};

const attends = {
  ...ORDINARY,
  silence: nothing,
  constants: null,
  combines: "other",
  stock: notInStock,
} as const satisfies Partial<LayerClass>;

const byHeads = {
  ...attends,
  rule: multiHead,
  silence: () => ["value_bias", "attention_output_bias"],
  takes: BY_NAME,
  normalise: (config, writer) => {
    if (writer === "keras3") config[CLEARS_MASKED] = true;
  },
} as const satisfies LayerClass;

export const attentionLayers = {
  AdditiveAttention: { ...attends, rule: attention },
  Attention: {
    ...attends,
    rule: attention,
    // The usual one; Keras 3 takes the word for a function where it reads files of Keras 2 spelling.
    normalise: (config) => {
      if (config["score_mode"] === "dot") delete config["score_mode"];
    },
  },
  GroupQueryAttention: byHeads,
  MultiHeadAttention: byHeads,
} satisfies Record<string, LayerClass>;
