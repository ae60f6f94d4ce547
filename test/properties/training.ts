import { aloneRegrow, prune, restore, selection, when } from "./clauses.js";
import { criterion, penalty, type Level } from "./expressions.js";
import type { Draw } from "./draw.js";
import type { Statement } from "./program.js";
import { block, condition, levelOf, plain, structureOf, type Writer } from "./writer.js";

/** Phases of training and the rules in them. */

export function train(w: Writer): Statement {
  const { d } = w;
  const body = d.chance(0.75) ? rules(w, 1 + d.below(3)) : undefined;
  const finetune = w.trained ? d.chance(0.3) : d.chance(0.1);
  w.trained = true;
  return {
    head: `${finetune ? "finetune" : "train"} ${d.pick(["1 epoch", "1 epoch", "2 epochs", "2 steps", "3 steps"])}`,
    clauses: [
      ...d.perhaps(0.2, () => `batch ${d.pick(["3", "4", "12"])}`),
      ...d.perhaps(0.45, () => `with ${optimizer(w)}`),
      ...d.perhaps(0.15, () => `minimizing ${loss(d)}`),
      ...d.perhaps(
        0.07,
        () => `augment ${d.pick(["flip", "shift 20%, cutout 30%", "rotate 10, brightness 5%"])}`,
      ),
      ...d.perhaps(
        0.1,
        () =>
          `keeping best by ${d.pick(["loss", "loss patience 1", "loss patience 2", "accuracy", "surety"])}`,
      ),
      ...d.perhaps(0.06, () => `until ${condition(d)}`),
    ],
    ...(body === undefined ? {} : { body }),
  };
}

function optimizer(w: Writer): string {
  const { d } = w;
  const rate = d.pick([
    "0.01",
    "0.1 -> 0 cosine",
    "0.05 -> 0.01 linear over epochs 1..1",
    "steps(0.05, at: [1], by: 0.1)",
    "0.02",
  ]);
  const shared = [
    ...d.perhaps(0.2, () => `weight-decay: ${d.pick(["1e-4", "0.01"])}`),
    ...d.perhaps(0.15, () => d.pick(["clip-norm: 1", "clip-value: 0.5"])),
  ];
  const own = d.pick([
    ["sgd", "momentum: 0.9"],
    ["sgd", "momentum: 0.9, nesterov: 1"],
    ["sgd", ""],
    ["adam", "beta1: 0.8"],
    ["adamw", "beta2: 0.99"],
    ["rmsprop", "rho: 0.8"],
    ["rmsprop", "momentum: 0.5"],
  ]);
  const [name = "", more = ""] = own;
  const args = [...d.perhaps(0.8, () => `rate: ${rate}`), more, ...shared].filter((arg) => arg !== "");
  return args.length === 0 ? name : `${name}(${args.join(", ")})`;
}

const loss = (d: Draw): string =>
  d.pick([
    "cross-entropy",
    "cross-entropy(label-smoothing: 0.1)",
    "mean-squared-error",
    "mean-absolute-error",
    "huber(delta: 0.5)",
    "kl-divergence",
    "hinge",
    "binary-cross-entropy",
    "cross-entropy(class-weights: [1, 2, 0.5])",
    "bounded",
    "distillation(from: start)",
    "30% * mean-squared-error + 0.7 * distillation(from: start, temperature: 2)",
  ]);

export function rules(w: Writer, length: number): Statement[] {
  return block(length, () => rule(w));
}

function rule(w: Writer): Statement[] {
  const { d } = w;
  const span = d.perhaps(0.3, () =>
    d.pick(["during epochs 1..1", "from epoch 1", "until step 2", "during 0%..50%", "during steps 1..2"]),
  );
  const roll = d.below(100);
  if (roll < 45) {
    const list = prune(w, when(d), true);
    const latently = list[0]?.clauses.includes("latently") === true;
    return d.chance(latently ? 0.5 : 0.02) ? [...list, restore(w, d.chance(0.5) ? [] : when(d))] : list;
  }
  if (roll < 54) return [penalize(w, span)];
  if (roll < 57) return learn(w, span);
  if (roll < 60) return [pull(w, when(d))];
  if (roll < 68) return [plain(`freeze ${structureOf(w)}`, ...selection(w, 0.7), ...span)];
  if (roll < 76) return [updateOnly(w, span)];
  if (roll < 80) return [aloneRegrow(w, when(d))];
  if (roll < 84) return w.latent.length > 0 ? [restore(w, when(d))] : [plain("slim", ...when(d))];
  if (roll < 90) return [plain("slim", ...when(d))];
  if (roll < 95) return [plain("evaluate", ...d.perhaps(0.3, () => "on train"), ...when(d))];
  w.marks.push(`m${w.marks.length}`);
  return [plain(`mark ${w.marks.at(-1) ?? ""}`, d.pick(["at step 1", "at epoch 1", "at step 0"]))];
}

