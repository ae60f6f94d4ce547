import { criterion, elementwise, penalty, threshold, unitwise, type Level } from "./expressions.js";
import { Draw } from "./draw.js";
import { structures, type SmallNetwork } from "./networks.js";
import type { Statement } from "./program.js";

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
    trained: false,
    followed: false,
  };
  const declared = declarations(writer);
  const steps = block(writer, 1 + d.below(5), (left) => topStatement(writer, left));
  const end = writer.loose && d.chance(0.95) ? [plain(d.pick(["harden masks", "slim"]))] : [];
  return [...declared, ...steps, ...end];
}

/** What the program being written has said so far. */
interface Writer {
  readonly d: Draw;
  readonly network: SmallNetwork;
  readonly criteria: string[];
  readonly penalties: string[];
  readonly curves: string[];
  /** Parameters that are percentages. */
  readonly shares: string[];
  readonly marks: string[];
  /** Counters of the loops around, and layers of `for each`. */
  counters: readonly string[];
  chosen: readonly string[];
  /** Whether something died softly or latently, and what died latently. */
  loose: boolean;
  readonly latent: string[];
  readonly pruned: string[];
  trained: boolean;
  /** Whether a `train` or a loop around makes rules possible, where rules stand outside of phases. */
  followed: boolean;
}

const plain = (head: string, ...clauses: readonly string[]): Statement => ({ head, clauses });

function block(w: Writer, length: number, next: (left: number) => readonly Statement[]): Statement[] {
  const list: Statement[] = [];
  for (let left = length; left > 0; left--) list.push(...next(left));
  return list;
}

function declarations(w: Writer): Statement[] {
  const { d } = w;
  const list: Statement[] = [];
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
  return [step(w)];
}

/** A step other than pruning and training. */
function step(w: Writer): Statement {
  const { d } = w;
  const selected = (share: number): string[] => selection(w, share);
  const kind = d.below(12);
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
      return plain("shuffle masks", ...selected(0.2));
    case 6:
      return plain("harden masks", ...selected(0.3));
    case 7:
      return plain(`evaluate${d.pick(["", " on test", " on train"])}`);
    case 8:
      return plain(`require ${condition(d)}`);
    case 9:
      return d.chance(0.3) ? plain(`save "kept"`) : plain("evaluate");
    case 10:
      return restore(w, []);
    default:
      return aloneRegrow(w, []);
  }
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

const condition = (d: Draw): string =>
  d.pick([
    "accuracy >= 0%",
    "loss < 1000",
    "macs <= 100%",
    "params <= start.params",
    "bytes <= start.bytes",
    "params <= 100% and macs <= 100%",
    "accuracy >= 99%",
    "macs <= 40%",
  ]);

/** Structures that a network has units of; now and then any. */
function structureOf({ d, network }: Writer): string {
  return d.pick(d.chance(0.03) ? structures : network.structures);
}

function levelOf(structure: string): Level {
  if (structure === "weights" || structure.startsWith("2:4")) return "single";
  return ["filters", "units", "neurons", "channels", "layers"].includes(structure) ? "whole" : "group";
}

function selection(w: Writer, share: number): string[] {
  const { d, chosen } = w;
  const { layers } = w.network;
  if (chosen.length > 0 && d.chance(0.7)) return [`in ${d.pick(chosen)}`];
  if (!d.chance(share)) return [];
  switch (d.below(9)) {
    case 0:
      return [`in layers 1..${2 + d.below(2)}`];
    case 1:
      return [`except ${d.pick(["first", "last", "first, last"])}`];
    case 2:
      return [`except ${quoted(d.pick(layers))}`];
    case 3:
      return [
        `where ${d.pick(["params > 20", "units > 3", "macs > 10", "kind = conv2d", 'name != "stem" or units > 1'])}`,
      ];
    case 4:
      return [`in ${d.pick(["*e*", "*t", "s*", "*"])}`];
    case 5:
      return [`in ${quoted(d.pick(layers))} except last`];
    default:
      return [`in ${quoted(d.pick(layers))}${d.chance(0.4) ? `, ${quoted(d.pick(layers))}` : ""}`];
  }
}

/** Some names are words of the language. */
const quoted = (layer: string): string =>
  /^[a-z]+$/.test(layer) && !["first", "last"].includes(layer) ? layer : `"${layer}"`;

const curveWord = ({ d, curves }: Writer): string =>
  d.pick([
    "linear",
    "cubic",
    "cosine",
    "staircase",
    "exponential",
    "along quadratic",
    ...curves.map((name) => `along ${name}`),
  ]);

