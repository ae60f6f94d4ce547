import { counted } from "../../ir/words.js";
import { axes } from "../config.js";
import { field, isJsonArray } from "../json.js";
import { raise } from "../../diagnostics/create.js";
import { quote } from "../../diagnostics/quote.js";
import { product, showShape } from "../shapes.js";
import { barrier, derived, fresh, protect, refuse, result, unite, type Rule, type Site } from "../site.js";
import type { Value } from "../graph.js";
import type { Shape } from "../types.js";
import { joined } from "./constants.js";
import { nothing, notInStock, ORDINARY, type ConstantRule, type LayerClass } from "./layer-class.js";

function severalInputs(site: Site, least = 2): readonly Value[] {
  if (site.inputs.length >= least) return site.inputs;
  return refuse(site, "P5006", `joins ${counted(site.inputs.length, "tensors")}`, {
    notes: [`it needs ${least} or more`],
  });
}

/** TensorFlow.js puts the missing axes of a shorter operand right after the batch. */
function align(shape: Shape, rank: number): Shape {
  const missing = new Array<number>(rank - shape.length).fill(1);
  return [shape[0] ?? null, ...missing, ...shape.slice(1)];
}

function broadcast(site: Site, shapes: readonly Shape[]): Shape {
  const rank = Math.max(...shapes.map((s) => s.length));
  const aligned = shapes.map((s) => align(s, rank));
  return Array.from({ length: rank }, (_, axis) => {
    let size: number | null = 1;
    for (const shape of aligned) {
      const n = shape[axis] ?? null;
      if (axis === 0 || n === null) size = n === null ? (size === 1 ? null : size) : n;
      else if (size === 1) size = n;
      else if (n !== 1 && size !== null && n !== size) {
        return raise("P5006", `the inputs of ${quote(site.config.path)} do not fit together`, {
          notes: [`their shapes are ${shapes.map(showShape).join(" and ")}`],
        });
      }
    }
    return size;
  });
}

/** Add, Subtract, Multiply, Average, Maximum, Minimum: channels are tied index by index. */
export function elementwiseMerge(why: "join" | "product"): Rule {
  return (site) => {
    const inputs = severalInputs(site);
    if (inputs.some((input) => input.shape.length < 2)) {
      refuse(site, "P5006", "joins tensors without a channel axis");
    }
    const shape = broadcast(
      site,
      inputs.map((input) => input.shape),
    );
    const width = Math.max(...inputs.map((input) => input.ids?.length ?? 0));
    const full = inputs.find((input) => input.ids?.length === width)?.ids ?? null;
    for (const input of inputs) {
      if (!input.ids || !full) continue;
      if (input.ids.length === width) unite(site, full, input.ids, why);
      else
        protect(site, input.ids, "spread", `one channel is spread over ${width} at ${site.layer.spec.path}`);
    }
    const known = inputs.every((input) => input.ids !== null);
    if (!known && full)
      protect(site, full, "barrier", `${site.layer.spec.path} joins tensors of unknown width`);
    return [result(site, shape, full)];
  };
}

const subtract: Rule = (site) => {
  if (site.inputs.length !== 2) refuse(site, "P5006", `subtracts ${counted(site.inputs.length, "tensors")}`);
  return elementwiseMerge("join")(site);
};

/** Concatenate: appends on the channel axis, ties on any other. */
const concatenate: Rule = (site) => {
  const inputs = severalInputs(site, 1);
  const first = inputs[0];
  if (!first) return [];
  const rank = first.shape.length;
  if (inputs.some((input) => input.shape.length !== rank)) refuseShapes(site, inputs);
  const axis = axes(site.config, "axis", rank, -1)[0] ?? rank - 1;
  const shape = first.shape.map((n, i) => {
    const all = inputs.map((input) => input.shape[i] ?? null);
    if (i === axis)
      return all.includes(null)
        ? null
        : product(all) === 0
          ? 0
          : all.reduce<number>((s, m) => s + (m ?? 0), 0);
    const sizes = new Set(all.filter((m) => m !== null));
    if (sizes.size > 1 && i > 0) refuseShapes(site, inputs);
    return all.includes(null) ? null : n;
  });
  const lists = inputs.flatMap((input) => (input.ids ? [input.ids] : []));
  if (lists.length !== inputs.length)
    return barrier(site, [shape], "barrier", "it joins tensors of unknown width");
  if (axis !== rank - 1) {
    for (const ids of lists) unite(site, lists[0] ?? ids, ids, "join");
    return [result(site, shape, first.ids)];
  }
  const length = lists.reduce((n, ids) => n + ids.length, 0);
  return [
    result(
      site,
      shape,
      derived(site, length, () => append(lists, length)),
    ),
  ];
};

