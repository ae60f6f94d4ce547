import { expect, it } from "vitest";
import { compile } from "../../../compiler/compile.js";
import { checkFacts } from "../../../compiler/render/check/facts.js";
import { checkReport } from "../../../compiler/render/check/report.js";
import { networkOf } from "../../core/masks/setting.js";
import { lenet300100 } from "../../helpers/networks.js";

const network = networkOf(lenet300100());

function checked(source: string) {
  const result = compile(source, { network, data: { examples: 3200 }, batch: 32, emit: false });
  expect(result.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return { facts: checkFacts(result, network), report: checkReport(result, { network, columns: 1000 }) };
}

it("check says which numbers of a penalty train, how many, and from where", () => {
  const { facts, report } = checked('use soft-weight-sharing from "std"\nsoft-weight-sharing()');
  expect(facts.trained.map(({ numbers }) => numbers)).toEqual([
    [
      ["p", 3],
      ["q", 0],
      ["r", 0],
      ["low", -0.3],
      ["high", 0.3],
      ["s", -2],
      ["t", -1.4],
      ["u", -1.4],
    ].map(([name, start]) => ({ name, start })),
  ]);
  expect(report).toContain("\nTrained numbers\n");
  expect(report).toContain(
    "8 numbers train with the weights, `p` from 3, `q` from 0, `r` from 0, `low` from -0.3,",
  );
});

it("and nothing where none do", () => {
  const { facts, report } = checked("train 1 epoch { penalize weights by l1 strength 1e-4 }");
  expect(facts.trained).toEqual([]);
  expect(report).not.toContain("Trained numbers");
  const one = checked('use joint-sparsity from "std"\njoint-sparsity()').report;
  expect(one).toContain(": 1 number trains with the weights, `zeta` from 0; a `train` begins there");
});
