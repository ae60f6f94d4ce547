import { aloneRegrow, pruneStep, restore, selection } from "./clauses.js";
import { Draw } from "./draw.js";
import { elementwise, unitwise } from "./expressions.js";
import type { SmallNetwork } from "./networks.js";
import type { Statement } from "./program.js";
import { rules, scoreOf, train } from "./training.js";
import { block, condition, plain, type Writer } from "./writer.js";

/**
 * Whole programs in text: every statement and clause of docs/language.md that is available, for a small network, as likely to be
 * accepted as can be had without knowing what `check` knows.
 */
export function programFor(network: SmallNetwork, seed: number, which: number): readonly Statement[] {
  const d = new Draw(seed, which);
  const writer: Writer = {
    d,
    network,
    criteria: [],
    penalties: [],
    curves: [],
    shares: [],
    marks: [],
    counters: [],
    chosen: [],
    loose: false,
    latent: [],
    pruned: [],
    gated: [],
    trained: false,
    saved: false,
    ownMethod: false,
    imported: false,
  };
  const declared = declarations(writer);
  const steps = block(1 + d.below(5), (left) => topStatement(writer, left));
  const end = writer.loose && d.chance(0.95) ? [plain(d.pick(["harden masks", "slim"]))] : [];
  return [...declared, ...steps, ...end];
}

function declarations(w: Writer): Statement[] {
  const { d } = w;
  const list: Statement[] = d
    .perhaps(0.1, () =>
      d.pick([
        "loss bounded",
        "metric surety",
        "criterion fisher",
        "penalty ripple",
        "gate soft",
        "compensation descent",
        "step halve",
      ]),
    )
    .map((what) => plain(`use ${what} from "./own.mjs"`));
  if (d.chance(0.12)) {
    list.push(plain('use far, near, quick, halved from "./shared.prune"'));
    w.criteria.push("far");
    w.penalties.push("near");
    w.curves.push("quick");
    w.imported = true;
  }
  if (d.chance(0.15)) {
    const params = d.chance(0.3);
    list.push(
      plain(`criterion mine${params ? "(k = 2)" : ""} =`, params ? `sum(abs(w)) * k` : unitwise(d, "group")),
    );
    w.criteria.push(params ? "mine(k: 3)" : "mine");
  }
  if (d.chance(0.08)) {
    list.push(plain("criterion each =", elementwise(d)));
    w.criteria.push("each");
  }
  if (d.chance(0.08)) {
    list.push(
      plain("penalty own =", d.pick(["sum(abs(w))", "sqrt(sum(w^2))", "abs(gamma)", "mean(abs(a))"])),
    );
    w.penalties.push("own");
  }
  if (d.chance(0.1)) {
    list.push(plain("curve slow(t) =", d.pick(["t^2", "1 - (1 - t)^2", "t"])));
    w.curves.push("slow");
  }
  if (d.chance(0.15)) {
    list.push(plain("param share =", d.pick(["20%", "50%"])));
    w.shares.push("share");
  }
  if (d.chance(0.1)) {
    const shares = w.shares.splice(0);
    w.shares.push("share");
    const body = [...pruneStep(w), ...(d.chance(0.5) ? [train(w)] : []), ...pruneStep(w)];
    list.push({ head: "method own-method(share = 50%)", clauses: [], body });
    w.shares.splice(0, 1, ...shares);
    w.ownMethod = true;
  }
  return list;
}

function topStatement(w: Writer, left: number): Statement[] {
  const { d } = w;
  const roll = d.below(100);
  if (roll < 28) return pruneStep(w);
  if (roll < 52) return [train(w)];
  if (roll < 58) return [repeat(w)];
  if (roll < 61) return [forEach(w)];
  if (roll < 64 && left > 1) return [...rules(w, 1), train(w)];
  if (roll < 67) return method(w);
  if (roll < 69) return [search(w)];
  if (roll < 74 && w.imported) return [plain("halved(share: 30%)")];
  if (roll < 71 && w.ownMethod) return [plain(`own-method(share: ${d.pick(["20%", "40%"])})`)];
  return [step(w)];
}

