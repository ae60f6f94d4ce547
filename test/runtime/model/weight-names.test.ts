import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readNetwork } from "../../../core/network/read.js";
import { archiveNames } from "../../../runtime/model/archive-names.js";
import { matchWeights } from "../../../runtime/model/match.js";

/** What Keras calls the variables of its layers (`oracles/weight-names.py`). */
interface Named {
  readonly class: string;
  readonly topology: unknown;
  readonly weights: readonly (readonly [name: string, shape: readonly number[]])[];
  /** What its archive calls each, generators left out. */
  readonly archived?: readonly string[];
}

/** The places in a list of stored weights from which those of a network come, in its order. */
function placesOf(topology: unknown, stored: readonly (readonly [name: string, shape: readonly number[]])[]) {
  const { network, diagnostics } = readNetwork(topology);
  if (!network) throw new Error(diagnostics.map((one) => one.message).join());
  const named = archiveNames(topology);
  const { store } = matchWeights(
    network,
    stored.map(([name, shape], i) => ({ name: named(name), shape, data: Float32Array.of(i) })),
  );
  return network.layers.flatMap((layer) => layer.weights.map(({ key }) => store.get(key)?.data[0]));
}

describe.each(["keras", "tf_keras"])("names of %s find their weights", (library) => {
  const file = join(import.meta.dirname, `../../oracles/weight-names.${library}.json`);
  const cases: readonly Named[] = JSON.parse(readFileSync(file, "utf8"));
  it.each(cases.map((one, i) => [`${one.class}, ${i}`, one] as const))("%s", (_, one) => {
    const { topology, weights, archived } = one;
    // In the file's order, which is that of the layer: forward before backward, one cell before the next.
    const own = weights.flatMap(([name], i) => (name.includes("seed_generator") ? [] : [i]));
    expect(placesOf(topology, weights)).toEqual(own);
    if (archived === undefined) return;
    // As the converter of archives lists them, by the alphabet.
    const listed = archived
      .map((name, i) => [name, weights[i]?.[1] ?? []] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    const stacked = archived.some((name) => name.includes("/cells/"));
    if (stacked) return expect(() => placesOf(topology, listed)).toThrow(/no layer has it/);
    const places = placesOf(topology, [...listed, ["layers/dropout/seed_generator/vars/0", [2]]]);
    expect(places.map((place) => listed[place ?? -1]?.[0])).toEqual(archived);
  });
});
