import { replace, type Details } from "./create.js";
import type { Span } from "./diagnostic.js";
import { editDistance, nearest, similar } from "./nearest.js";

/**
 * What people write in Keras, PyTorch, TensorFlow's and other pruning toolkits, in papers, or by a slip, by the kind of thing that
 * stands there → what it is here: text to put in its place, or a sentence (with quoted words) where no text could be. Case, `-` and
 * `_` make no difference.
 */
const table = {
  statement: {
    finetune: "fine-tune, fine-tuning, tune, retrain, continue",
    train: "fit, pretrain, learn-for",
    prune: "remove, drop, cut, delete, mask, sparsify, zero, trim, pruning",
    regrow: "grow, revive, reactivate",
    slim: "strip, strip-pruning, compress, compact, shrink, make-permanent, remove-masks",
    harden: "apply, bake",
    evaluate: "eval, test, validate, score",
    require: "assert, ensure, expect, must",
    save: "export, write, save-model, store",
    use: "import, include",
    network: "model, load-model, net",
    data: "dataset, datasets",
    param: "let, const, var, parameter, define",
    method: "function, def, fn, macro",
    penalize: "regularize, regularise, penalise, regularizer",
    reinitialize: "reinit, reset-weights, initialize, init",
    rewind: "reset, rollback",
    freeze: "lock, fix, hold",
    mark: "label, checkpoint",
    "in a loop: `repeat 10 times { … } until accuracy >= 97%`": "loop, do",
    "there are no branches; `repeat … until` ends a loop, `require` a run": "if, else, unless, when",
    "the seed is given to the run: `--seed 42`": "seed, random-seed",
    "a training says it: `train 20 epochs batch 32 with adam(rate: 1e-3) minimizing cross-entropy`":
      "epochs, batch-size, optimizer, lr, learning-rate, learning, loss, momentum, weight-decay, scheduler",
    "the amount stands in the prune: `prune filters by l1 50%`":
      "sparsity, ratio, amount, pruning-ratio, target, target-sparsity, density, share, threshold",
    "a run tells its progress by itself, and writes `report.json`": "print, log, summary, plot",
  },
  structure: {
    neurons: "nodes, node, hidden-units, hidden, cells, hidden-neurons, features",
    weights:
      "parameters, params, connections, synapses, edges, elements, unstructured, individual-weights, weights-only",
    filters: "maps, feature-maps, output-channels, out-channels, convs, convolutions, structured",
    channels: "input-channels, in-channels, inputs",
    units: "all, everything, model, network, structures, groups, anything",
    "attention heads are no structure of their own; `check` says what of an attention may go":
      "heads, head, attention, attention-heads",
    "the outputs of a network are never pruned; `filters`, `neurons` and `units` before them are":
      "logits, outputs, output, classes, softmax",
    "dropout draws anew in every step and is a layer of the network; `neurons` or `filters` are pruned":
      "dropout",
    "a block has a size: `blocks(4x1)`": "block, block-sparse, vectors, tiles",
  },
  unit: {
    steps: "iterations, iteration, iters, iter, batches, updates, minibatches, its",
    epochs: "passes, times-through, ep",
    "in rounds is `repeat 5 times { … }`; lengths are counted in epochs or steps": "rounds, cycles, times",
    "lengths are counted in `epochs` or `steps`, since times are not the same twice":
      "minutes, hours, seconds, mins, min, s, h",
  },
  optimizer: {
    sgd: "gradient-descent, sgdm, stochastic-gradient-descent, gd",
    "sgd(momentum: 0.9)": "momentum",
    "the rate is an argument of an optimizer: `with adam(rate: 1e-3)`": "lr, rate, learning-rate",
  },
  argument: {
    rate: "lr, learning-rate, alpha0, eta, learning",
    "weight-decay": "wd, l2, weight-decay-rate, weightdecay",
    epsilon: "eps",
    rho: "alpha",
    "clip-norm": "max-norm, grad-clip, clip, global-clipnorm, gradient-clip",
    "label-smoothing": "smoothing",
    "as two: `beta1: 0.9, beta2: 0.999`": "betas",
    "of weights it is `weight-decay`; a rate falls as `rate: 0.1 -> 0 cosine`":
      "decay, lr-decay, gamma, schedule, scheduler, decay-steps",
  },
  loss: {
    "cross-entropy":
      "ce, nll, categorical-cross-entropy, sparse-categorical-cross-entropy, softmax-cross-entropy, log-loss, softmax, crossentropy-loss, categorical, xent",
    "binary-cross-entropy": "bce, bce-with-logits, sigmoid-cross-entropy, binary, sigmoid",
    "mean-squared-error": "mse, l2, mean-squared, squared-error, euclidean",
    "mean-absolute-error": "mae, l1, mean-absolute, absolute-error",
    huber: "smooth-l1, smooth-mae",
    hinge: "categorical-hinge, margin, svm, squared-hinge",
    "kl-divergence": "kl, kld, kl-div, kullback-leibler-divergence, kullback-leibler",
  },
  criterion: {
    l1: "l1-norm, l1-structured, norm1, filter-norm, abs, lasso",
    l2: "l2-norm, l2-structured, norm2, euclidean, frobenius, ln-structured, norm, group-l2",
    magnitude:
      "magnitude-based, mag, weight, weights, low-magnitude, l1-unstructured, magnitude-pruning, absolute, abs-weight, smallest",
    random: "rand, rnd, random-unstructured, random-structured, uniform",
    taylor: "taylor-fo, first-order-taylor, taylor1, tfo, taylor-expansion",
    snip: "sensitivity, connection-sensitivity, saliency",
    gradient: "grad, gradients, grads",
    "abs(gamma)":
      "bn, bn-scale, bn-scales, bn-gamma, batch-norm, bn-weight, bn-factor, slimming, network-slimming, scale, scaling-factor, batch-normalization",
    "mean(abs(a))": "activation, activations, mean-activation, feature-map",
    "mean(a > 0)": "apoz, percentage-of-zeros, zeros",
    "std(a)": "variance, std, deviation, activation-variance",
    "abs(w) * norm(x)": "wanda",
    "w^2 / (2 * hinv)": "obs, optimal-brain-surgeon",
    "greedy-order": "thinet",
    "w^2 / tail": "lamp",
    rank: "hrank, feature-map-rank",
    distance: "fpgm, geometric-median",
    "lasso-path": "lasso-channel, lars",
    "one ranking over all is the scope: `by magnitude global`": "global-unstructured, global",
    "second derivatives are `h`, `hg` and `hw`: `by 0.5 * h * w^2 over 8 batches and 16 probes`":
      "hessian, obd, fisher-hessian, second-order, grasp, hessian-diagonal",
    "synflow is an objective: `by abs(w * g) under synflow`": "synflow",
    "mean squares of gradients are `g2`: `by sum(w^2 * g2)`": "fisher, empirical-fisher",
  },
  penalty: {
    l1: "l1-norm, abs, lasso-penalty",
    l2: "ridge, weight-decay, l2-norm, tikhonov",
    "group-lasso": "group, glasso, group-sparsity, structured-sparsity, l21",
    "abs(gamma)": "bn, bn-scale, batch-norm, slimming, network-slimming, bn-gamma, scale",
    "over single weights it is `l1`, over whole units `group-lasso`": "lasso",
  },
  curve: {
    cubic: "polynomial, polynomial-decay, cubic-decay, poly, agp",
    cosine: "cosine-annealing, cosine-decay",
    exponential: "exponential-decay, exp",
    linear: "linear-decay, gradual",
    staircase: "step-decay, multi-step, steps, stepwise",
  },
  measure: {
    accuracy:
      "acc, val-accuracy, val-acc, test-accuracy, test-acc, top1, top-1, metric, categorical-accuracy",
    "top5-accuracy":
      "top, top5, top-k, topk, top5-acc, top-k-accuracy, top-k-categorical-accuracy, sparse-top-k-categorical-accuracy",
    loss: "val-loss, test-loss, error",
    macs: "mac, mult-adds, multiply-adds, madds",
    params: "parameters, param-count, n-params, weights, parameter-count",
    bytes: "size, memory, model-size, file-size, storage, disk",
    "costs are counted in `macs`, of which each is two FLOPs; a share of them is the same":
      "flops, flop, ops, gflops, mflops, operations",
    latency: "time, runtime, inference-time, ms, delay",
    "how fast a network is, is limited by its time: `latency <= 60%` or `latency <= 5 ms`":
      "speed, throughput, fps, speedup",
    "how much shall be dead is said by the prune: `to 90%`": "sparsity, density, dead, pruned, ratio",
  },
  parameter: {
    share: "ratio, fraction, amount, rate, pruning-ratio, sparsity, target, drop",
    sparsity: "target, target-sparsity, final-sparsity, amount, share, ratio, pruning-ratio, density",
    epochs: "length, duration, n-epochs, num-epochs, training",
    rounds: "iterations, cycles, steps, times, n-rounds",
    retrain: "finetune, fine-tune, finetuning",
    every: "interval, frequency, freq, delta-t",
    strength: "lambda, alpha, weight, coefficient, penalty",
  },
  method: {
    "lottery-ticket": "lottery, lth, imp, lottery-tickets, ticket",
    "soft-filter": "sfp, soft, soft-filter-pruning, soft-pruning",
    slimming: "network-slimming, slim-bn",
    han: "magnitude, iterative-magnitude, deep-compression, imp-finetune",
    agp: "gradual, automated-gradual-pruning, gmp, polynomial-decay, to-prune-or-not",
    set: "sparse-evolutionary-training, deep-r",
  },
  moment: {
    start: "init, initial, initialization, beginning, original, begin, epoch-0",
  },
  set: {
    test: "val, validation, testing, valid, dev, eval",
    train: "training, trainset",
  },
  function: {
    abs: "absolute, fabs",
    norm: "l2, l2norm, l2-norm",
    mean: "average, avg, reduce-mean",
    sum: "total, reduce-sum",
    sqrt: "root",
    std: "stddev, deviation",
    "a power is written `w^2`": "pow, power, square",
  },
  command: {
    run: "prune, train, start, exec, execute, fit, finetune, slim",
    check: "validate, lint, plan, verify, test, analyze, analyse",
    fmt: "format, prettier",
    compile: "build, emit, transpile",
    init: "new, create, setup, scaffold",
    explain: "error, why, docs",
    doctor: "info, env, backends, status",
    inspect: "summary, show, layers, describe, print",
    sensitivity: "sensitivities, scan, sweep",
  },
  group: {
    "ranking within each layer is `local`": "layer, layers",
    "when is said by `every`: `every epoch`": "epoch, step, epochs, steps, batch",
  },
} as const satisfies Record<string, Readonly<Record<string, string>>>;