/** A step other than pruning and training. */
function step(w: Writer): Statement {
  const { d } = w;
  const selected = (share: number): string[] => selection(w, share);
  const kind = d.below(16);
  const wild = d.chance(0.05);
  if (!wild && (kind === 2 || kind === 3) && !w.trained && w.marks.length === 0) return plain("evaluate");
  if (!wild && kind === 6 && !w.loose) return plain("shuffle masks");
  if (!wild && kind === 10 && w.latent.length === 0) return plain("slim");
  switch (kind) {
    case 0:
      return plain("slim");
    case 1:
      w.marks.push(`m${w.marks.length}`);
      return plain(`mark ${w.marks.at(-1) ?? ""}`);
    case 2:
    case 3:
      return plain(`rewind ${rewound(d)} to ${moment(w)}`);
    case 4:
      return plain("reinitialize", ...selected(0.5), ...d.perhaps(0.5, () => `by ${initializer(d)}`));
    case 5:
      return plain(d.pick(["shuffle masks", "invert masks"]), ...selected(0.2));
    case 6:
      return plain("harden masks", ...selected(0.3));
    case 7:
      return plain(`evaluate${d.pick(["", " on test", " on train"])}`);
    case 8:
      return plain(`require ${condition(d)}`);
    case 9:
      if (w.saved && d.chance(0.7))
        return plain(`load ${d.pick(["weights", "masks"])} from "kept"`, ...selected(0.3));
      if (!d.chance(0.3)) return plain("evaluate");
      w.saved = true;
      return plain(`save "kept"`);
    case 10:
      return restore(w, []);
    case 11:
      return plain(`recalibrate batch-norm${d.pick(["", " over 2 batches"])}`);
    case 12:
      return plain(
        "quantize weights",
        ...selected(0.4),
        ...d.perhaps(0.7, () => `to ${d.pick([1, 2, 4, 6])} bits`),
      );
    case 13:
      return plain(d.pick(["halve()", "halve(times: 2)"]));
    case 14:
      return pruneGates(w) ?? plain("slim");
    default:
      return aloneRegrow(w, []);
  }
}

/** What learned masks have closed, if any were learned. */
function pruneGates(w: Writer): Statement | null {
  const { d, gated } = w;
  if (gated.length === 0) return null;
  const { kind } = d.pick(gated);
  const score = scoreOf(kind);
  if (kind.endsWith("softmax")) return plain(`prune taps by gate keep ${d.pick(["1", "2"])} each`);
  return plain(
    `prune gates by ${score}`,
    d.pick(["local", "global", ""]),
    d.pick(["below 0.5", "30%", "to 50%", "keep 2"]),
  );
}

const rewound = (d: Draw): string =>
  d.pick([
    "weights",
    "weights",
    "rate",
    "optimizer",
    "masks",
    "weights, rate",
    "masks, weights",
    "gates",
    "weights, optimizer",
  ]);

function moment({ d, marks, trained }: Writer): string {
  if (marks.length > 0 && d.chance(0.6)) return d.pick(marks);
  return trained && d.chance(0.4) ? d.pick(["epoch 1", "step 1", "step 2"]) : "start";
}

const initializer = (d: Draw): string =>
  d.pick([
    "glorot-uniform",
    "glorot-normal",
    "rescaled",
    "signed-constant",
    "shuffled",
    "isometric(rounds: 3)",
    "he-uniform",
    "he-normal",
    "lecun-uniform",
    "lecun-normal",
    "orthogonal(gain: 0.5)",
    "normal(stddev: 0.1)",
    "uniform(limit: 0.2)",
    "zeros",
    "ones",
  ]);