const when = (d: Draw): string[] => {
  const window = (): readonly string[] =>
    d.perhaps(0.35, () =>
      d.pick([
        "during epochs 1..2",
        "during epochs 2..2",
        "during 0%..75%",
        "during 25%..100%",
        "during steps 1..3",
        "during steps 2..4",
        "from epoch 1",
        "from epoch 2",
        "until epoch 1",
        "from step 1",
        "until step 3",
      ]),
    );
  switch (d.below(8)) {
    case 0:
      return ["every 2 steps", ...window()];
    case 1:
      return ["every step", ...window()];
    case 2:
      return ["at step 0"];
    case 3:
      return [`at ${d.pick(["steps 1, 3", "step 2", "epochs 1, 2", "epoch 1"])}`];
    default:
      return ["every epoch", ...window()];
  }
};

/** `moves`: whether there is time for a target to move in. */
function amount(
  w: Writer,
  structure: string,
  scope: string,
  moves: boolean,
): { amount: string; moving: boolean } {
  const { d } = w;
  const still = (text: string) => ({ amount: text, moving: false });
  if (scope === "erk" || scope === "er") {
    return moves && d.chance(0.4) ? { amount: "from 0% to 70%", moving: true } : still("to 60%");
  }
  if (structure === "taps" && d.chance(0.6)) return still("keep 4 each");
  if (moves && d.chance(0.3)) {
    const moving = d.pick([
      "from 0% to 60%",
      "from 0% to 50%",
      "from 10% to 50%",
      "30% -> 10%",
      "10% -> 40%",
      "from 50% to 20%",
    ]);
    return { amount: moving, moving: true };
  }
  switch (d.below(10)) {
    case 0:
      return still(d.pick(["1", "2", "5"]));
    case 1:
      return still(`keep ${d.pick(["1", "2", "4"])}`);
    case 2:
      return still(`${d.pick(["below", "below", "above"])} ${threshold(d, levelOf(structure))}`);
    case 3:
      return still(
        d.pick([
          "to macs <= 80%",
          "to params <= 70%",
          "to bytes <= 90%",
          "to macs <= 80% and params <= 90%",
          "to params <= 200",
        ]),
      );
    case 4:
      if (w.counters.length > 0) return still(`to 60% * ${d.pick(w.counters)} / 3`);
      return still(w.shares.length > 0 ? `amount ${d.pick(w.shares)}` : "amount 25%");
    case 5:
    case 6:
      return still(`to ${d.pick(["30%", "50%", "75%", "100%"])}`);
    default:
      return still(d.pick(["10%", "30%", "50%"]));
  }
}

/** A prune, in a phase or outside, with what may come with it. */
function prune(w: Writer, whens: readonly string[], moves: boolean): Statement[] {
  const { d } = w;
  const structure = structureOf(w);
  const level = levelOf(structure);
  const pattern = structure.startsWith("2:4");
  const scope = pattern
    ? ""
    : d.pick(
        structure === "weights"
          ? ["local", "global", "", "erk", "er", "per row", "per sign", "uniform"]
          : ["local", "global", "", ""],
      );
  const much = pattern ? { amount: "", moving: false } : amount(w, structure, scope, moves);
  const manner = d.pick(["", "", "", "", "softly", "latently", "latently", "frozen at start"]);
  if (manner === "softly" || manner === "latently") w.loose = true;
  if (manner === "latently") w.latent.push(structure);
  w.pruned.push(structure);
  const statement = plain(
    `prune ${structure} by ${criterion(d, level, w.criteria)}`,
    ...[
      ...selection(w, 0.35),
      ...d.perhaps(
        scope === "global" ? 0.7 : 0.1,
        () => `normalized by ${d.pick(["mean", "max", "l2"])} per layer`,
      ),
      ...d.perhaps(level === "single" ? 0.01 : 0.15, () => `members ${d.pick(["sum", "mean", "max"])}`),
      scope,
      much.amount,
      ...whens,
      ...(much.moving ? d.perhaps(0.6, () => curveWord(w)) : []),
      manner,
      ...d.perhaps(level === "single" ? 0.05 : 0.15, () => `joins ${d.pick(["couple", "skip", "agree"])}`),
      ...d.perhaps(
        structure === "layers" ? 0.02 : 0.12,
        () => `keeping at least ${d.pick(["1", "2", "10%", "50%"])}${d.chance(0.8) ? " per layer" : ""}`,
      ),
      ...d.perhaps(0.04, () => "allowing collapse"),
      ...d.perhaps(level === "single" ? 0.02 : 0.08, () => `aligned to ${d.pick(["2", "3"])}`),
    ].filter((clause) => clause !== ""),
  );
  if (manner !== "" || pattern) return [statement];
  const fixed = /^(to|keep) /.test(much.amount);
  if (whens.length > 0 && d.chance(fixed ? 0.02 : 0.35)) return [statement, regrow(w, level)];
  return [statement];
}

function pruneStep(w: Writer): Statement[] {
  return prune(w, [], w.counters.length > 0);
}

/** With the prune above it. */
function regrow(w: Writer, level: Level): Statement {
  const { d } = w;
  return plain(
    `regrow ${d.chance(0.5) ? "random" : `by ${criterion(d, level, w.criteria)}`}`,
    ...d.perhaps(0.25, () => d.pick(["50%", "3", "to 30%"])),
    ...growth(w),
  );
}

