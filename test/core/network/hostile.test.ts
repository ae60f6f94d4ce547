import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readNetwork } from "../../../core/network/read.js";
import type { Json, JsonObject } from "../../../core/network/types.js";
import { namedNetworks, sequential, topology } from "../../helpers/networks.js";
import { runs } from "../../helpers/runs.js";

/** One error, of this code, that mentions this text. */
function refused(model: unknown, code: string, text = ""): void {
  const { network, diagnostics } = readNetwork(model);
  expect(network).toBeNull();
  expect(diagnostics.map((d) => [d.code, d.severity])).toEqual([[code, "error"]]);
  expect(JSON.stringify(diagnostics)).toContain(text);
}

function dense(config: JsonObject): JsonObject {
  return sequential([["Dense", { units: 4, batch_input_shape: [null, 4], name: "fc", ...config }]]);
}

function functional(layers: Json, outputs: Json = [["b", 0, 0]]): JsonObject {
  return {
    class_name: "Model",
    config: { name: "m", layers, input_layers: [["a", 0, 0]], output_layers: outputs },
  };
}

const INPUT = {
  class_name: "InputLayer",
  name: "a",
  config: { batch_input_shape: [null, 4] },
  inbound_nodes: [],
};

function layer(name: string, from: Json, className = "Dense", config: JsonObject = { units: 4 }): JsonObject {
  return { class_name: className, name, config, inbound_nodes: from };
}

describe("what is not a model", () => {
  it("is refused", () => {
    for (const value of [
      null,
      undefined,
      1,
      "x",
      [],
      {},
      { modelTopology: null },
      { class_name: 1 },
      () => 1,
      new Map(),
    ]) {
      refused(value, "P5001");
    }
    refused({ format: "graph-model", modelTopology: { node: [] } }, "P5001", "graph model");
    refused({ class_name: "Lambda", config: {} }, "P5001", "Lambda");
  });

  it("says which part is missing", () => {
    refused({ class_name: "Sequential" }, "P5002", "layers");
    refused({ class_name: "Sequential", config: { layers: [] } }, "P5002", "no layers");
    refused({ class_name: "Sequential", config: { layers: [1] } }, "P5002", "layer 1");
    refused({ class_name: "Model", config: { layers: [INPUT] } }, "P5002", "input_layers");
    refused(functional([INPUT, { ...layer("b", []), class_name: 5 }]), "P5002", "`b`");
    refused(sequential([["Dense", { units: 3 }]]), "P5002", "input shape");
  });
});

describe("fields of the wrong kind", () => {
  it("are refused by name", () => {
    for (const units of [0, -1, 1.5, "4", null, [], {}, 2 ** 40, NaN])
      refused(dense({ units }), "P5002", "units");
    refused(dense({ use_bias: 1 }), "P5002", "use_bias");
    refused(dense({ activation: { x: 1 } }), "P5002", "activation");
    refused(dense({ batch_input_shape: [null, "4"] }), "P5002", "`fc`");
    refused(dense({ batch_input_shape: [null, -4] }), "P5002", "`fc`");
    refused(
      sequential([["Conv2D", { filters: 2, kernel_size: [3], batch_input_shape: [null, 4] }]]),
      "P5006",
      "Conv2D",
    );
    refused(
      sequential([["Conv2D", { filters: 2, kernel_size: [3, 3, 3], batch_input_shape: [null, 8, 8, 1] }]]),
      "P5002",
      "kernel_size",
    );
  });
});