function repeat(w: Writer): Statement {
  const { d } = w;
  const counter = d.chance(0.6) ? ["i", "j"][w.counters.length] : undefined;
  const before = w.counters;
  w.counters = [...before, ...(counter === undefined ? [] : [counter])];
  const body = block(1 + d.below(3), () => loopStatement(w));
  w.counters = before;
  const times = `${d.pick(["2", "2", "3", "1"])} times${counter === undefined ? "" : ` as ${counter}`}`;
  return {
    head: `repeat ${d.pick(["", "up to "])}${times}`,
    clauses: d.perhaps(0.2, () => `while ${condition(d)}`),
    body,
    tail: d.perhaps(0.1, () => `until ${condition(d)}`),
  };
}

function loopStatement(w: Writer): Statement[] {
  const { d } = w;
  const roll = d.below(100);
  if (roll < 40) return pruneStep(w);
  if (roll < 75) return [train(w)];
  if (roll < 83 && w.counters.length < 2 && w.chosen.length === 0) return [repeat(w)];
  return [step(w)];
}

const agents = [
  "random(trials: 2)",
  "evolution(trials: 3, population: 2)",
  "cem(trials: 3, population: 2)",
  "ddpg(episodes: 3, warmup: 1, hidden: 4, batch: 4)",
  "reinforce(rollouts: 3, batch: 2, hidden: 4)",
] as const;

/** A few trials of what a block does with a share: of every layer alike, or of each its own. */
function search(w: Writer): Statement {
  const { d } = w;
  const [shares, saved, ownMethod] = [[...w.shares], w.saved, w.ownMethod];
  const perLayer = d.chance(0.4);
  const structure = d.pick(["filters", "units", "channels", "neurons", "weights"]);
  const scope = perLayer ? "local" : d.pick(["local", "global"]);
  const reads = plain(
    `prune ${structure} by l1`,
    ...selection(w, 0.2),
    scope,
    d.pick(["amount found", "to found"]),
  );
  if (!perLayer) w.shares.push("found");
  const more = block(d.below(3), () => loopStatement(w));
  w.shares.splice(0, Infinity, ...shares);
  // What a block saves or calls stays in it.
  Object.assign(w, { saved, ownMethod });
  return {
    head: `search found in ${d.pick(["0%..60%", "10%..50%"])}${perLayer ? " per layer" : ""} by ${d.pick(agents)}`,
    clauses: [
      d.pick(["minimizing loss", "maximizing accuracy - 10% * (macs / start.macs)", "minimizing params"]),
      ...d.perhaps(
        0.5,
        () =>
          `subject to ${d.pick(["macs <= 80%", "nonzero params <= 90%", "params <= 70%", "latency <= 90%"])}`,
      ),
    ],
    body: d.chance(0.7) ? [reads, ...more] : [...more, reads],
  };
}

function forEach(w: Writer): Statement {
  const { d } = w;
  const before = w.chosen;
  w.chosen = [...before, "L"];
  const body = block(1 + d.below(2), () => (d.chance(0.7) ? pruneStep(w) : loopStatement(w)));
  w.chosen = before;
  return {
    head: `for each layer as L`,
    clauses: [d.pick(["in *", "in s*", "except last", "in layers 1..2"])],
    body,
  };
}

const methods = [
  ["han", "sparsity: 60%, rounds: 2, epochs: 1 epoch, retrain: 2 steps"],
  ["agp", "sparsity: 60%, interval: 1 step, epochs: 2 epochs"],
  ["soft-filter", "share: 30%, epochs: 2 epochs"],
  ["lottery-ticket", "rounds: 2, epochs: 1 epoch"],
  ["slimming", "share: 30%, epochs: 1 epoch, retrain: 1 epoch"],
  ["set", "sparsity: 60%, epochs: 2 epochs"],
  ["rigl", "sparsity: 60%, interval: 1 step, epochs: 2 epochs"],
  ["snip", "sparsity: 60%, epochs: 1 epoch"],
] as const;

/** A method of the standard library, or one of its own; declarations stand above all steps, where they are put in the end. */
function method(w: Writer): Statement[] {
  const [name, args] = w.d.pick(methods);
  w.trained = true;
  return [plain(`use ${name} from "std"`), plain(`${name}(${args})`)];
}
