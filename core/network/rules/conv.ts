import { choice, flag, int, sizes } from "../config.js";
import { bind } from "../graph.js";
import { quote, refuse } from "../problems.js";
import { convLength, deconvLength, product } from "../shapes.js";
import {
  addMacs,
  addSize,
  addWeight,
  barrier,
  channelsOf,
  fresh,
  onlyInput,
  result,
  weightKey,
  type Rule,
  type Site,
} from "../site.js";
import { checkActivation } from "./activation-check.js";

export const CHANNELS_FIRST = "with channels first the last axis is not the channels";

export function isChannelsFirst(site: Site): boolean {
  return (
    choice(site.config, "data_format", ["channelsLast", "channelsFirst"], "channelsLast") === "channelsFirst"
  );
}

export function refuseGroups(site: Site): void {
  if (int(site.config, "groups", 1) === 1) return;
  refuse("P5009", `layer ${quote(site.config.path)} is a grouped convolution`, {
    notes: ["TensorFlow.js ignores `groups` and would compute an ordinary convolution"],
    help: "export the network with a depthwise convolution, or with one convolution for each group",
  });
}

interface Geometry {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: "valid" | "same";
}

export function geometry(site: Site, rank: number): Geometry {
  const kernel = sizes(site.config, "kernel_size", rank);
  const strides = sizes(site.config, "strides", rank, 1);
  const dilation = sizes(site.config, "dilation_rate", rank, 1);
  const padding = choice(site.config, "padding", ["valid", "same", "causal"], "valid");
  if (padding === "causal") {
    return refuse("P5009", `layer ${quote(site.config.path)} uses causal padding`, {
      notes: ["TensorFlow.js does not compute it"],
    });
  }
  return { kernel, strides, dilation, padding };
}

/** Conv1D, Conv2D, Conv3D: kernel [...k, in, out], bias [out]. */
export function conv(rank: number): Rule {
  return (site) => {
    const input = onlyInput(site, rank + 2);
    refuseGroups(site);
    const g = geometry(site, rank);
    const filters = int(site.config, "filters");
    const first = rank > 1 && isChannelsFirst(site);
    const space = first ? input.shape.slice(2) : input.shape.slice(1, -1);
    const out = space.map((n, i) =>
      convLength(n, g.kernel[i] ?? 1, g.strides[i] ?? 1, g.padding, g.dilation[i] ?? 1),
    );
    if (first) {
      const shape = [input.shape[0] ?? null, filters, ...out];
      looseKernel(site, [...g.kernel, input.shape[1] ?? null, filters], filters);
      addMacs(site, { times: product(out) * product(g.kernel) * (input.shape[1] ?? 1) * filters });
      return barrier(site, [shape], "barrier", CHANNELS_FIRST);
    }
    const reads = channelsOf(site, input);
    const ids = fresh(site, filters);
    addWeight(site, {
      name: "kernel",
      shape: [...g.kernel, reads.length, filters],
      bindings: [bind(rank, reads, "in"), bind(rank + 1, ids, "out")],
      initializer: "kernel_initializer",
      kernel: true,
    });
    addBias(site, ids);
    addSize(site, ["filters"], ids);
    addMacs(site, {
      times: product(out) * product(g.kernel),
      in: reads,
      out: ids,
      weight: weightKey(site, "kernel"),
    });
    checkActivation(site, ids);
    return [result(site, [input.shape[0] ?? null, ...out, filters], ids)];
  };
}

/** Conv2DTranspose, Conv3DTranspose: kernel [...k, out, in]; one product for each input cell and tap. */
export function convTranspose(rank: number): Rule {
  return (site) => {
    const input = onlyInput(site, rank + 2);
    refuseGroups(site);
    const g = geometry(site, rank);
    const filters = int(site.config, "filters");
    if (g.dilation.some((d) => d !== 1)) {
      refuse("P5009", `layer ${quote(site.config.path)} is a dilated transposed convolution`, {
        notes: ["TensorFlow.js ignores the dilation"],
      });
    }
    const padding = site.config.values["output_padding"];
    if (
      padding !== undefined &&
      padding !== null &&
      sizes(site.config, "output_padding", rank, 0, 0).some((p) => p !== 0)
    ) {
      refuse("P5009", `layer ${quote(site.config.path)} uses \`output_padding\``, {
        notes: ["TensorFlow.js ignores it"],
      });
    }
    const first = isChannelsFirst(site);
    const space = first ? input.shape.slice(2) : input.shape.slice(1, -1);
    const out = space.map((n, i) => deconvLength(n, g.kernel[i] ?? 1, g.strides[i] ?? 1, g.padding));
    const cells = product(space) * product(g.kernel);
    if (first) {
      looseKernel(site, [...g.kernel, filters, input.shape[1] ?? null], filters);
      addMacs(site, { times: cells * (input.shape[1] ?? 1) * filters });
      return barrier(site, [[input.shape[0] ?? null, filters, ...out]], "barrier", CHANNELS_FIRST);
    }
    const reads = channelsOf(site, input);
    const ids = fresh(site, filters);
    addWeight(site, {
      name: "kernel",
      shape: [...g.kernel, filters, reads.length],
      bindings: [bind(rank, ids, "out"), bind(rank + 1, reads, "in")],
      initializer: "kernel_initializer",
      kernel: true,
    });
    addBias(site, ids);
    addSize(site, ["filters"], ids);
    addMacs(site, { times: cells, in: reads, out: ids, weight: weightKey(site, "kernel") });
    checkActivation(site, ids);
    return [result(site, [input.shape[0] ?? null, ...out, filters], ids)];
  };
}

/** Bias [out], where there is one. */
export function addBias(site: Site, ids: Int32Array, role: "out" | "pass" = "out"): void {
  if (!flag(site.config, "use_bias", true)) return;
  addWeight(site, {
    name: "bias",
    shape: [ids.length],
    bindings: [bind(0, ids, role)],
    initializer: "bias_initializer",
  });
}

/** Kernel and bias of a layer whose channels cannot be followed. */
export function looseKernel(
  site: Site,
  shape: readonly (number | null)[],
  outputs: number,
  name = "kernel",
): void {
  addWeight(site, { name, shape, bindings: [], initializer: "kernel_initializer", kernel: true });
  if (flag(site.config, "use_bias", true)) {
    addWeight(site, { name: "bias", shape: [outputs], bindings: [], initializer: "bias_initializer" });
  }
}
