import type { IToken } from "chevrotain";
import { diagnostic, replace } from "../../core/diagnostics/create.js";
import type { Diagnostic, Span } from "../../core/diagnostics/diagnostic.js";
import { meaning, type ElsewhereKind } from "../../core/diagnostics/elsewhere.js";
import { wordsOf } from "../words.js";
import { reads } from "./reads.js";

/** Phrases of other tools and of plain English where a statement of this language stops. */

interface Phrase {
  /** Statements it stands in; anywhere else it says nothing. */
  readonly in?: readonly string[];
  readonly written: RegExp;
  readonly help: string;
  /** What takes its place, with `$1` … for what the phrase holds; `$loss:1` is its meaning as a loss. */
  readonly write?: string;
}

const TRAINS = ["train", "finetune"];
const TAKES = ["prune", "restore", "regrow", "freeze", "penalize", "load", "reinitialize"];
const number = String.raw`(\d+(?:\.\d+)?(?:e[-+]?\d+)?%?)`;
const name = String.raw`([a-z_][\w-]*)`;
const optimizer = "(sgd|adam|adamw|rmsprop)";
/** A pattern whose spaces stand for space, or for `:` or `=` as other languages have it. */
const phrase = (source: string): RegExp =>
  new RegExp(source.replaceAll(" ", String.raw`(?:[ 	]+|[ 	]*[:=][ 	]*)`), "gi");
const rate = String.raw`\b(?:at |with )?(?:lr|rate|learning[-_\s]?rate)\b`;

