import type { Draw } from "./draw.js";

/** Expressions in text: every name and function of the reference, at every level. */

const perWeight = ["w", "w", "w", "w0", "dw", "g", "g", "g2", "m"];
const perUnit = ["size", "fan-in", "alive", "random"];
const perWhole = ["gamma", "beta"];
const perPlace = ["a", "ga", "x"];
const numbers = ["0.1", "0.5", "1", "2", "1e-3"];
const reducers = ["sum", "mean", "max", "min", "norm", "std"];
const statistics = ["layer.mean", "layer.std", "layer.max", "layer.min"];

/** Single weights, groups of them, or units that make channels: only those have scales and activations of their own. */
export type Level = "single" | "group" | "whole";

/** One number per weight. */
export function elementwise(d: Draw, depth = 2): string {
  if (depth === 0) return d.pick(perWeight);
  const operand = (): string => elementwise(d, depth - 1);
  switch (d.below(10)) {
    case 0:
      return `${operand()} * ${operand()}`;
    case 1:
      return `(${operand()} ${d.pick(["+", "-"])} ${operand()})`;
    case 2:
      return `abs(${operand()}) / (${d.pick(numbers)} + abs(${operand()}))`;
    case 3:
      return `${d.pick(perWeight)}^2`;
    case 4:
      return `${d.pick(["sqrt(abs", "log(1 + abs", "exp(-abs"])}(${operand()}))`;
    case 5:
      return `${d.pick(["clip(W, -1, 1)", "max(W, 0)", "min(W, 0.5)", "sign(W)", "(W > 0.1) * abs(w)"])}`.replace(
        "W",
        operand(),
      );
    default:
      return `abs(${operand()})`;
  }
}

/** One number per unit. */
export function unitwise(d: Draw, level: Level, depth = 2): string {
  const own = d.chance(level === "whole" ? 1 : 0.04);
  if (depth === 0) return d.pick(own && d.chance(0.4) ? perWhole : perUnit);
  const operand = (): string => unitwise(d, level, depth - 1);
  switch (d.below(12)) {
    case 0:
      return `${operand()} ${d.pick(["*", "+", "-"])} ${d.chance(0.2) ? d.pick(numbers) : operand()}`;
    case 1:
      return `abs(${operand()})`;
    case 2:
      if (own) return `${d.pick(reducers)}(${d.pick(["abs(A)", "A", "A^2"]).replace("A", d.pick(perPlace))})`;
      break;
    case 3:
      if (own) return `${d.pick(reducers)}(a * ga)`;
      break;
    case 4:
      return `${operand()} - ${d.pick(statistics)}(${operand()})`;
    case 5:
      return `sum(abs(w) * norm(x))`;
    case 6:
      return `batches(abs(sum(w * g)))`;
    case 7:
      return unitwise(d, level, 0);
  }
  return `${d.pick(reducers)}(${elementwise(d, depth - 1)})`;
}

/** What takes passes of its own, or has a value for some structures alone. */
const dear: Readonly<Record<Level, readonly string[]>> = {
  single: [
    "0.5 * h * w^2 over 1 batches and 2 probes",
    "abs(hg * w)",
    "abs(hw * w)",
    "w^2 / (2 * hinv)",
    "fisher",
    "plainly * size",
  ],
  group: ["sum(0.5 * h * w^2) over 1 batches and 2 probes", "abs(sum(hg * w))", "fisher / size", "plainly"],
  whole: [
    "sum(hw * w)",
    "greedy-order",
    "lasso-path",
    "rank",
    "distance",
    "tail",
    "distance / (1 + tail)",
    "fisher(damping: 0.1)",
    "plainly",
  ],
};

const standard = ["l1", "l1", "l2", "magnitude", "magnitude", "random", "taylor", "snip", "gradient"];

