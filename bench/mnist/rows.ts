/** A program of the MNIST table, and what its paper publishes. */
export interface Published {
  /** Name of the program: a file in the folder of its network. */
  readonly program: string;
  /** The method of `std` whose statements the program writes out, where it does not call it. */
  readonly method?: string;
  /** All weights over those that are not zero; null where the paper gives none for this network. */
  readonly compression: number | null;
  /** Units of each layer, where that is what the paper gives: `compression` is worked out from them. */
  readonly structure?: string;
  /** Of what shares values, bytes in 32 bits over those in Huffman's code: what the paper calls compression. */
  readonly coded?: number;
  /** Test error in percent; null as before. */
  readonly error: number | null;
  /** Where the figures were read: in the abstract or a table of the paper itself, or at second hand. */
  readonly from: "paper" | "second hand" | null;
  /** Where the row misses its figures: what was found when it was looked into. */
  readonly why?: string;
}

const unpublished = { compression: null, error: null, from: null } as const;

/**
 * By network. Rows without figures are of methods whose papers have none for it: they are asked for a compression that others publish.
 * Constants are the defaults of the methods, or were chosen on a part of the training set (`split.mjs`); none was tuned on the test images.
 */
export const networks: Readonly<Record<string, readonly Published[]>> = {
  "lenet-300-100": [
    { program: "unpruned", ...unpublished },
    { program: "han", compression: 12, error: 1.59, from: "paper" },
    {
      program: "dns",
      compression: 56,
      error: 1.99,
      from: "paper",
      why: "its thresholds are those of the moment and shrink with the weights, where the paper measures them once. With momentum and decay in the place of Adam the network collapsed at strengths of 2 and of 3. Thresholds of the weights at the start, which stay, did better with momentum on held-out images, and would miss as well.",
    },
    { program: "agp", ...unpublished },
    { program: "lottery-ticket", ...unpublished },
    {
      program: "snip-20",
      compression: 20,
      error: 1.6,
      from: "second hand",
      why: "as snip-50, below.",
    },
    {
      program: "snip-50",
      compression: 50,
      error: 2.4,
      from: "second hand",
      why: "40 epochs. Adam in the place of momentum, and decays of 1e-4 to 5e-4, made no great difference on held-out images; weights that are chosen after training or during it lose little at 20 × (agp, lottery-ticket), so that it is the choice before training that costs.",
    },
    {
      program: "l0",
      method: "l0",
      compression: 3.83,
      structure: "219-214-100",
      error: 1.4,
      from: "second hand",
      why: "70 epochs, where the authors train 200. On held-out images 26 were further off at every strength, the strength of the paper, 0.1, closed too few gates, and retraining at a higher rate helped little.",
    },
    {
      program: "sparse-vd",
      compression: 68,
      error: 1.92,
      from: "paper",
      why: "20 epochs, where the authors train 200: the logarithm of a variance moves by 1e-3 a step at most, so that fewer weights come to be mostly noise.",
    },
    { program: "gsm", compression: 60, error: null, from: "paper" },
    { program: "rigl", ...unpublished },
    { program: "set", ...unpublished },
    { program: "swd", ...unpublished },
    { program: "group-lasso", ...unpublished },
    { program: "scale-gates", method: "slimming", ...unpublished },
    {
      program: "deep-compression",
      method: "deep-compression",
      compression: 12,
      coded: 40,
      error: 1.58,
      from: "second hand",
    },
  ],
  "lenet-5-caffe": [
    { program: "unpruned", ...unpublished },
    { program: "han", method: "han", compression: 12, error: 0.77, from: "paper" },
    { program: "dns", compression: 108, error: 0.91, from: "paper" },
    { program: "agp", ...unpublished },
    {
      program: "snip-50",
      compression: 50,
      error: 0.8,
      from: "second hand",
      why: "8 epochs; no other recipe was tried.",
    },
    { program: "snip-100", compression: 100, error: 1.1, from: "second hand" },
    {
      program: "l0",
      method: "l0",
      compression: 11.1,
      structure: "20-25-45-462",
      error: 0.9,
      from: "second hand",
      why: "9 epochs, where the authors train 200.",
    },
    { program: "rigl", ...unpublished },
    { program: "sparse-vd", compression: 280, error: 0.75, from: "paper" },
    { program: "group-lasso", compression: 4.2, structure: "3-12-800-500", error: 1, from: "paper" },
    {
      program: "deep-compression",
      method: "deep-compression",
      compression: 12,
      coded: 39,
      error: 0.74,
      from: "second hand",
    },
  ],
};