export type ElsewhereKind = keyof typeof table;

const plain = (word: string): string => word.toLowerCase().replace(/[-_\s]/g, "");

/** By `kind word`, all that it may be. */
const meanings = new Map<string, string[]>();
for (const [kind, rows] of Object.entries(table)) {
  for (const [here, words] of Object.entries(rows)) {
    for (const word of words.split(", ")) {
      const key = `${kind} ${plain(word)}`;
      meanings.set(key, [...(meanings.get(key) ?? []), here]);
    }
  }
}

const isSentence = (here: string): boolean => here.includes("`");
const isNameAlone = (here: string): boolean => /^[a-z0-9-]+$/.test(here);

/** What a word of elsewhere is here: text that takes its place, or a sentence. */
export type Meaning = { readonly write: string } | { readonly say: string };

/**
 * What is meant by a word that is none of those known here: one of these in other letters, or what the table says. Where names are
 * known, no other name is meant.
 */
export function meaning(
  kind: ElsewhereKind,
  written: string,
  known?: readonly string[],
): Meaning | undefined {
  const whole = plain(written);
  for (const key of new Set([whole, kind === "loss" ? whole.replace(/loss$/, "") : whole])) {
    const same = known?.find((name) => plain(name) === key && name !== written);
    if (same !== undefined) return { write: same };
    const found = meanings
      .get(`${kind} ${key}`)
      ?.find((here) => known === undefined || !isNameAlone(here) || known.includes(here));
    if (found !== undefined) return isSentence(found) ? { say: found } : { write: found };
  }
  return undefined;
}

