/**
 * Every word of the language, once: token types, completion, highlighting and hover texts derive from this table.
 * All words are contextual but `and`, `or` and `not`: wherever a name must stand, any of them may be one.
 */

export type WordCategory = "statement" | "structure" | "unit" | "curve" | "clause" | "value" | "reserved";

export interface WordInfo {
  readonly is: readonly WordCategory[];
  /** One sentence for hovers and completion lists. */
  readonly doc: string;
}

const words = {
  network: {
    is: ["statement"],
    doc: "Binds the network to prune: a `model.json` or a module that exports one.",
  },
  data: { is: ["statement"], doc: "Binds the data to train and evaluate on: a file, a folder or a module." },
  train: {
    is: ["statement"],
    doc: "Trains for a length with a fresh optimizer; rules in its block live for the phase.",
  },
  finetune: { is: ["statement"], doc: "Trains on with the optimizer and the last rate kept." },
  prune: {
    is: ["statement"],
    doc: "Removes the least important units, now or whenever its when-clause is due.",
  },
  regrow: { is: ["statement"], doc: "Brings dead units back, paired with the nearest prune rule above it." },
  restore: { is: ["statement"], doc: "Revives latently dead units whose weights underneath grew back." },
  penalize: { is: ["statement"], doc: "Adds a penalty on units to the loss while the network trains." },
  learn: {
    is: ["statement"],
    doc: "Trains gates or noise that guard units: `learn masks on filters by scale`.",
  },
  freeze: { is: ["statement"], doc: "Keeps units from training." },
  update: {
    is: ["statement"],
    doc: "Lets only the chosen weights follow their gradient: `update only top 10% by …`.",
  },
  pull: { is: ["statement"], doc: "Attracts weights to their pruned projection." },
  rewind: {
    is: ["statement"],
    doc: "Sets weights, rate, optimizer, masks or gates back to an earlier moment.",
  },
  mark: { is: ["statement"], doc: "Names this moment, so that a rewind can return to it." },
  reinitialize: { is: ["statement"], doc: "Draws fresh weights under the same masks." },
  shuffle: { is: ["statement"], doc: "Keeps every layer's density and puts its masks in random places." },
  harden: { is: ["statement"], doc: "Makes latent masks and gates final." },
  load: { is: ["statement"], doc: "Takes masks or weights from another run." },
  repeat: { is: ["statement"], doc: "Runs its block several times; the loop variable counts from 1." },
  for: {
    is: ["statement"],
    doc: "Runs its block for each layer of a selection: `for each layer as L in conv*`.",
  },
  search: { is: ["statement"], doc: "Lets an agent choose an amount within a budget." },
  slim: { is: ["statement"], doc: "Physically removes dead structure: tensors, layers and config shrink." },
  quantize: { is: ["statement"], doc: "Shares weights among few values." },
  evaluate: { is: ["statement"], doc: "Measures loss and metrics." },
  require: { is: ["statement"], doc: "Stops with a failure when its condition does not hold." },
  save: { is: ["statement"], doc: "Writes the network, masks and report to a folder." },
  criterion: { is: ["statement"], doc: "Declares how units are scored; the lowest score goes first." },
  penalty: { is: ["statement"], doc: "Declares a term that `penalize` can add to the loss." },
  curve: {
    is: ["statement"],
    doc: "Declares how a moving value moves, from 0 at the start to 1 at the end.",
  },
  use: { is: ["statement"], doc: "Imports names from `std`, another file or a JavaScript module." },
  param: { is: ["statement"], doc: "Declares a value that the command line can set." },
  method: { is: ["statement"], doc: "Declares a named piece of timeline with parameters." },

  weights: { is: ["structure"], doc: "Single weights; the network gets sparser, not faster." },
  filters: { is: ["structure"], doc: "Output channels of convolutions; `slim` removes them." },
  channels: { is: ["structure"], doc: "Input channels of convolutions; `slim` removes them." },
  neurons: { is: ["structure"], doc: "Units of dense and recurrent layers; `slim` removes them." },
  kernels: { is: ["structure"], doc: "One height × width slice of a filter." },
  taps: { is: ["structure"], doc: "Positions inside kernels; `keep 1 each` makes a shift layer." },
  rows: { is: ["structure"], doc: "Rows of kernels." },
  columns: { is: ["structure"], doc: "Columns of kernels." },
  blocks: { is: ["structure"], doc: "Rectangles of a weight matrix: `blocks(4x1)`." },
  strided: { is: ["structure"], doc: "Every so many-th weight: `strided(2, offset: 1)`." },
  layers: {
    is: ["structure"],
    doc: "Whole layers; in a selection, `layers 3..9` counts prunable layers from 1.",
  },
  gates: { is: ["structure"], doc: "Whatever a trained gate guards." },
  units: { is: ["structure"], doc: "Filters and neurons together." },
  of: { is: ["value"], doc: "Joins a pattern and its structure: `2:4 of weights`." },
  offset: { is: ["value"], doc: "Where the stride starts: `strided(2, offset: 1)`." },

  epochs: { is: ["unit"], doc: "Passes over the training data, counted from 1." },
  epoch: { is: ["unit"], doc: "One pass over the training data." },
  steps: { is: ["unit"], doc: "Updates of the optimizer; step 0 is before the first." },
  step: { is: ["unit"], doc: "One update of the optimizer." },

  linear: { is: ["curve"], doc: "Moves evenly." },
  cubic: { is: ["curve"], doc: "Moves fast first, then slowly: end + (start − end)(1 − t)³." },
  cosine: { is: ["curve"], doc: "Moves along half a cosine: slow, fast, slow." },
  exponential: { is: ["curve"], doc: "Moves geometrically, in the kept share for targets." },
  staircase: { is: ["curve"], doc: "Moves in equal steps." },
  along: { is: ["curve"], doc: "Moves along a declared curve: `along NAME`." },

  in: { is: ["clause"], doc: "Selects layers by name, pattern or number." },
  except: { is: ["clause"], doc: "Takes layers out of the selection." },
  where: { is: ["clause"], doc: "Selects layers by a condition on them." },
  by: { is: ["clause"], doc: "Says how units are scored, or what does the work." },
  under: { is: ["clause"], doc: "Names the objective that gradients differentiate." },
  over: {
    is: ["clause"],
    doc: "Says over which batches a score is taken, or over which window a value moves.",
  },
  batches: { is: ["value"], doc: "Calibration batches: `over 8 batches`." },
  stored: {
    is: ["value"],
    doc: "By the moving statistics of batch norms: `with stored statistics`; the default.",
  },
  statistics: {
    is: ["value"],
    doc: "What batch norms normalise by while a score is computed: `with batch statistics`.",
  },
  training: { is: ["value"], doc: "The training batches themselves: `over training`." },
  normalized: { is: ["clause"], doc: "Divides scores by a statistic of their layer." },
  members: { is: ["clause"], doc: "Says how the scores of coupled members are combined." },
  global: { is: ["clause"], doc: "One ranking over the whole selection." },
  local: { is: ["clause"], doc: "The same share in every layer; the default." },
  uniform: { is: ["clause"], doc: "The same share in every layer." },
  erk: { is: ["clause"], doc: "Erdős–Rényi-kernel densities per layer." },
  er: { is: ["clause"], doc: "Erdős–Rényi densities per layer." },
  per: { is: ["clause"], doc: "A ranking per group: `per row`, `per sign`, or a named grouping." },
  amount: { is: ["clause"], doc: "An amount that is not a literal: `amount share`." },
  to: { is: ["clause"], doc: "A target: this share of all units is dead, or this budget holds." },
  from: { is: ["clause"], doc: "Where a moving target or a window starts, or where names come from." },
  keep: { is: ["clause"], doc: "Leaves that many units alive." },
  each: { is: ["value"], doc: "Per kernel: `keep 1 each`." },
  below: { is: ["clause"], doc: "Every unit that scores under a threshold." },
  above: { is: ["clause"], doc: "Every unit that scores over a threshold." },
  every: { is: ["clause"], doc: "Repeats the rule: `every 2 epochs`." },
  at: { is: ["clause"], doc: "Fires at the end of epochs or at steps: `at epochs 10, 20`." },
  during: { is: ["clause"], doc: "Limits a rule to a window: `during epochs 4..30`." },
  until: { is: ["clause"], doc: "Ends a window, a phase or a loop." },
  softly: { is: ["clause"], doc: "Units are zeroed once and free to grow back." },
  latently: {
    is: ["clause"],
    doc: "Units are zeroed in the forward pass while the weight underneath trains.",
  },
  frozen: { is: ["clause"], doc: "Dead weights are held at an earlier value: `frozen at start`." },
  joins: { is: ["clause"], doc: "Says what happens to channels that a join ties together." },
  couple: { is: ["value"], doc: "Tied channels are one unit with one score; the default." },
  skip: { is: ["value"], doc: "Tied channels are not candidates." },
  agree: { is: ["value"], doc: "Tied channels die only if every branch alone would drop them." },
  keeping: { is: ["clause"], doc: "Leaves at least so many units in every layer." },
  least: { is: ["value"], doc: "Part of `keeping at least`." },
  layer: { is: ["value"], doc: "One layer: `per layer`, `for each layer`." },
  allowing: { is: ["clause"], doc: "Lets a layer die whole: `allowing collapse`." },
  collapse: { is: ["value"], doc: "Part of `allowing collapse`." },
  aligned: { is: ["clause"], doc: "Makes kept counts multiples of a number: `aligned to 8`." },
  compensating: { is: ["clause"], doc: "Adjusts other weights when a unit dies." },
  strength: { is: ["clause"], doc: "How much a penalty, a gate or a pull weighs in the loss." },
  among: { is: ["clause"], doc: "Limits a penalty to the best or worst units of a ranking." },
  top: { is: ["value"], doc: "The highest scores." },
  bottom: { is: ["value"], doc: "The lowest scores." },
  allocated: { is: ["clause"], doc: "Says how regrown units are spread over layers." },
  evenly: { is: ["value"], doc: "The same number to every layer." },
  random: { is: ["value"], doc: "Any dead unit is as good as another." },
  with: { is: ["clause"], doc: "Names the optimizer, or the values of regrown units." },
  values: { is: ["value"], doc: "Part of `with zero values`." },
  zero: { is: ["value"], doc: "Regrown units start at zero." },
  fresh: { is: ["value"], doc: "Regrown units start from the layer's initializer." },
  start: { is: ["value"], doc: "The moment before any training." },
  last: { is: ["value"], doc: "The value at death, or the last layer." },
  including: { is: ["clause"], doc: "Admits units that the same event dropped: `including dropped`." },
  dropped: { is: ["value"], doc: "Part of `including dropped`." },
  batch: { is: ["clause"], doc: "Examples per step." },
  minimizing: { is: ["clause"], doc: "Names the loss, or what a search makes small." },
  maximizing: { is: ["clause"], doc: "Names what a search makes large." },
  subject: { is: ["clause"], doc: "Gives a search its budget: `subject to macs <= 50%`." },
  masks: { is: ["value"], doc: "Which weights live." },
  on: { is: ["clause"], doc: "Where: `learn masks on filters`, `evaluate on test`." },
  only: { is: ["value"], doc: "Part of `update only`." },
  toward: { is: ["clause"], doc: "Part of `pull weights toward pruned(…)`." },
  pruned: { is: ["value"], doc: "The projection that a prune with these clauses would give." },
  rate: { is: ["value"], doc: "The learning rate." },
  optimizer: { is: ["value"], doc: "The optimizer's state." },
  times: { is: ["value"], doc: "Part of `repeat 5 times`." },
  as: { is: ["clause"], doc: "Names the loop variable." },
  bits: { is: ["value"], doc: "Part of `quantize weights to 5 bits`." },

  and: { is: ["reserved"], doc: "True when both sides are." },
  or: { is: ["reserved"], doc: "True when one side is." },
  not: { is: ["reserved"], doc: "True when its operand is not." },
} as const satisfies Record<string, WordInfo>;

export type Word = keyof typeof words;

/** The words of a category. */
export type WordIn<C extends WordCategory> = {
  [W in Word]: C extends (typeof words)[W]["is"][number] ? W : never;
}[Word];

const table: ReadonlyMap<string, WordInfo> = new Map(Object.entries(words));

/** Every word with its categories and its sentence. */
export const WORDS: readonly (WordInfo & { readonly word: string })[] = [...table].map(([word, info]) => ({
  word,
  ...info,
}));

export const isWord = (text: string): text is Word => table.has(text);

export const wordsIn = <C extends WordCategory>(category: C): readonly WordIn<C>[] =>
  [...table.keys()].filter((word): word is WordIn<C> => table.get(word)?.is.includes(category) === true);

export const wordsOf: (category: WordCategory) => readonly string[] = wordsIn;

/** What an editor shows for a word, or undefined for a name. */
export const docOf = (word: string): string | undefined => table.get(word)?.doc;
