import { int } from "../config.js";
import { product } from "../shapes.js";
import {
  addBias,
  addMacs,
  addSize,
  addWeight,
  channelsOf,
  checkActivation,
  fresh,
  making,
  onlyInput,
  protect,
  reading,
  refuse,
  result,
  type Rule,
} from "../site.js";
import { emptyKernels } from "./constants.js";
import { ORDINARY, silentActivated, type LayerClass } from "./layer-class.js";

/** Dense acts on the last axis of any rank: kernel [in, out], bias [out]. */
const dense: Rule = (site) => {
  const input = onlyInput(site);
  if (input.shape.length < 2) refuse(site, "P5006", "needs an input of two axes or more");
  const reads = channelsOf(site, input);
  const units = int(site.config, "units");
  const ids = fresh(site, units);
  addWeight(site, "kernel", [reading(reads), making(ids)]);
  addBias(site, making(ids));
  addSize(site, ["units"], ids);
  addMacs(site, "kernel", product(input.shape.slice(1, -1)), reads, ids);
  checkActivation(site, ids);
  return [result(site, [...input.shape.slice(0, -1), units], ids)];
};

/** Embedding [vocabulary, dim]: the last axis of the indices becomes a position. */
const embedding: Rule = (site) => {
  const input = onlyInput(site);
  const vocabulary = int(site.config, "input_dim");
  const size = int(site.config, "output_dim");
  protect(site, input.ids, "spread", `${site.layer.spec.path} reads indices, not channels`);
  const ids = fresh(site, size);
  addWeight(site, "embeddings", [vocabulary, making(ids)]);
  addSize(site, ["output_dim"], ids);
  return [result(site, [...input.shape, size], ids)];
};

export const tableLayers = {
  Dense: {
    ...ORDINARY,
    rule: dense,
    family: "dense",
    silence: silentActivated("bias"),
    constants: emptyKernels("kernel"),
    uptake: () => "fold",
    distribution: "activation",
  },
  Embedding: {
    ...ORDINARY,
    rule: embedding,
    family: "embedding",
    silence: () => null,
    constants: null,
    reads: "indices",
  },
} satisfies Record<string, LayerClass>;
