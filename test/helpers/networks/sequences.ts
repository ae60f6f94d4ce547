import type { JsonObject } from "../../../core/network/types.js";
import { blocks } from "./blocks.js";
import { topology } from "./builder.js";

/** Small networks of layers over time and volume. */

const ZEROS = { recurrent_initializer: { class_name: "Zeros", config: {} } };

function stackedCells(): JsonObject {
  const b = topology();
  const cells = [
    { class_name: "GRUCell", config: { name: "low", units: 5, ...ZEROS } },
    { class_name: "LSTMCell", config: { name: "high", units: 6, ...ZEROS } },
  ];
  const cell = { class_name: "StackedRNNCells", config: { name: "stack", cells } };
  const x = b.call("RNN", { cell, return_sequences: true, return_state: true }, [b.input([5, 4])]);
  const one = { class_name: "SimpleRNNCell", config: { name: "one", units: 5, ...ZEROS } };
  const last = b.call("RNN", { cell: one }, [x]);
  const states = [1, 2, 3].map((i) => b.output(x, i));
  return b.build([blocks(b).dense(blocks(b).cat(last, ...states), 3)]);
}

function convLstm(): JsonObject {
  const b = topology();
  const config = { filters: 4, kernel_size: [3, 3], padding: "same" };
  const x = b.call("ConvLSTM2D", { ...config, return_sequences: true, ...ZEROS }, [b.input([3, 6, 6, 2])]);
  const y = b.call("ConvLSTM2D", { ...config, filters: 3, ...ZEROS }, [x]);
  return b.build([blocks(b).dense(blocks(b).gap(blocks(b).bn(y)), 3)]);
}

function overTime(): JsonObject {
  const b = topology();
  const conv = {
    class_name: "Conv2D",
    config: { name: "c", filters: 4, kernel_size: [3, 3], activation: "relu" },
  };
  let x = b.call("TimeDistributed", { layer: conv }, [b.input([3, 6, 6, 2])]);
  x = b.call("TimeDistributed", { layer: { class_name: "Flatten", config: { name: "f" } } }, [x]);
  const gru = {
    class_name: "GRU",
    config: { name: "g", units: 4, return_sequences: true, return_state: true },
  };
  const y = b.call("Bidirectional", { layer: gru, merge_mode: "concat" }, [x]);
  const k = blocks(b);
  const z = b.call("GlobalMaxPooling1D", {}, [y]);
  return b.build([k.dense(k.cat(z, b.output(y, 1), b.output(y, 2)), 3)]);
}

function volume(): JsonObject {
  const b = topology();
  const config = { kernel_size: [2, 2, 2], strides: [1, 1, 1], padding: "valid", activation: "sigmoid" };
  let x = b.call("Conv3D", { ...config, filters: 4 }, [b.input([4, 4, 4, 2])]);
  x = b.call("MaxPooling3D", { pool_size: [2, 2, 2], strides: [1, 1, 1], padding: "valid" }, [x]);
  x = b.call("Conv3DTranspose", { ...config, filters: 3, strides: [2, 2, 2] }, [x]);
  return b.build([blocks(b).dense(blocks(b).flatten(x), 3)]);
}

function line(): JsonObject {
  const b = topology();
  const k = blocks(b);
  let x = b.call("Conv1D", { filters: 6, kernel_size: [3], padding: "same", activation: "softplus" }, [
    b.input([8, 3]),
  ]);
  x = b.call("SpatialDropout1D", { rate: 0.2 }, [
    b.call("AveragePooling1D", { pool_size: [2], strides: [2] }, [x]),
  ]);
  x = b.call("RepeatVector", { n: 4 }, [k.dense(k.flatten(x), 5, "relu")]);
  const y = b.call("Conv1D", { filters: 5, kernel_size: [2], dilation_rate: [2], padding: "valid" }, [x]);
  return b.build([k.dense(b.call("GlobalAveragePooling1D", {}, [y]), 3)]);
}

function severalEnds(): JsonObject {
  const b = topology();
  const k = blocks(b);
  const first = k.cbr(b.input([6, 6, 3]), 6);
  const second = k.dense(b.input([4]), 6, "sigmoid");
  const joined = k.mul(first, second);
  return b.build([k.dense(k.gap(joined), 3), k.conv(joined, 2, 1), k.dense(second, 2)]);
}

export const sequenceNetworks: readonly (readonly [string, () => JsonObject])[] = [
  ["stacked cells", stackedCells],
  ["conv lstm", convLstm],
  ["layers over time", overTime],
  ["volume", volume],
  ["line", line],
  ["several inputs and outputs", severalEnds],
];
