import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readNetwork } from "../../../core/network/read.js";
import { matchWeights } from "../../../runtime/model/match.js";

/** What Keras calls the variables of its layers (`oracles/weight-names.py`). */
interface Named {
  readonly class: string;
  readonly topology: unknown;
  readonly weights: readonly (readonly [name: string, shape: readonly number[]])[];
}

describe.each(["keras", "tf_keras"])("names of %s find their weights", (library) => {
  const file = join(import.meta.dirname, `../../oracles/weight-names.${library}.json`);
  const cases: readonly Named[] = JSON.parse(readFileSync(file, "utf8"));
  it.each(cases.map((one, i) => [`${one.class}, ${i}`, one] as const))("%s", (_, { topology, weights }) => {
    const { network, diagnostics } = readNetwork(topology);
    if (!network) throw new Error(diagnostics.map((one) => one.message).join());
    const stored = weights.map(([name, shape], i) => ({ name, shape, data: Float32Array.of(i) }));
    const { store, network: matched } = matchWeights(network, stored);
    // In the file's order, which is that of the layer: forward before backward, one cell before the next.
    const order = matched.layers.flatMap((layer) => layer.weights.map(({ key }) => store.get(key)?.data[0]));
    const own = weights.flatMap(([name], i) => (name.includes("seed_generator") ? [] : [i]));
    expect(order).toEqual(own);
  });
});
