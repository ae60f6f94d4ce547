/**
 * Every word of the language by its category, once, with one sentence for hovers and completion lists: token types, completion and
 * highlighting derive from this table. All words are contextual but those that are reserved: wherever a name must stand, any of them may
 * be one.
 */
const words = {
  statement: {
    network: "Binds the network to prune: a `model.json` or a module that exports one.",
    data: "Binds the data to train and evaluate on: a file, a folder or a module.",
    train: "Trains for a length with a fresh optimizer; rules in its block live for the phase.",
    finetune: "Trains on with the optimizer and the last rate kept.",
    prune: "Removes the least important units, now or whenever its when-clause is due.",
    regrow: "Brings dead units back, paired with the nearest prune rule above it.",
    restore: "Revives latently dead units whose weights underneath grew back.",
    penalize: "Adds a penalty on units to the loss while the network trains.",
    learn: "Trains gates or noise that guard units: `learn masks on filters by scale`.",
    freeze: "Keeps units from training.",
    update: "Lets only the chosen weights follow their gradient: `update only top 10% by …`.",
    pull: "Attracts weights to their pruned projection: `pull weights toward pruned(by magnitude to 90%) strength 1e-3`.",
    rewind: "Sets weights, rate, optimizer, masks or gates back to an earlier moment.",
    mark: "Names this moment, so that a rewind can return to it.",
    reinitialize: "Draws fresh weights under the same masks.",
    recalibrate: "Measures what batch norms normalise by anew, on training batches.",
    shuffle: "Keeps every layer's density and puts its masks in random places.",
    invert: "Brings what is dead in a layer back and takes what lives.",
    harden: "Makes latent masks and gates final.",
    load: "Takes masks or weights from another run.",
    repeat: "Runs its block several times; the loop variable counts from 1.",
    for: "Runs its block for each layer of a selection: `for each layer as L in conv*`.",
    search: "Lets an agent choose an amount within a budget.",
    slim: "Physically removes dead structure: tensors, layers and config shrink.",
    quantize: "Shares weights among few values.",
    evaluate: "Measures loss and metrics.",
    require: "Stops with a failure when its condition does not hold.",
    save: "Writes the network, masks and report to a folder.",
    criterion: "Declares how units are scored; the lowest score goes first.",
    penalty: "Declares a term that `penalize` can add to the loss.",
    curve: "Declares how a moving value moves, from 0 at the start to 1 at the end.",
    use: "Imports names from `std`, another file or a JavaScript module.",
    param: "Declares a value that the command line can set.",
    method: "Declares a named piece of timeline with parameters.",
  },
  structure: {
    weights: "Single weights; the network gets sparser, not faster.",
    filters: "Output channels of convolutions; `slim` removes them.",
    channels: "Input channels of convolutions; `slim` removes them.",
    neurons: "Units of dense and recurrent layers; `slim` removes them.",
    kernels: "One height × width slice of a filter.",
    taps: "Positions inside kernels; `keep 1 each` makes a shift layer.",
    rows: "Rows of kernels.",
    columns: "Columns of kernels.",
    blocks: "Rectangles of a weight matrix: `blocks(4x1)`.",
    strided: "Every so many-th weight: `strided(2, offset: 1)`.",
    layers: "Whole layers; in a selection, `layers 3..9` counts prunable layers from 1.",
    gates: "Whatever a trained gate guards.",
    units: "Filters and neurons together.",
  },
  unit: {
    epochs: "Passes over the training data, counted from 1.",
    epoch: "One pass over the training data.",
    steps: "Updates of the optimizer; step 0 is before the first.",
    step: "One update of the optimizer.",
  },
  curve: {
    linear: "Moves evenly.",
    cubic: "Moves fast first, then slowly: end + (start − end)(1 − t)³.",
    cosine: "Moves along half a cosine: slow, fast, slow.",
    exponential: "Moves geometrically, in the kept share for targets.",
    staircase: "Moves in equal steps.",
    along: "Moves along a declared curve: `along NAME`.",
  },
  clause: {
    in: "Selects layers by name, pattern or number.",
    except: "Takes layers out of the selection.",
    where: "Selects layers by a condition on them.",
    by: "Says how units are scored, or what does the work.",
    under: "Names the objective that gradients differentiate.",
    over: "Says over which batches a score is taken, or over which window a value moves.",
    normalized: "Divides scores by a statistic of their layer.",
    members: "Says how the scores of coupled members are combined.",
    global: "One ranking over the whole selection.",
    local: "The same share in every layer; the default.",
    uniform: "The same share in every layer.",
    erk: "Erdős–Rényi-kernel densities per layer.",
    er: "Erdős–Rényi densities per layer.",
    per: "A ranking per group: `per row`, `per sign`, or a named grouping.",
    amount: "An amount that is not a literal: `amount share`.",
    to: "A target: this share of all units is dead, or this budget holds.",
    from: "Where a moving target or a window starts, or where names come from.",
    keep: "Leaves that many units alive.",
    below: "Every unit that scores under a threshold.",
    above: "Every unit that scores over a threshold.",
    every: "Repeats the rule: `every 2 epochs`.",
    at: "Fires at the end of epochs or at steps: `at epochs 10, 20`.",
    during: "Limits a rule to a window: `during epochs 4..30`.",
    until: "Ends a window, a phase or a loop.",
    while: "What every pass of a loop must leave true; the pass that breaks it is undone.",
    softly: "Units are zeroed once and free to grow back.",
    latently: "Units are zeroed in the forward pass while the weight underneath trains.",
    frozen: "Dead weights are held at an earlier value: `frozen at start`.",
    joins: "Says what happens to channels that a join ties together.",
    keeping:
      "Leaves at least so many units in every layer, or goes back to the best epoch: `keeping best by accuracy`.",
    allowing: "Lets a layer die whole: `allowing collapse`.",
    aligned:
      "Makes kept counts multiples of a number, or of what this machine is fast at: `aligned to 8`, `aligned to auto`.",
    compensating: "Re-fits the layers that lose weights: `compensating by least-squares over 20 batches`.",
    strength: "How much a penalty, a gate or a pull weighs in the loss.",
    among: "Limits a penalty to the best or worst units of a ranking.",
    allocated: "Says how regrown units are spread over layers.",
    with: "Names the optimizer, or the values of regrown units.",
    including: "Admits units that the same event dropped: `including dropped`.",
    batch: "Examples per step.",
    augment: "Alters the images of training batches at random: `augment flip, shift 10%`.",
    minimizing: "Names the loss, or what a search makes small.",
    maximizing: "Names what a search makes large.",
    subject: "Gives a search its budget: `subject to macs <= 50%`.",
    on: "Where: `learn masks on filters`, `evaluate on test`.",
    toward: "Part of `pull weights toward pruned(…)`.",
    as: "Names the loop variable.",
  },
  value: {
    auto: "The multiple that the backend was measured to compute fastest: `aligned to auto`.",
    of: "Joins a pattern and its structure: `2:4 of weights`.",
    offset: "Where the stride starts: `strided(2, offset: 1)`.",
    "batch-norm": "Part of `recalibrate batch-norm over 20 batches`.",
    batches: "Calibration batches: `over 8 batches`.",
    probes:
      "Random directions that the diagonal of the Hessian is estimated from: `over 8 batches and 16 probes`.",
    stored: "By the moving statistics of batch norms: `with stored statistics`; the default.",
    statistics: "What batch norms normalise by while a score is computed: `with batch statistics`.",
    training: "The training batches themselves: `over training`.",
    each: "Per kernel: `keep 1 each`.",
    couple: "Tied channels are one unit with one score; the default.",
    skip: "Tied channels are not candidates.",
    agree: "Tied channels die only if every branch alone would drop them.",
    least: "Part of `keeping at least`.",
    layer: "One layer: `per layer`, `for each layer`.",
    collapse: "Part of `allowing collapse`.",
    top: "The highest scores.",
    bottom: "The lowest scores.",
    evenly: "The same number to every layer.",
    random: "Any dead unit is as good as another.",
    values: "Part of `with zero values`.",
    zero: "Regrown units start at zero.",
    fresh: "Regrown units start from the layer's initializer.",
    start: "The moment before any training.",
    last: "The value at death, or the last layer.",
    dropped: "Part of `including dropped`.",
    masks: "Which weights live.",
    only: "Part of `update only`.",
    pruned: "The projection that a prune with these clauses would give.",
    trained: "Numbers of a penalty that train with the weights: `with trained zeta = 0`.",
    multipliers: "Lagrange multipliers of a pull: `with multipliers`.",
    rate: "The learning rate.",
    optimizer: "The optimizer's state.",
    times: "Part of `repeat 5 times`.",
    loss: 'What a phase minimizes, written in JavaScript: `use loss focal from "./focal.js"`.',
    metric:
      'What is measured beside loss and accuracy, written in JavaScript: `use metric psnr from "./psnr.js"`.',
    gate: 'What guards units, written in JavaScript: `use gate soft from "./soft.js"`.',
    compensation:
      'What re-fits layers that lose weights, written in JavaScript: `use compensation mine from "./mine.js"`.',
    best: "The epoch of a phase at whose end it measured best: `keeping best by loss`.",
    patience: "How many epochs a phase goes on without a better one: `patience 3`.",
    validation: "A share of the training examples that is held out: `validation 10%`.",
    up: "Part of `repeat up to 5 times`.",
    bits: "Part of `quantize weights to 5 bits`.",
  },
  reserved: {
    and: "True when both sides are.",
    or: "True when one side is.",
    not: "True when its operand is not.",
  },
} as const satisfies Record<string, Readonly<Record<string, string>>>;

export type WordCategory = keyof typeof words;

/** The words of a category. */
export type WordIn<C extends WordCategory> = { [K in C]: keyof (typeof words)[K] }[C];

export type Word = WordIn<WordCategory>;

export interface WordInfo {
  readonly word: string;
  readonly is: WordCategory;
  readonly doc: string;
}

/** Every word with its category and its sentence. */
export const WORDS: readonly WordInfo[] = Object.entries(words).flatMap(([is, docs]) =>
  Object.entries(docs).map(([word, doc]) => ({ word, is: is as WordCategory, doc })),
);

const known: ReadonlySet<string> = new Set(WORDS.map(({ word }) => word));

export const isWord = (text: string): text is Word => known.has(text);

export const wordsIn = <C extends WordCategory>(category: C): readonly WordIn<C>[] =>
  Object.keys(words[category]) as WordIn<C>[];

export const wordsOf: (category: WordCategory) => readonly string[] = wordsIn;
