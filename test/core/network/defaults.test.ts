import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { argumentsOf } from "../../../core/network/layers/arguments.js";
import { defaults } from "../../../core/network/defaults.js";
import { readNetwork } from "../../../core/network/read.js";
import type { Json, Writer } from "../../../core/network/types.js";

/** Defaults of constructors of both libraries (`oracles/layer-defaults.py`). */
interface Recorded {
  readonly classes: Readonly<Record<string, Readonly<Record<string, Json>>>>;
}

const recorded = (name: string): Recorded["classes"] => {
  const file = join(import.meta.dirname, `../../oracles/layer-defaults.${name}.json`);
  const { classes }: Recorded = JSON.parse(readFileSync(file, "utf8"));
  return classes;
};
const keras2 = recorded("tf_keras");
const keras3 = recorded("keras");

describe.each<readonly [Writer, Recorded["classes"]]>([
  ["keras2", keras2],
  ["keras3", keras3],
])("%s", (writer, classes) => {
  it.each(Object.entries(defaults[writer]))("%s %j", (className, own) => {
    expect(classes[className]).toMatchObject(own);
  });
});

it("wherever the two libraries differ, the table says so", () => {
  const differing = Object.entries(keras3).flatMap(([className, given]) =>
    Object.entries(given)
      .filter(([key, value]) => {
        const other = keras2[className]?.[key];
        return argumentsOf(className)?.[key] !== undefined && other !== undefined && other !== value;
      })
      .map(([key]) => `${className} ${key}`),
  );
  const told = Object.entries(defaults.keras3).flatMap(([className, own]) =>
    Object.entries(own)
      .filter(([key, value]) => key !== "reset_after" && defaults.keras2[className]?.[key] !== value)
      .map(([key]) => `${className} ${key}`),
  );
  // How initializers are spelled changes nothing.
  expect(differing.filter((one) => !one.endsWith("_initializer"))).toEqual(told);
});

it.each([
  ["2.15.0", "GRU", { recurrent_activation: "sigmoid" }],
  ["3.3.0", "GRU", { recurrent_activation: "sigmoid", reset_after: true }],
  ["tfjs-layers 4.22.0", "GRU", {}],
  ["2.15.0", "LSTM", { recurrent_activation: "sigmoid" }],
] as const)("a file of %s with a bare %s", (keras_version, class_name, expected) => {
  const { network } = readNetwork({
    class_name: "Sequential",
    keras_version,
    config: {
      name: "m",
      layers: [{ class_name, config: { name: "r", units: 2, batch_input_shape: [null, 4, 3] } }],
    },
  });
  const config = network?.layers.find(({ path }) => path === "r")?.config ?? {};
  const found = Object.entries(config).filter(([key]) => /^re(?:current_activation|set_after)$/.test(key));
  expect(Object.fromEntries(found)).toEqual(expected);
});