const PHRASES: readonly Phrase[] = [
  {
    in: TRAINS,
    written: phrase(String.raw`\b(?:with )?${optimizer}\b,?(?: (?:lr|rate|learning[-_\s]?rate))? ${number}`),
    help: "the rate is an argument of the optimizer",
    write: "with $1(rate: $2)",
  },
  {
    in: TRAINS,
    written: phrase(`${rate} ${number}`),
    help: "the rate is an argument of the optimizer",
    write: "with adam(rate: $1)",
  },
  {
    in: TRAINS,
    written: phrase(String.raw`\b(?:with )?(?:using|optimizer|optimiser|opt)\b ${name}`),
    help: "the optimizer follows `with`",
    write: "with $optimizer:1",
  },
  {
    in: TRAINS,
    written: phrase(
      String.raw`\b(?:with |using )?(?:loss|criterion|objective|minimi[sz]e|minimising)\b ${name}`,
    ),
    help: "the loss follows `minimizing`",
    write: "minimizing $loss:1",
  },
  {
    in: TRAINS,
    written: phrase(
      String.raw`\b(?:with )?(?:batch[-_\s]?size|batch(?:es)? (?:size )?of|mini[-_]?batch(?:[-_\s]size)?|bs)\b ${number}`,
    ),
    help: "examples of a step follow `batch`",
    write: "batch $1",
  },
  {
    in: TRAINS,
    written: phrase(String.raw`\bfor ${number}`),
    help: "the length follows the word: `train 20 epochs`",
    write: "$1",
  },
  {
    in: TRAINS,
    written: phrase(
      String.raw`\b(?:with )?(?:momentum|nesterov|weight[-_\s]?decay|wd|l2|clip[-_\s]?norm)\b ${number}`,
    ),
    help: "it is an argument of the optimizer: `with sgd(rate: 0.1, momentum: 0.9, weight-decay: 1e-4)`",
  },
  {
    in: TRAINS,
    written: phrase(String.raw`\b(?:with )?(?:early[-_\s]stopping|patience)\b(?: ${number})?`),
    help: "training ends early by `keeping best by accuracy patience 3`, or by a condition: `until accuracy >= 97%`",
  },
  {
    in: TRAINS,
    written: phrase(
      String.raw`\b(?:with )?(?:lr[-_\s])?(?:schedul\w*|decay|annealing|warm-?up)\b(?: ${name})?`,
    ),
    help: "a rate moves in the optimizer: `with sgd(rate: 0.1 -> 0 cosine)`",
  },
  {
    in: TRAINS,
    written: phrase(String.raw`\b(?:with )?(?:validation|val)(?:[-_\s]?(?:split|data))?\b(?: ${number})?`),
    help: 'data say what is held out: `data "mnist" validation 10%`',
  },
  {
    in: TRAINS,
    written: phrase(String.raw`\b(?:with )?dropout\b(?: ${number})?`),
    help: "dropout is a layer of the network, not of a `train`",
  },
  {
    in: TRAINS,
    written: phrase(String.raw`\bon ("[^"]*"|[\w./-]+)`),
    help: 'data are named once, above or by `--data`: `data "mnist"`',
  },
  {
    in: TRAINS,
    written: phrase(String.raw`\bshuffle\b(?: ${name})?`),
    help: "every `train` shuffles its epochs anew",
  },
  {
    written: /\b(\d+(?:\.\d+)?)[ \t]*(?:percent|pct|per cent)\b/gi,
    help: "a percentage is written with its sign",
    write: "$1%",
  },
  { written: /\b(\d+(?:\.\d+)?)[ \t]*(?:K|Kb?|kb)\b/g, help: "thousands are `k`", write: "$1k" },
  { written: /\b(\d+(?:\.\d+)?)[ \t]*KB\b/gi, help: "thousands are `k`", write: "$1k" },
  { written: /\b(\d+(?:\.\d+)?)[ \t]*(?:m|MB|mio|million)\b/gi, help: "millions are `M`", write: "$1M" },
  {
    written: /(?<!\bbytes\s*<=?\s*)\b(\d+(?:\.\d+)?)[ \t]*(?:g|GB|B|billion)\b/gi,
    help: "thousands of millions are `G`",
    write: "$1G",
  },
  { written: /\b(\d+(?:\.\d+)?)[ \t]*(?:B|bytes)\b/gi, help: "bytes are a plain number", write: "$1" },
  {
    written: /\b(\d+(?:\.\d+)?)[ \t]*([KMG])iB\b/gi,
    help: "sizes are written in thousands: `k`, `M`, `G`",
  },
  {
    in: ["prune"],
    written: /(?<!<=?\s*)\b(\d+(?:\.\d+)?)[ \t]*ms\b/gi,
    help: "times limit `latency`",
    write: "to latency <= $1 ms",
  },
  {
    written: /\b\d+(?:\.\d+)?[ \t]*(?:s|sec|us|µs|fps)\b/gi,
    help: "times are written in milliseconds: `latency <= 5 ms`",
  },
  {
    in: ["prune", "restore", "freeze", "penalize"],
    written: phrase(
      String.raw`\b(?:exclud\w+|ignor\w+|skip(?:ping)?|without|not|but(?: not)?|omit\w*|besides) (?:layers? )?("[^"]*"|[a-z_][\w*?-]*)`,
    ),
    help: "what is left out follows `except`",
    write: "except $1",
  },
  {
    in: TAKES,
    written: phrase(
      String.raw`\b(prune|freeze|penalize|regrow|restore) (?:the )?layers? ("[^"]*"|(?!by\b)[a-z_][\w*?-]*)`,
    ),
    help: "a structure comes first, then where",
    write: "$1 units in $2",
  },
  {
    in: TAKES,
    written: phrase(
      String.raw`\b(?:of|on|from|only|layers?|in layers?|of layers?|at layers?) ("[^"]*"|(?!by\b|epochs?\b|steps?\b)[a-z_][\w*?-]*)`,
    ),
    help: "layers follow `in`",
    write: "in $1",
  },
  {
    in: ["prune", "restore"],
    written: phrase(
      String.raw`\b(?:with|using|via|according to|based on|ranked by|criterion|importance|metric|score|method) ${name}`,
    ),
    help: "the score follows `by`",
    write: "by $criterion:1",
  },
  {
    in: ["prune"],
    written: /\b(?:layer[-_\s]?wise|per[-_]layer|locally|layerwise|(?:in )?each layer)\b/gi,
    help: "a ranking within each layer is `local`",
    write: "local",
  },
  {
    in: ["prune"],
    written: /\b(?:globally|across layers|network[-_]wide|overall|global[-_]unstructured)\b/gi,
    help: "one ranking over all layers is `global`",
    write: "global",
  },
  {
    in: ["prune"],
    written: /\b(\d+:\d+) (?:sparsity|sparse|structured|pattern)\b/g,
    help: "a pattern is of weights",
    write: "$1 of weights",
  },
  {
    in: ["prune"],
    written: /\b(?:un|semi-?)?structured\b/gi,
    help: "the structure says so: `weights` are unstructured; `filters`, `neurons` and `units` go whole",
  },
  {
    in: ["prune"],
    written: phrase(String.raw`\bthreshold\b ${number}`),
    help: "a threshold follows `below`",
    write: "below $1",
  },
  {
    in: ["prune"],
    written: phrase(
      String.raw`\b(?:iterativ\w*|gradual\w*|progressiv\w*|(?:in|over|for) \d+ (?:steps|rounds|iterations|times))\b`,
    ),
    help: "in rounds is `repeat 5 times as i { prune … to 50% * i / 5; finetune 1 epoch }`, and with a budget `repeat 5 times { prune … from 100% to macs <= 50%; finetune 1 epoch }`",
  },
  {
    written: phrase(String.raw`\b(?:each|once per|once an|for each) (epoch|step)\b`),
    help: "what comes again follows `every`",
    write: "every $1",
  },
  {
    written: phrase(String.raw`\b(?:frequency|freq|interval|each|per) (\d+)`),
    help: "what comes again follows `every`, with its unit: `every 100 steps`",
  },
  {
    written: phrase(String.raw`\b(?:after|on|when|in) (epoch|step)s? (\d+)`),
    help: "a moment follows `at`",
    write: "at $1 $2",
  },
  {
    written: phrase(
      String.raw`\b(?:between|within|in|for) (epochs|steps) (\d+)(?:\.\.|-| (?:to|and|until|-) )(\d+)`,
    ),
    help: "a window follows `during`",
    write: "during $1 $2..$3",
  },
  {
    written: phrase(String.raw`\b(?:start|begin)(?:ing|s)? (?:at |from )?(epoch|step) (\d+)`),
    help: "a window starts by `from`",
    write: "from $1 $2",
  },
  {
    written: phrase(String.raw`\b(?:begin|end)[-_\s]?(?:step|epoch)\b(?: ${number})?`),
    help: "a window is written `during steps 0..1000`",
  },
  {
    written: phrase(
      String.raw`\b(polynomial(?:[-_\s]?decay)?|cosine[-_\s]?(?:decay|annealing)|exponential[-_\s]decay|linear[-_\s]decay|gradual)\b`,
    ),
    help: "a curve is one word",
    write: "$curve:1",
  },
  {
    in: ["prune"],
    written: /\b(?:constant(?:[-_\s]?sparsity)?|one[-_\s]?shot)\b/gi,
    help: "an amount that does not move is written alone: `to 50%`",
  },
  {
    in: ["penalize", "learn", "pull"],
    written: phrase(
      String.raw`\b(?:(?:lambda|lam|weight|alpha|coeff\w*|factor|scale|with|by|amount) )?${number}`,
    ),
    help: "how much it weighs follows `strength`",
    write: "strength $1",
  },
  {
    in: ["evaluate"],
    written: phrase(String.raw`\b(test|train)\b`),
    help: "the split follows `on`",
    write: "on $1",
  },
  {
    in: ["require", "train", "finetune", "repeat"],
    written: phrase(String.raw`\b(?:test|val|validation|top-?1) (accuracy|loss)\b`),
    help: "it is that of the test split",
    write: "$1",
  },
  {
    in: ["require", "train", "finetune", "repeat"],
    written: phrase(String.raw`\btop(?:-| )?5(?:-| )(?:accuracy|acc)\b`),
    help: "it is written as one name",
    write: "top5-accuracy",
  },
  {
    in: TAKES,
    written: phrase(String.raw`\bfrom ("[^"]*"|[a-z_][\w*?-]*) by\b`),
    help: "layers follow `in`",
    write: "in $1 by",
  },
  {
    in: ["remove", "strip", "make"],
    written: phrase(String.raw`\b(?:remove (?:masks?|pruning)|strip pruning|make permanent)\b`),
    help: "what is dead is taken out by `slim`",
    write: "slim",
  },
  {
    in: TAKES,
    written: phrase(
      String.raw`\b(prune|freeze|penalize|regrow|restore)(?: (?:all|every|each|the|of|some))+ (${wordsOf("structure").join("|")})\b`,
    ),
    help: "a statement is about all of a structure that it does not leave out",
    write: "$1 $2",
  },
  {
    in: ["save"],
    written: /(?<=\bsave )(?:to|as|in|into|model|network|model (?:to|as)) ("[^"]*")/g,
    help: "the folder follows the word",
    write: "$1",
  },
  {
    in: ["load"],
    written: /\bload (?="[^"]*")/g,
    help: "the network is named by `network`",
    write: "network",
  },
  { in: ["rewind"], written: /\brewind to\b/g, help: "say what goes back", write: "rewind weights to" },
  {
    in: ["repeat"],
    written: phrase(String.raw`\brepeat while `),
    help: "a loop says how often at most: `repeat up to 10 times while accuracy >= dense.accuracy - 1% { … }`",
  },
  {
    in: ["for"],
    written: phrase(String.raw`\bfor ${name} in [01]\.\.(\d+)`),
    help: "passes are counted by `repeat`",
    write: "repeat $2 times as $1",
  },
  {
    in: ["for"],
    written: phrase(String.raw`\bfor each layer in ("[^"]*"|[\w*?-]+)`),
    help: "each layer has a name in the block",
    write: "for each layer as L in $1",
  },
  {
    in: ["fine"],
    written: /\bfine tune\b/g,
    help: "it is one word",
    write: "finetune",
  },
  {
    in: ["from"],
    written: phrase(String.raw`\bfrom ("[^"]*") import ([\w,\s-]+)`),
    help: "imports begin with `use`",
    write: "use $2 from $1",
  },
];