/** What stands behind `by` in a statement that scores. */
export function criterion(d: Draw, level: Level, declared: readonly string[]): string {
  const whole = (): string => {
    if (declared.length > 0 && d.chance(0.2)) return d.pick(declared);
    if (d.chance(0.08)) return d.pick(dear[level]);
    if (d.chance(0.45)) return d.pick(level === "single" ? ["magnitude", "random", "snip", "l1"] : standard);
    if (level === "single" ? d.chance(0.9) : d.chance(0.3)) return elementwise(d);
    return unitwise(d, level);
  };
  const expression = whole();
  const reads = /\b(g|g2|a|ga|x|taylor|snip|gradient)\b/.test(expression);
  const under = /\b(g|taylor|snip|gradient)\b/.test(expression) ? 0.2 : 0.01;
  return [
    expression,
    ...d.perhaps(
      under,
      () => `under ${d.pick(["synflow", "loss", "mean-absolute-error", "cross-entropy(temperature: 200)"])}`,
    ),
    ...d.perhaps(reads ? 0.1 : 0, () => "with batch statistics"),
    ...d.perhaps(
      reads && !expression.includes(" over ") ? 0.25 : 0.01,
      () => `over ${d.pick(["1 batches", "2 batches", "training"])}`,
    ),
  ].join(" ");
}

/** A number that units are compared with. */
export function threshold(d: Draw, level: Level): string {
  if (d.chance(0.5)) return d.pick(["0.01", "0.1", "0.5"]);
  const usual = level === "single" ? "abs(w)" : "sum(abs(w))";
  const score = d.chance(0.6) ? usual : level === "single" ? elementwise(d, 1) : unitwise(d, level, 1);
  return `${d.pick(["", "0.5 * ", "0.9 * "])}${d.pick(statistics)}(${score})`;
}

/** Penalties that join what they read, or read the gradients of the loss. */
const joined = (d: Draw, level: Level): string =>
  d.pick(
    level === "whole"
      ? [
          "mean(abs(a)) * norm(w)",
          "norm(w) * abs(gamma) + beta^2",
          "sqrt(0.1 + mean(a^2)) * sum(w^2)",
          "norm(w) * mean(abs(x))",
          "norm(w) + members.std(norm(w))",
          "members.max(norm(w)) - members.min(norm(w))",
          "sum(w * g)^2",
          "mean(a^2) * abs(gamma) * members.mean(sum(abs(w)))",
        ]
      : [
          "abs(w) * mean(abs(x))",
          "abs(w * g)",
          "g^2",
          "g2 + 0.1 * w^2",
          "norm(g) * sqrt(size)",
          "sum(abs(w) * mean(x^2))",
        ],
  );

/** What stands behind `by` in `penalize`. */
export function penalty(d: Draw, level: Level, declared: readonly string[]): string {
  if (declared.length > 0 && d.chance(0.15)) return d.pick(declared);
  if (d.chance(0.06)) return d.pick(["ripple", "ripple(period: 0.5)"]);
  if (d.chance(0.2)) return joined(d, level);
  const weight = d.pick(["w", "w", "dw"]);
  switch (d.below(10)) {
    case 0:
      if (level === "whole") return d.pick(["abs(gamma)", "abs(beta)", "gamma^2", "abs(gamma) * size"]);
      break;
    case 1:
      if (level === "whole") return `${d.pick(["mean", "sum", "norm"])}(${d.pick(["abs(a)", "a", "a^2"])})`;
      break;
    case 2:
      return `sqrt(sum(${weight}^2))`;
    case 3:
      return `${d.pick(reducers)}(${d.pick(["abs(W)", "W^2", "W", "clip(W, -1, 1)", "W * random"]).replace("W", weight)})`;
    case 4:
      return `alive * sum(${weight}^2) / size`;
    case 5:
      return `${d.pick(statistics)}(sum(abs(w))) * sum(abs(${weight}))`;
    case 6:
      return `${d.pick(reducers)}(abs(${weight}) * ${d.pick(["w0", "g", "m", "fan-in", "norm(x)", "w"])})`;
    case 7:
      return d.chance(0.3) ? unitwise(d, level, 1) : `abs(${weight})`;
  }
  return d.pick(["l1", "l2", "group-lasso"]);
}