function growth({ d }: Writer): string[] {
  return [
    ...d.perhaps(
      0.25,
      () =>
        `allocated ${d.pick(["evenly", `by ${unitwise(d, "whole", 1)}`, "by layer.mean(abs(g))", "by size"])}`,
    ),
    ...d.perhaps(0.3, () => `with ${d.pick(["zero", "fresh", "start", "last"])} values`),
    ...d.perhaps(0.3, () => "including dropped"),
  ];
}

function aloneRegrow(w: Writer, whens: readonly string[]): Statement {
  const { d } = w;
  const structure = w.pruned.length > 0 && d.chance(0.9) ? d.pick(w.pruned) : structureOf(w);
  const level = levelOf(structure);
  return plain(
    `regrow ${structure} ${d.chance(0.5) ? "random" : `by ${criterion(d, level, w.criteria)}`} ${d.pick(["30%", "50%", "100%", "2"])}`,
    ...selection(w, 0.15),
    ...growth(w).filter((clause) => clause !== "including dropped"),
    ...whens,
  );
}

function restore(w: Writer, whens: readonly string[]): Statement {
  const { d } = w;
  const structure = w.latent.length > 0 && d.chance(0.95) ? d.pick(w.latent) : structureOf(w);
  const level = levelOf(structure);
  return plain(
    `restore ${structure} by ${criterion(d, level, w.criteria)} above ${threshold(d, level)}`,
    ...selection(w, 0.1),
    ...whens,
  );
}

function train(w: Writer): Statement {
  const { d } = w;
  const outer = w.followed;
  w.followed = true;
  const body = d.chance(0.75) ? rules(w, 1 + d.below(3)) : undefined;
  w.followed = outer;
  const finetune = w.trained ? d.chance(0.3) : d.chance(0.1);
  w.trained = true;
  return {
    head: `${finetune ? "finetune" : "train"} ${d.pick(["1 epoch", "1 epoch", "2 epochs", "2 steps", "3 steps"])}`,
    clauses: [
      ...d.perhaps(0.2, () => `batch ${d.pick(["3", "4", "12"])}`),
      ...d.perhaps(0.45, () => `with ${optimizer(w)}`),
      ...d.perhaps(0.15, () => `minimizing ${loss(d)}`),
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
  ]);

function rules(w: Writer, length: number): Statement[] {
  return block(w, length, () => rule(w));
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
  if (roll < 60) return [penalize(w, span)];
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

function penalize(w: Writer, span: readonly string[]): Statement {
  const { d } = w;
  const structure = structureOf(w);
  const level = levelOf(structure);
  const strength = d.pick(["1e-3", "0.01", "0 -> 0.01 linear", "0 -> 1e-3 cubic over epochs 1..1", "1e-4"]);
  return plain(
    `penalize ${structure} by ${penalty(d, level, w.penalties)} strength ${strength}`,
    ...selection(w, 0.3),
    ...d.perhaps(0.3, () => among(w, level)),
    ...span,
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

function repeat(w: Writer): Statement {
  const { d } = w;
  const counter = d.chance(0.6) ? ["i", "j"][w.counters.length] : undefined;
  const before = w.counters;
  w.counters = [...before, ...(counter === undefined ? [] : [counter])];
  const body = block(w, 1 + d.below(3), () => loopStatement(w));
  w.counters = before;
  return {
    head: `repeat ${d.pick(["2", "2", "3", "1"])} times${counter === undefined ? "" : ` as ${counter}`}`,
    clauses: [],
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

function forEach(w: Writer): Statement {
  const { d } = w;
  const before = w.chosen;
  w.chosen = [...before, "L"];
  const body = block(w, 1 + d.below(2), () => (d.chance(0.7) ? pruneStep(w) : loopStatement(w)));
  w.chosen = before;
  return {
    head: `for each layer as L`,
    clauses: [d.pick(["in *", "in s*", "except last", "in layers 1..2"])],
    body,
  };
}

const methods = [
  ["han", "target: 60%, rounds: 2, length: 1 epoch, retrain: 2 steps"],
  ["agp", "target: 60%, interval: 1 step, length: 2 epochs"],
  ["soft-filter", "share: 30%, length: 2 epochs"],
  ["lottery-ticket", "rounds: 2, length: 1 epoch"],
  ["slimming", "share: 30%, length: 1 epoch, retrain: 1 epoch"],
  ["set", "sparsity: 60%, length: 2 epochs"],
  ["rigl", "sparsity: 60%, interval: 1 step, length: 2 epochs"],
  ["snip", "sparsity: 60%, length: 1 epoch"],
] as const;

/** A method of the standard library, or one of its own; declarations stand above all steps, where they are put in the end. */
function method(w: Writer): Statement[] {
  const [name, args] = w.d.pick(methods);
  w.trained = true;
  return [plain(`use ${name} from "std"`), plain(`${name}(${args})`)];
}