describe("references", () => {
  it("must lead somewhere", () => {
    refused(functional([INPUT, layer("b", [[["zzz", 0, 0, {}]]])]), "P5004", "zzz");
    refused(functional([INPUT, layer("b", [[["a", 3, 0, {}]]])]), "P5004", "call 3");
    refused(functional([INPUT, layer("b", [[["a", 0, 2, {}]]])]), "P5004", "output 2");
    refused(functional([INPUT, layer("b", [[["a", 0, 0, {}]]])], [["b", 1, 0]]), "P5004", "output_layers");
    refused(functional([INPUT, layer("b", [[[7, 0, 0]]])]), "P5002", "`b`");
    refused(functional([INPUT, layer("b", [[["a", -1, 0]]])]), "P5002", "index");
  });

  it("must not run in a circle", () => {
    const x = layer("x", [[["y", 0, 0, {}]]]);
    const y = layer("y", [[["x", 0, 0, {}]]]);
    refused(functional([INPUT, x, y, layer("b", [[["y", 0, 0, {}]]])]), "P5005", "`x`");
    refused(functional([INPUT, layer("b", [[["b", 0, 0, {}]]])]), "P5005", "`b`");
  });

  it("must be told apart by name", () => {
    refused(functional([INPUT, layer("b", [[["a", 0, 0]]]), layer("b", [[["a", 0, 0]]])]), "P5003", "`b`");
  });

  it("take names that mean something to JavaScript", () => {
    for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
      const { network, diagnostics } = readNetwork(
        functional([INPUT, layer(name, [[["a", 0, 0, {}]]])], [[name, 0, 0]]),
      );
      expect(diagnostics).toEqual([]);
      expect(network?.layers.map((l) => l.path)).toEqual(["a", name]);
    }
    const evil: unknown = JSON.parse(
      '{"class_name":"Sequential","config":{"__proto__":{"polluted":1},"layers":[{"class_name":"Dense","config":{"__proto__":{"units":3},"units":2,"batch_input_shape":[null,2]}}]}}',
    );
    expect(readNetwork(evil).network?.tensors[1]?.shape).toEqual([null, 2]);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

describe("sizes", () => {
  it("that do not fit are refused", () => {
    const b = topology();
    const sum = b.call("Add", {}, [b.input([4]), b.input([5])], "sum");
    refused(b.build([sum]), "P5006", "`sum`");
    const c = topology();
    refused(c.build([c.call("Reshape", { target_shape: [3, 3] }, [c.input([8])], "re")]), "P5006", "`re`");
    const pool = { pool_size: [3, 3], strides: [3, 3], padding: "valid" };
    const d = topology();
    refused(d.build([d.call("MaxPooling2D", pool, [d.input([2, 2, 1])], "p")]), "P5006", "`p`");
    const e = topology();
    refused(e.build([e.call("Flatten", {}, [e.input([null, 3])], "flat")]), "P5006", "`flat`");
  });

  it("that are absurd are refused before anything is allocated", () => {
    const start = performance.now();
    refused(dense({ units: 2 ** 30 }), "P5007");
    refused(dense({ units: 2_000_000 }), "P5007", "1048576 channels");
    refused(sequential([["Dense", { units: 3, batch_input_shape: [null, 2 ** 31 - 1] }]]), "P5007");
    refused(
      sequential([["UpSampling2D", { size: [60_000, 60_000], batch_input_shape: [null, 8, 8, 1] }]]),
      "P5007",
    );
    const b = topology();
    let x = b.input([64]);
    for (let i = 0; i < 40; i++) x = b.call("Concatenate", { axis: -1 }, [x, x]);
    refused(b.build([x]), "P5007");
    expect(performance.now() - start).toBeLessThan(30_000);
  });

  it("that explode by nesting are refused", () => {
    let model = sequential([["Dense", { units: 2, batch_input_shape: [null, 2] }]], "m0");
    for (let i = 1; i <= 30; i++) {
      const b = topology();
      const once = b.nest(model, [b.input([2])], "m");
      model = b.build([b.again(once, [once])], `m${i}`);
    }
    refused(model, "P5007");
  });

  it("of nesting are bounded", () => {
    let model: JsonObject = sequential([["Dense", { units: 2, batch_input_shape: [null, 2] }]]);
    for (let i = 0; i < 60; i++)
      model = { class_name: "Sequential", config: { name: `m${i}`, layers: [model] } };
    refused(model, "P5008");
    for (let i = 0; i < 100_000; i++) model = { class_name: "Sequential", config: { layers: [model] } };
    refused(model, "P5008");
    let deep: JsonObject = { class_name: "Dense", config: { units: 2 } };
    for (let i = 0; i < 100; i++) deep = { class_name: "TimeDistributed", config: { layer: deep } };
    const shape = { batch_input_shape: [null, 2, 2] };
    refused(
      { class_name: "Sequential", config: { layers: [{ ...deep, config: { layer: deep, ...shape } }] } },
      "P5006",
    );
    const loop: { [key: string]: unknown } = { class_name: "Sequential" };
    loop["config"] = { layers: [loop, loop] };
    refused(loop, "P5008");
  });

  it("of many layers are read in reasonable time", () => {
    const b = topology();
    let x = b.input([4]);
    for (let i = 0; i < 20_000; i++) x = b.call("ReLU", {}, [x]);
    const start = performance.now();
    expect(readNetwork(b.build([x])).diagnostics).toEqual([]);
    expect(performance.now() - start).toBeLessThan(30_000);
  });
});

describe("what cannot be computed", () => {
  it("is refused", () => {
    const on = (className: string, config: JsonObject, shape: readonly number[]): JsonObject =>
      sequential([[className, { ...config, name: "odd", batch_input_shape: [null, ...shape] }]]);
    const map = [8, 8, 4];
    const cases: readonly JsonObject[] = [
      on("Conv2DTranspose", { filters: 2, kernel_size: 3, dilation_rate: 2 }, map),
      on("UpSampling2D", { interpolation: "bicubic" }, map),
      on("LayerNormalization", { rms_scaling: true }, map),
    ];
    for (const model of cases) refused(model, "P5009", "`odd`");
  });
});

describe("random damage", () => {
  const seeds = [...namedNetworks.values()].map((make) => JSON.stringify(make()));

  /** Replaces the value at a random place of a model. */
  function damage(text: string, place: number, value: unknown): unknown {
    let left = place % 400;
    const root: unknown = JSON.parse(text, (_key, item: unknown) => (left-- === 0 ? value : item));
    return root;
  }

  it("never throws, and never gives a network together with an error", () => {
    fc.assert(
      fc.property(fc.nat(seeds.length - 1), fc.nat(399), fc.anything(), (seed, place, value) => {
        const { network, diagnostics } = readNetwork(damage(seeds[seed] ?? "", place, value));
        expect(network === null).toBe(diagnostics.some(({ severity }) => severity === "error"));
        for (const d of diagnostics) expect(d.message).toMatch(/^[^A-Z\n]?.*[^.\n]$/);
      }),
      { numRuns: runs(300, 3000) },
    );
  });
});
