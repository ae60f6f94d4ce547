import { criterion, threshold, unitwise, type Level } from "./expressions.js";
import type { Draw } from "./draw.js";
import type { Statement } from "./program.js";
import { levelOf, plain, structureOf, type Writer } from "./writer.js";

/** Statements by which units die and come back, with all their clauses. */

export function selection(w: Writer, share: number): string[] {
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

export const when = (d: Draw): string[] => {
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
      levelOf(structure) === "whole"
        ? d.pick(["from 100% to macs <= 60%", "from 100% to latency <= 70%"])
        : "from 100% to nonzero macs <= 70%",
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
        d.pick(
          levelOf(structure) === "whole"
            ? [
                "to macs <= 80%",
                "to params <= 70%",
                "to bytes <= 90%",
                "to macs <= 80% and nonzero params <= 90%",
                "to params <= 200",
                "to latency <= 80%",
                "to latency <= 90% and params <= 90%",
              ]
            : ["to nonzero macs <= 80%", "to nonzero params <= 70%", "to nonzero params <= 200"],
        ),
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

const compensating = (d: Draw): string =>
  `compensating by ${d.pick(["least-squares", "obs", "least-squares(ridge: 1e-3, points: 4)", "descent(rate: 20%)", "cleared"])} over 1 batches`;

/** A prune, in a phase or outside, with what may come with it. */
export function prune(w: Writer, whens: readonly string[], moves: boolean): Statement[] {
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
      ...d.perhaps(structure === "layers" || manner !== "" ? 0.005 : 0.06, () => compensating(d)),
    ].filter((clause) => clause !== ""),
  );
  if (manner !== "" || pattern) return [statement];
  const fixed = /^(to|keep) /.test(much.amount);
  if (whens.length > 0 && d.chance(fixed ? 0.02 : 0.35)) return [statement, regrow(w, level)];
  return [statement];
}

export function pruneStep(w: Writer): Statement[] {
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

export function aloneRegrow(w: Writer, whens: readonly string[]): Statement {
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

export function restore(w: Writer, whens: readonly string[]): Statement {
  const { d } = w;
  const structure = w.latent.length > 0 && d.chance(0.95) ? d.pick(w.latent) : structureOf(w);
  const level = levelOf(structure);
  return plain(
    `restore ${structure} by ${criterion(d, level, w.criteria)} above ${threshold(d, level)}`,
    ...selection(w, 0.1),
    ...whens,
  );
}
