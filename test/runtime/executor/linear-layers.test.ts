import { expect, it } from "vitest";
import { linearLayer, placesOf, readRows } from "../../../core/compensate/linear.js";
import { randomStream } from "../../../core/random.js";
import { openBackend } from "../../../runtime/backend/index.js";
import { createExecutor } from "../../../runtime/executor/index.js";
import { chain, initialStore, network, parameter } from "./helpers.js";

/** What layers read at each place, times their kernel, is what they give: every padding, stride and dilation. */
it.each([
  ["Dense", [5], { units: 3 }],
  ["Dense", [4, 5], { units: 3 }],
  ["Conv1D", [9, 2], { filters: 3, kernel_size: [3], padding: "causal", dilation_rate: [2] }],
  ["Conv1D", [9, 2], { filters: 3, kernel_size: [4], padding: "same", strides: [2] }],
  ["Conv2D", [7, 6, 2], { filters: 3, kernel_size: [3, 2], padding: "same", strides: [2, 2] }],
  ["Conv2D", [8, 9, 2], { filters: 3, kernel_size: [2, 3], padding: "same", dilation_rate: [2, 2] }],
  [
    "Conv2D",
    [7, 6, 2],
    { filters: 3, kernel_size: [3, 3], padding: "valid", strides: [1, 2], use_bias: false },
  ],
  ["Conv3D", [4, 5, 4, 2], { filters: 2, kernel_size: [2, 3, 2], padding: "same", strides: [1, 2, 1] }],
] as const)("%s of %j with %j", async (className, shape, config) => {
  const net = network(chain(shape, [className, { ...config, bias_initializer: "ones" }]));
  const store = initialStore(net);
  const backend = await openBackend({ backend: "wasm" });
  const executor = createExecutor(net, store, backend, { seed: 1 });
  executor.upload();
  const stream = randomStream(3, "input");
  const whole = [2, ...shape];
  const data = Float32Array.from({ length: whole.reduce((a, b) => a * b, 1) }, (_, i) => stream.normal(i));
  const [made] = executor.predict([{ kind: "dense", data, shape: whole }]);
  executor.dispose();
  const [info] = net.layers.filter(({ className: name }) => name === className);
  const layer = info === undefined ? null : linearLayer(info);
  if (layer === null || made === undefined) throw new Error("the layer is a product");
  const width = layer.taps * layer.inputs;
  const kernel = parameter(store, layer.kernel).data;
  const places = placesOf(layer, whole);
  expect(places * 2 * layer.outputs).toBe(made.data.length);
  for (const example of [0, 1]) {
    const rows = new Float32Array(places * width);
    readRows(
      layer,
      { data, shape: whole },
      example,
      Int32Array.from({ length: places }, (_, i) => i),
      rows,
      0,
    );
    for (let place = 0; place < places; place++)
      for (let o = 0; o < layer.outputs; o++) {
        let y = layer.bias === null ? 0 : 1;
        for (let k = 0; k < width; k++)
          y += (rows[place * width + k] ?? 0) * (kernel[k * layer.outputs + o] ?? 0);
        expect(made.data[(example * places + place) * layer.outputs + o]).toBeCloseTo(y, 4);
      }
  }
});