const among = (w: Writer, level: Level): string => {
  const { d } = w;
  const share = d.pick(["10%", "50%"]);
  return `among ${d.pick(["top", "bottom"])} ${share} by ${criterion(d, level, w.criteria)} ${d.pick(["", "global", "local"])}`.trim();
};

const strengths = ["1e-3", "0.01", "0 -> 0.01 linear", "0 -> 1e-3 cubic over epochs 1..1", "1e-4"];

/** Penalties with numbers that train, and where those start. */
const ofWeights: readonly (readonly [string, string])[] = [
  ["(exp(zeta) * w^2 - 0.1 * zeta) / alive", "zeta = 0"],
  ["log(exp(p) + 1) - log(1e-30 + exp(p - s - 0.5 * (w / exp(s))^2) + exp(-0.5 * w^2))", "p = 1, s = -1"],
  ["(abs(w) - level)^2", "level = 0.1"],
];
const ofUnits: readonly (readonly [string, string])[] = [
  ["(mean(a^2) - level)^2", "level = 0.1"],
  ["exp(zeta) * norm(w) * abs(gamma) - 0.1 * zeta", "zeta = -0.5"],
  ["(exp(zeta) * sum(w^2) - 0.1 * zeta) / alive", "zeta = 0"],
];

const kinds: Readonly<Record<Level, readonly string[]>> = {
  whole: [
    "scale",
    "hard-concrete(drop: 0.3)",
    "bernoulli",
    "sigmoid",
    "threshold",
    "log-normal",
    "horseshoe",
    "attention(reduction: 2)",
    "soft",
  ],
  group: [
    "scale",
    "hard-concrete",
    "bernoulli(open: 0.7)",
    "sigmoid(start: 1)",
    "threshold",
    "score",
    "soft",
  ],
  single: [
    "scale",
    "hard-concrete",
    "bernoulli",
    "sigmoid",
    "threshold(start: 0.2)",
    "score",
    "variational-dropout",
  ],
};

/** What units behind gates of a kind are scored by. */
export const scoreOf = (kind: string): string =>
  kind === "variational-dropout" ? "alpha" : /^(log-normal|horseshoe)/.test(kind) ? "snr" : "gate";

/** Masks that are learned, and what may pull on them. */
function learn(w: Writer, span: readonly string[]): Statement[] {
  const { d } = w;
  const structure = structureOf(w);
  const level = levelOf(structure);
  const kind =
    structure === "taps" && d.chance(0.6) ? d.pick(["softmax", "shared-softmax"]) : d.pick(kinds[level]);
  const more =
    kind === "score"
      ? [d.pick(["to 50%", "to 30%"])]
      : /^(attention|softmax|shared)/.test(kind)
        ? []
        : d.perhaps(0.7, () => "strength 1e-3");
  w.gated.push({ structure, kind });
  w.loose = true;
  const rule = plain(`learn masks on ${structure} by ${kind}`, ...selection(w, 0.2), ...more, ...span);
  const score = scoreOf(kind);
  const pulls = kind.startsWith("attention")
    ? []
    : d.perhaps(
        0.4,
        () => `penalize gates by ${d.pick([`${score}^2`, `abs(${score})`, `${score} * size`])} strength 1e-4`,
      );
  return [rule, ...pulls.map((text) => plain(text))];
}

function penalize(w: Writer, span: readonly string[]): Statement {
  const { d } = w;
  const structure = structureOf(w);
  const level = levelOf(structure);
  const strength = d.pick(strengths);
  if (d.chance(0.12)) {
    const [by, numbers] = d.pick(level === "whole" ? ofUnits : ofWeights);
    return plain(
      `penalize ${structure} by ${by} with trained ${numbers} strength ${strength}`,
      ...selection(w, 0.3),
      ...d.perhaps(0.3, () => among(w, level)),
      ...span,
    );
  }
  return plain(
    `penalize ${structure} by ${penalty(d, level, w.penalties)} strength ${strength}`,
    ...selection(w, 0.3),
    ...d.perhaps(0.3, () => among(w, level)),
    ...span,
  );
}

function pull(w: Writer, due: readonly string[]): Statement {
  const { d } = w;
  const amount = d.pick(["50%", "to 90%", "from 0% to 80% cubic", "keep 5", "below 0.1", "10% -> 30%"]);
  const toward = [
    ...selection(w, 0.3),
    "by magnitude",
    ...d.perhaps(0.5, () => d.pick(["global", "local", "per row"])),
    amount,
  ];
  return plain(
    `pull weights toward pruned(${toward.join(" ")})`,
    ...d.perhaps(0.5, () => "with multipliers"),
    `strength ${d.pick(["1e-3", "1e-3 -> 1 exponential", "0.1"])}`,
    ...due,
  );
}

function updateOnly(w: Writer, span: readonly string[]): Statement {
  const { d } = w;
  return plain(
    `update only ${d.pick(["top", "bottom"])} ${d.pick(["10%", "50%"])} by ${criterion(d, "single", w.criteria)}`,
    ...d.perhaps(0.3, () => d.pick(["global", "local", "per row", "per sign"])),
    ...selection(w, 0.3),
    ...span,
  );
}
