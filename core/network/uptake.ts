import type { LayerInfo } from "./types.js";

/** How a layer takes up a constant input: into its shift, onto a carrier channel (zero padding), or not at all. */
export type Uptake = "fold" | "carry" | "never";

/** What a layer does with a constant input that is the same everywhere in the example. */
export function uptakeOf({ className, config }: Pick<LayerInfo, "className" | "config">): Uptake {
  if (className === "Dense") return "fold";
  const kernel = config["kernel_size"];
  const strides = config["strides"];
  const all = (value: unknown, n: number): boolean =>
    Array.isArray(value) ? value.every((x) => x === n) : value === n;
  if (/^Conv[123]D$/.test(className))
    return config["padding"] !== "same" || all(kernel, 1) ? "fold" : "carry";
  if (/^Conv[23]DTranspose$/.test(className))
    return all(kernel, 1) && all(strides ?? 1, 1) ? "fold" : "carry";
  if (className === "SeparableConv2D")
    return config["padding"] !== "same" || all(kernel, 1) ? "fold" : "never";
  return "never";
}