/** The statement around a mistake as it stands on its line, and whether a block follows. */
function lineAround(
  text: string,
  offset: number,
): { readonly start: number; readonly line: string; readonly block: boolean } {
  const before = /[^\n\r;{}]*$/.exec(text.slice(Math.max(0, offset - 200), offset))?.[0] ?? "";
  const after = /^[^\n\r;{}#]*/.exec(text.slice(offset, offset + 200))?.[0] ?? "";
  return {
    start: offset - before.length,
    line: before + after,
    block: text[offset + after.length] === "{",
  };
}

/** Whether the line around a place reads once this stands there. */
export function mends(text: string, { start: from, end }: Span, write: string): boolean {
  const { start, line, block } = lineAround(text, from);
  return reads(line.slice(0, from - start) + write + line.slice(end - start) + (block ? "{}" : ""));
}

/** What is said of a phrase that belongs to another language, where reading stopped at this token. */
export function elsewhere(found: IToken, text: string): Diagnostic | undefined {
  const { start, line } = lineAround(text, found.startOffset);
  const word = /^\s*([\w-]+)/.exec(line)?.[1] ?? "";
  const at = found.startOffset - start;
  let told: Diagnostic | undefined;
  for (const { in: words, written, help, write } of PHRASES) {
    if (words?.includes(word) === false) continue;
    for (const match of line.matchAll(written)) {
      const phrase = match[0].trimEnd();
      const end = match.index + phrase.length;
      if (phrase === "" || match.index > at || match.index + match[0].length < at) continue;
      const span = { start: start + match.index, end: start + end };
      const said = write === undefined ? undefined : filled(write, match);
      const fixes =
        said !== undefined && mends(text, span, said)
          ? [replace(`write \`${said.trim()}\``, span, said)]
          : undefined;
      const one = diagnostic("P1036", `\`${phrase}\` is said otherwise here`, span, { help, fixes });
      const inBrackets = /\([^()]*$/.test(line.slice(0, match.index));
      if (fixes !== undefined || (write === undefined && !inBrackets)) return one;
      if (!inBrackets) told ??= one;
    }
  }
  return told;
}

/** `with $1(rate: $2)` with what the phrase held; `$loss:1` is what that is called here. */
const filled = (write: string, held: RegExpMatchArray): string =>
  write.replace(/\$(?:([a-z]+):)?(\d)/g, (_, kind: ElsewhereKind | undefined, group: string) => {
    const text = held[Number(group)] ?? "";
    const meant = kind === undefined ? undefined : meaning(kind, text);
    return meant !== undefined && "write" in meant ? meant.write : text;
  });
