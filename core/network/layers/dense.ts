import { int } from "../config.js";
import { bind } from "../graph.js";
import { raise } from "../../diagnostics/create.js";
import { quote } from "../../diagnostics/quote.js";
import { product } from "../shapes.js";
import {
  addBias,
  addMacs,
  addSize,
  addWeight,
  channelsOf,
  checkActivation,
  fresh,
  onlyInput,
  protect,
  result,
  weightKey,
  type Rule,
} from "../site.js";
import { emptyKernels } from "./constants.js";
import { ORDINARY, silentActivated, type LayerClass } from "./layer-class.js";

/** Dense acts on the last axis of any rank: kernel [in, out], bias [out]. */
const dense: Rule = (site) => {
  const input = onlyInput(site);
  const rank = input.shape.length;
  if (rank < 2) raise("P5006", `layer ${quote(site.config.path)} needs an input of two axes or more`);
  const reads = channelsOf(site, input);
  const units = int(site.config, "units");
  const ids = fresh(site, units);
  addWeight(site, {
    name: "kernel",
    shape: [reads.length, units],
    bindings: [bind(0, reads, "in"), bind(1, ids, "out")],
    initializer: "kernel_initializer",
    kernel: true,
  });
  addBias(site, ids);
  addSize(site, ["units"], ids);
  const positions = product(input.shape.slice(1, -1));
  addMacs(site, { times: positions, in: reads, out: ids, weight: weightKey(site, "kernel") });
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
  addWeight(site, {
    name: "embeddings",
    shape: [vocabulary, size],
    bindings: [bind(1, ids, "out")],
    initializer: "embeddings_initializer",
  });
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
