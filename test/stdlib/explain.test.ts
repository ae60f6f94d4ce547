import { expect, it } from "vitest";
import { explainName, explanation } from "../../compiler/render/explain-name.js";
import { standardLibrary } from "../../compiler/passes/standard.js";

it("tells what every parameter of every standard method means, with its unit and default", () => {
  const methods = [...standardLibrary().values()].filter(({ kind }) => kind === "method");
  expect(methods.length).toBeGreaterThan(7);
  for (const { name } of methods) {
    const found = explainName(name).find(({ kind }) => kind === "method");
    expect(found?.parameters.length, name).toBeGreaterThan(0);
    for (const one of found?.parameters ?? []) {
      expect(one.meaning, `${name}: ${one.name}`).not.toBeNull();
      expect(one.default, `${name}: ${one.name}`).not.toBeNull();
    }
    for (const one of found === undefined ? [] : explanation(found, 80).split("\n  "))
      expect(one.split("\n")[0]?.length).toBeLessThan(140);
  }
});

it("gives all that goes by one name", () => {
  expect(explainName("l1").map(({ kind }) => kind)).toEqual(["criterion", "method", "penalty"]);
  expect(explainName("agp")[0]?.parameters[3]).toEqual({
    name: "interval",
    default: "100 steps",
    unit: "epochs or steps",
    meaning: "between two events, in epochs or steps",
  });
  expect(explainName("prune")[0]?.kind).toBe("word");
});
