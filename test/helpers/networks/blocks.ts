import type { JsonObject } from "../../../core/network/types.js";
import type { Ref, TopologyBuilder } from "./builder.js";

/** Short names for the layers that most test networks are made of. */
export interface Blocks {
  conv(x: Ref, filters: number, kernel?: number, stride?: number, more?: JsonObject): Ref;
  bn(x: Ref, more?: JsonObject): Ref;
  relu(x: Ref): Ref;
  /** Convolution, batch norm, ReLU. */
  cbr(x: Ref, filters: number, kernel?: number, stride?: number, more?: JsonObject): Ref;
  add(...xs: Ref[]): Ref;
  cat(...xs: Ref[]): Ref;
  mul(...xs: Ref[]): Ref;
  gap(x: Ref): Ref;
  flatten(x: Ref): Ref;
  dense(x: Ref, units: number, activation?: string, more?: JsonObject): Ref;
  pool(x: Ref, kind?: "Max" | "Average", size?: number, stride?: number, padding?: string): Ref;
  pad(x: Ref, by: number): Ref;
}

export function blocks(b: TopologyBuilder): Blocks {
  const conv: Blocks["conv"] = (x, filters, kernel = 3, stride = 1, more = {}) =>
    b.call(
      "Conv2D",
      {
        filters,
        kernel_size: [kernel, kernel],
        strides: [stride, stride],
        padding: "same",
        use_bias: false,
        activation: "linear",
        ...more,
      },
      [x],
    );
  const bn: Blocks["bn"] = (x, more = {}) => b.call("BatchNormalization", { axis: -1, ...more }, [x]);
  const relu: Blocks["relu"] = (x) => b.call("ReLU", {}, [x]);
  return {
    conv,
    bn,
    relu,
    cbr: (x, filters, kernel, stride, more) => relu(bn(conv(x, filters, kernel, stride, more))),
    add: (...xs) => b.call("Add", {}, xs),
    cat: (...xs) => b.call("Concatenate", { axis: -1 }, xs),
    mul: (...xs) => b.call("Multiply", {}, xs),
    gap: (x) => b.call("GlobalAveragePooling2D", {}, [x]),
    flatten: (x) => b.call("Flatten", {}, [x]),
    dense: (x, units, activation = "linear", more = {}) =>
      b.call("Dense", { units, activation, use_bias: true, ...more }, [x]),
    pool: (x, kind = "Max", size = 2, stride = size, padding = "valid") =>
      b.call(`${kind}Pooling2D`, { pool_size: [size, size], strides: [stride, stride], padding }, [x]),
    pad: (x, by) =>
      b.call(
        "ZeroPadding2D",
        {
          padding: [
            [by, by],
            [by, by],
          ],
        },
        [x],
      ),
  };
}
