import { int } from "../config.js";
import { bind } from "../graph.js";
import { quote, refuse } from "../problems.js";
import { convLength, product, repeat } from "../shapes.js";
import {
  addMacs,
  addSize,
  addWeight,
  barrier,
  channelsOf,
  derived,
  fresh,
  onlyInput,
  result,
  weightKey,
  type Rule,
} from "../site.js";
import { checkActivation } from "./activation-check.js";
import { addBias, CHANNELS_FIRST, geometry, isChannelsFirst, looseKernel } from "./conv.js";

/** DepthwiseConv2D: makes no channel of its own; output o = c · multiplier + q follows input c. */
export const depthwiseConv2d: Rule = (site) => {
  const input = onlyInput(site, 4);
  const g = geometry(site, 2);
  const multiplier = int(site.config, "depth_multiplier", 1);
  if (g.dilation.some((d) => d !== 1)) {
    refuse("P5009", `layer ${quote(site.config.path)} is a dilated depthwise convolution`, {
      notes: ["TensorFlow.js ignores the dilation"],
    });
  }
  const first = isChannelsFirst(site);
  const space = first ? input.shape.slice(2) : input.shape.slice(1, -1);
  const out = space.map((n, i) => convLength(n, g.kernel[i] ?? 1, g.strides[i] ?? 1, g.padding));
  const taps = product(out) * product(g.kernel);
  if (first) {
    const n = input.shape[1] ?? 1;
    looseKernel(site, [...g.kernel, input.shape[1] ?? null, multiplier], n * multiplier, "depthwise_kernel");
    addMacs(site, { times: taps * n * multiplier });
    return barrier(site, [[input.shape[0] ?? null, n * multiplier, ...out]], "barrier", CHANNELS_FIRST);
  }
  const reads = channelsOf(site, input);
  const ids =
    multiplier === 1 ? reads : derived(site, reads.length * multiplier, () => repeat(reads, multiplier));
  addWeight(site, {
    name: "depthwise_kernel",
    shape: [...g.kernel, reads.length, multiplier],
    bindings: [bind(2, reads, "pass")],
    initializer: "depthwise_initializer",
    kernel: true,
  });
  addBias(site, ids, "pass");
  addMacs(site, { times: taps, out: ids, weight: weightKey(site, "depthwise_kernel") });
  checkActivation(site, ids);
  return [result(site, [input.shape[0] ?? null, ...out, ids.length], ids)];
};

/** SeparableConv2D: depthwise, then pointwise [1, 1, in · multiplier, out]. */
export const separableConv2d: Rule = (site) => {
  const input = onlyInput(site, 4);
  const g = geometry(site, 2);
  const multiplier = int(site.config, "depth_multiplier", 1);
  const filters = int(site.config, "filters");
  const first = isChannelsFirst(site);
  const space = first ? input.shape.slice(2) : input.shape.slice(1, -1);
  const out = space.map((n, i) =>
    convLength(n, g.kernel[i] ?? 1, g.strides[i] ?? 1, g.padding, g.dilation[i] ?? 1),
  );
  const cells = product(out);
  if (first) {
    const n = input.shape[1] ?? 1;
    addWeight(site, {
      name: "depthwise_kernel",
      shape: [...g.kernel, input.shape[1] ?? null, multiplier],
      bindings: [],
      initializer: "depthwise_initializer",
      kernel: true,
    });
    looseKernel(site, [1, 1, n * multiplier, filters], filters, "pointwise_kernel");
    addMacs(site, { times: cells * n * multiplier * (product(g.kernel) + filters) });
    return barrier(site, [[input.shape[0] ?? null, filters, ...out]], "barrier", CHANNELS_FIRST);
  }
  const reads = channelsOf(site, input);
  const middle =
    multiplier === 1 ? reads : derived(site, reads.length * multiplier, () => repeat(reads, multiplier));
  const ids = fresh(site, filters);
  addWeight(site, {
    name: "depthwise_kernel",
    shape: [...g.kernel, reads.length, multiplier],
    bindings: [bind(2, reads, "in")],
    initializer: "depthwise_initializer",
    kernel: true,
  });
  addWeight(site, {
    name: "pointwise_kernel",
    shape: [1, 1, middle.length, filters],
    bindings: [bind(2, middle, "in"), bind(3, ids, "out")],
    initializer: "pointwise_initializer",
    kernel: true,
  });
  addBias(site, ids);
  addSize(site, ["filters"], ids);
  addMacs(site, {
    times: cells * product(g.kernel),
    out: middle,
    weight: weightKey(site, "depthwise_kernel"),
  });
  addMacs(site, { times: cells, in: middle, out: ids, weight: weightKey(site, "pointwise_kernel") });
  checkActivation(site, ids);
  return [result(site, [input.shape[0] ?? null, ...out, filters], ids)];
};
