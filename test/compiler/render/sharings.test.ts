import { expect, it } from "vitest";
import { compile } from "../../../compiler/compile.js";
import { checkFacts } from "../../../compiler/render/check/facts.js";
import { checkReport } from "../../../compiler/render/check/report.js";
import { networkOf } from "../../core/masks/setting.js";
import { lenet300100 } from "../../helpers/networks.js";

const network = networkOf(lenet300100());
const told = (program: string) => {
  const result = compile(program, { network, emit: false });
  return { ...checkFacts(result, network), text: checkReport(result, { network, columns: 300 }) };
};

it("check says how many weights share how many values, and what that takes, exactly where counts tell", () => {
  const { sharings, memory, text } = told(
    "prune weights by magnitude local to 90%\nquantize weights to 5 bits by kmeans",
  );
  const [dense1 = "", dense2 = "", dense3 = ""] = network.layers.flatMap(({ path, ordinal }) =>
    ordinal > 0 ? [path] : [],
  );
  expect(sharings).toEqual([
    {
      text: "quantize weights to 5 bits by kmeans",
      layers: [
        { layer: dense1, weights: 23520, bits: 5, values: 32 },
        { layer: dense2, weights: 3000, bits: 5, values: 32 },
        { layer: dense3, weights: 100, bits: 5, values: 32 },
      ],
      numbers: Math.ceil((26620 * 5) / 8 + 3 * 32 * 4),
      distances: Math.ceil((26620 * 5) / 8),
    },
  ]);
  expect(memory.at(-1)).toMatchObject({ what: "clusters", count: 266200, bytes: 4 * 266200 });
  expect(text).toContain("17,022 bytes with the lists of values at most, and 16,638 bytes or more");
});

it("of layers that a loop goes through one by one, and of what only scores decide about", () => {
  const each = told("for each layer as L { quantize weights in L to 2 bits }");
  expect(each.sharings.map(({ layers }) => layers.map(({ weights }) => weights))).toEqual([
    [235200, 30000, 1000],
  ]);
  expect(each.sharings[0]?.distances).toBe(0);
  const about = told("prune weights by magnitude global to 90%\nquantize weights to 5 bits by kmeans");
  expect(about.sharings[0]?.layers[0]?.weights).toMatchObject({ about: expect.any(Number) });
  expect(about.text).toMatch(/about [\d,]+ \([\d,]+–[\d,]+\) in at most 32 values/);
});