/** What to say of text that has a meaning here, and how it is mended. */
export function meantAs(meant: Meaning, span?: Span): Pick<Details, "help" | "fixes"> {
  if ("say" in meant) return { help: meant.say };
  return {
    help: `here it is written \`${meant.write}\``,
    fixes: span && [replace(`write \`${meant.write}\``, span, meant.write)],
  };
}

/** So many names are listed whole. */
const few = 14;
const listed = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(", ");

/**
 * Help for a name that is not known: what it is called here, else those that are spelt alike, else all there are where they are few,
 * else `otherwise`. A single name one slip away is also a fix.
 */
export function unknownName(
  kind: ElsewhereKind | undefined,
  written: string,
  span: Span | undefined,
  known: Iterable<string>,
  { what = "name", otherwise }: { readonly what?: string; readonly otherwise?: string | undefined } = {},
): Pick<Details, "help" | "fixes"> {
  const names = [...new Set(known)];
  const meant = kind === undefined ? undefined : meaning(kind, written, names);
  if (meant !== undefined) return meantAs(meant, span);
  const alike = similar(written, names, what);
  if (alike === undefined) {
    const all = names.length > 0 && names.length <= few ? `there are ${listed(names)}` : undefined;
    return { help: otherwise ?? all };
  }
  const [first = "", second] = nearest(written, names, 2);
  const slip = written.length > 3 && second === undefined && editDistance(written, first) === 1;
  return { help: alike, ...(slip && span && { fixes: [replace(`write \`${first}\``, span, first)] }) };
}