export function append(lists: readonly Int32Array[], length: number): Int32Array {
  const out = new Int32Array(length);
  let at = 0;
  for (const ids of lists) {
    out.set(ids, at);
    at += ids.length;
  }
  return out;
}

function refuseShapes(site: Site, inputs: readonly Value[]): never {
  return raise("P5006", `the inputs of ${quote(site.config.path)} do not fit together`, {
    notes: [`their shapes are ${inputs.map((input) => showShape(input.shape)).join(" and ")}`],
  });
}

/**
 * Dot: products between two tensors, summed over an axis of each. Over the last of both, channel i of one meets channel i of the other
 * alone: they go in pairs. A last axis that stays last lets its channels through.
 */
const dot: Rule = (site) => {
  const [a, b] = severalInputs(site);
  if (!a || !b || site.inputs.length !== 2 || a.shape.length > 3 || b.shape.length > 3) {
    return refuse(site, "P5006", "takes two tensors of two or three axes");
  }
  const given = field(site.config.values, "axes");
  const one = (rank: number, index: number): number => {
    const value = isJsonArray(given) ? given[index] : given;
    if (typeof value !== "number" || !Number.isInteger(value) || value >= rank || value < -rank) {
      return raise("P5002", `\`axes\` of layer ${quote(site.config.path)} is not an axis of its inputs`);
    }
    return value < 0 ? value + rank : value;
  };
  const [i, j] = [one(a.shape.length, 0), one(b.shape.length, 1)];
  const summed = a.shape[i] ?? null;
  if (summed !== null && b.shape[j] !== null && summed !== b.shape[j]) refuseShapes(site, site.inputs);
  const [ofA, ofB] = [
    a.shape.filter((_, axis) => axis !== i),
    b.shape.filter((_, axis) => axis !== j).slice(1),
  ];
  const rest = [...ofA, ...ofB];
  const shape = rest.length === 1 ? [...rest, 1] : rest;
  const last = { a: i === a.shape.length - 1, b: j === b.shape.length - 1 };
  const paired = last.a && last.b && a.ids !== null && b.ids !== null;
  const passed = ofB.length > 0 ? (last.b ? null : b.ids) : last.a ? null : a.ids;
  const times = site.times * product(shape.slice(1, passed ? -1 : undefined));
  site.macs.push({
    times: paired ? times : times * (summed ?? 1),
    ...(paired && { in: a.ids }),
    ...(passed && { out: passed }),
  });
  if (!paired && !passed) return barrier(site, [shape], "barrier", "a dot product mixes its inputs");
  if (paired) unite(site, a.ids, b.ids, "product");
  const reason = `the dot product ${site.config.path} takes its channels for positions`;
  for (const { ids } of [a, b]) if (!paired && ids !== passed) protect(site, ids, "barrier", reason);
  if (passed) return [result(site, shape, passed)];
  const width = shape[shape.length - 1] ?? null;
  if (width === null) return [result(site, shape, null)];
  const positions = fresh(site, width);
  protect(site, positions, "barrier", `the dot product ${site.config.path} makes one for each position`);
  return [result(site, shape, positions)];
};

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** A constant zero silences a product whatever the others are. */
const productOf = (values: readonly number[]): number =>
  values.includes(0) ? 0 : values.reduce((a, b) => a * b, 1);

/** One after the other on the channel axis; on another, where all agree. */
const appended: ConstantRule = (call) => {
  if (sum(call.inputs.map((values) => values.length)) === call.width)
    return Float64Array.from(call.inputs.flatMap((values) => [...values]));
  return joined((values) => (values.every((x) => x === values[0]) ? (values[0] ?? NaN) : NaN))(call);
};

const join = (combine: (values: readonly number[]) => number) =>
  ({
    ...ORDINARY,
    rule: elementwiseMerge("join"),
    silence: nothing,
    constants: joined(combine),
    combines: "other",
  }) as const;

export const mergeLayers = {
  Add: { ...join(sum), combines: "sum" },
  Average: join((values) => sum(values) / values.length),
  Concatenate: { ...ORDINARY, rule: concatenate, silence: nothing, constants: appended, combines: "list" },
  Dot: { ...ORDINARY, rule: dot, silence: nothing, constants: null, combines: "product" },
  Maximum: join((values) => Math.max(...values)),
  Minimum: join((values) => Math.min(...values)),
  Subtract: { ...join(([a = NaN, b = NaN]) => a - b), rule: subtract, stock: notInStock },
  Multiply: { ...join(productOf), rule: elementwiseMerge("product"), combines: "product" },
} satisfies Record<string, LayerClass>;
