import { leftOfLayers, type LayerLeft } from "../masks/measure.js";
import type { MaskState } from "../masks/state.js";
import type { LayerInfo, Network } from "../network/types.js";
import type { Decision } from "./types.js";

/**
 * What agents may know of the layers of each value, as AMC has it: where they stand, their part of the cost, and of the first of them
 * how wide it is, how much it reads, how large its kernel, its stride and its output are.
 * @param groups paths of the layers that have a value together
 */
export function decisionsOf(
  network: Network,
  state: MaskState,
  groups: readonly (readonly string[])[],
): readonly Decision[] {
  const left = leftOfLayers(network, state);
  const rows = new Map(network.layers.map((layer, i) => [layer.path, { layer, left: left[i] }]));
  const sum = (of: "macs" | "params", paths: Iterable<string>): number =>
    [...paths].reduce((all, path) => all + (rows.get(path)?.left?.[of] ?? 0), 0);
  const share = (of: "macs" | "params", paths: readonly string[]): number =>
    sum(of, paths) / Math.max(1, sum(of, rows.keys()));
  return groups.map((paths, i) => {
    const cost = share("macs", paths);
    const first = rows.get(paths[0] ?? "");
    return {
      cost,
      facts: [
        i / groups.length,
        cost,
        share("params", paths),
        ...(first ? shapeOf(first.layer, first.left) : noShape),
      ],
    };
  });
}

/** Powers of two below this are told as numbers from 0 to 1. */
const most = 16;
const noShape = [0, 0, 0, 0, 0] as const;

function shapeOf({ weights, config }: LayerInfo, left: LayerLeft | undefined): readonly number[] {
  const kernel = weights.find(({ isKernel }) => isKernel)?.shape ?? [];
  const { strides } = config;
  const stride = Array.isArray(strides) ? strides[0] : strides;
  const places = (left?.macs ?? 0) / Math.max(1, left?.kernels ?? 0);
  const taps = kernel.slice(0, -2).reduce((product, size) => product * size, 1);
  const sizes = [
    left?.channels ?? 0,
    kernel.at(-2) ?? 0,
    taps,
    typeof stride === "number" ? stride : 1,
    places,
  ];
  return sizes.map((size) => Math.log2(1 + size) / most);
}
