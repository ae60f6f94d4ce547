import { int } from "../config.js";
import { field, isJsonArray } from "../json.js";
import { MAX_SIZE } from "../limits.js";
import { raise } from "../../diagnostics/create.js";
import { quote } from "../../diagnostics/quote.js";
import { lastOf, product, showShape, tile } from "../shapes.js";
import {
  addSize,
  barrier,
  CHANNELS_FIRST,
  derived,
  isChannelsFirst,
  onlyInput,
  refuse,
  result,
  type Rule,
  type Site,
} from "../site.js";
import type { Shape } from "../types.js";
import { repeated, unchanged } from "./constants.js";
import { nothing, ORDINARY, type LayerClass } from "./layer-class.js";

/** Flatten repeats the channels once for each position. */
const flatten: Rule = (site) => {
  const input = onlyInput(site);
  const batch = input.shape[0] ?? null;
  const rest = input.shape.slice(1);
  if (rest.length < 1 || rest.includes(null)) {
    return refuse(site, "P5006", `flattens a tensor of shape ${showShape(input.shape)}`, {
      notes: ["all sizes but the batch must be known"],
      help: "give the network's input a fixed size",
    });
  }
  const n = product(rest);
  if (rest.length > 1 && isChannelsFirst(site)) return barrier(site, [[batch, n]], "barrier", CHANNELS_FIRST);
  const ids = input.ids;
  if (!ids) return [result(site, [batch, n], null)];
  if (n === ids.length) return [result(site, [batch, n], ids)];
  return [
    result(
      site,
      [batch, n],
      derived(site, n, () => tile(ids, n / ids.length)),
    ),
  ];
};

function targetShape(site: Site): (number | null)[] {
  const value = field(site.config.values, "target_shape");
  if (!isJsonArray(value)) return refuse(site, "P5002", "has no `target_shape`");
  return value.map((n) => {
    if (n === null || n === -1) return null;
    if (typeof n === "number" && Number.isInteger(n) && n >= 1 && n <= MAX_SIZE) return n;
    return raise(
      "P5002",
      `\`target_shape\` of layer ${quote(site.config.path)} holds a size that is no positive integer`,
    );
  });
}

/**
 * Reshape keeps the flat order: position p is channel p mod Cin before and p mod Cout after. So all channels whose
 * numbers agree modulo gcd(Cin, Cout) are one unit, and flatten (repetition) is a special case.
 */
const reshape: Rule = (site) => {
  const input = onlyInput(site);
  const target = targetShape(site);
  const from = input.shape.slice(1);
  const shape: Shape = [input.shape[0] ?? null, ...fillUnknown(site, from, target)];
  const out = target.length === 0 ? null : lastOf(shape);
  spellOut(site, target, shape);
  const ids = input.ids;
  if (!ids || out === null) return barrier(site, [shape], "barrier", "the sizes around it are not known");
  const result_ = retie(site, ids, out);
  const last = target.length - 1;
  if (target[last] !== null || site.at.length === 0) addSize(site, ["target_shape", last], result_);
  return [result(site, shape, result_)];
};

/** TensorFlow.js takes -1 for an unknown size, which layers behind it may not have: the number is written instead. */
function spellOut(site: Site, target: readonly (number | null)[], shape: Shape): void {
  if (!target.includes(null) || site.at.length > 0) return;
  const sizes = shape.slice(1);
  const known = site.layer.rewritten.get("target_shape");
  const agrees = isJsonArray(known) ? known.every((n, i) => n === sizes[i]) : known === undefined;
  site.layer.rewritten.set("target_shape", agrees && !sizes.includes(null) ? sizes : null);
}

function fillUnknown(site: Site, from: Shape, target: readonly (number | null)[]): Shape {
  const wrong = (): never =>
    refuse(site, "P5006", `cannot give ${showShape(from)} the shape ${showShape(target)}`, {
      notes: ["both must hold the same number of elements"],
    });
  const unknown = target.filter((n) => n === null).length;
  if (unknown > 1) wrong();
  if (from.includes(null)) return target;
  const size = product(from);
  const known = product(target);
  if (unknown === 0) return known === size ? target : wrong();
  if (size % known !== 0) wrong();
  return target.map((n) => n ?? size / known);
}

/** Channels after a change of width from `ids.length` to `width`. */
function retie(site: Site, ids: Int32Array, width: number): Int32Array {
  if (width === ids.length) return ids;
  if (width % ids.length === 0) return derived(site, width, () => tile(ids, width / ids.length));
  const step = gcd(ids.length, width);
  const channels = site.graph.channels;
  for (let i = step; i < ids.length; i++)
    channels.unite(ids[i % step] ?? 0, ids[i] ?? 0, site.call, "reshape");
  return derived(site, width, () => Int32Array.from({ length: width }, (_, i) => ids[i % step] ?? 0));
}

function gcd(a: number, b: number): number {
  let x = a;
  let y = b;
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}

/** RepeatVector: [N, C] → [N, n, C]. */
const repeatVector: Rule = (site) => {
  const input = onlyInput(site, 2);
  return [result(site, [input.shape[0] ?? null, int(site.config, "n"), input.shape[1] ?? null], input.ids)];
};

/** Permute: passes channels when the last axis stays last. */
const permute: Rule = (site) => {
  const input = onlyInput(site);
  const value = field(site.config.values, "dims");
  const n = input.shape.length - 1;
  const dims = isJsonArray(value) ? value.filter((d) => typeof d === "number") : [];
  const sorted = [...dims].sort((a, b) => a - b);
  if (dims.length !== n || sorted.some((d, i) => d !== i + 1)) {
    return raise("P5002", `\`dims\` of layer ${quote(site.config.path)} is not a permutation of 1 to ${n}`);
  }
  const shape = [input.shape[0] ?? null, ...dims.map((d) => input.shape[d] ?? null)];
  if (dims[n - 1] === n) return [result(site, shape, input.ids)];
  return barrier(site, [shape], "permute", "the channel axis is moved to another place");
};

/** CategoryEncoding reads its input as token numbers. */
const categoryEncoding: Rule = (site) => {
  const input = onlyInput(site);
  const tokens = int(site.config, "num_tokens");
  const mode = field(site.config.values, "output_mode");
  const one = mode === "oneHot" || mode === "one_hot";
  const grow = one && lastOf(input.shape) !== 1;
  const shape = [...(grow ? input.shape : input.shape.slice(0, -1)), tokens];
  return barrier(site, [shape], "barrier", "it reads token numbers, not channels");
};

const moving = { ...ORDINARY, silence: nothing, constants: unchanged } as const;

export const reshapeLayers = {
  CategoryEncoding: {
    ...ORDINARY,
    rule: categoryEncoding,
    silence: () => null,
    constants: null,
    reads: "indices",
  },
  Flatten: { ...moving, rule: flatten, constants: repeated, distribution: "input" },
  Permute: { ...moving, rule: permute },
  RepeatVector: { ...moving, rule: repeatVector },
  Reshape: {
    ...moving,
    rule: reshape,
    constants: repeated,
    distribution: "input",
    normalise: (config) => {
      const target = config["target_shape"];
      if (isJsonArray(target))
        config["target_shape"] = target.map((n) => (typeof n === "number" && n < 0 ? null : n));
    },
  },
} satisfies Record<string, LayerClass>;
