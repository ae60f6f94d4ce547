import { expect, it } from "vitest";
import { compile } from "../../../compiler/compile.js";
import { checkReport } from "../../../compiler/render/check/report.js";
import { networkOf } from "../../core/masks/setting.js";
import { lenet5 } from "../../helpers/networks.js";

const network = networkOf(lenet5());
const told = (prune: string, limit = ""): string => {
  const source = `search share in 0%..50% by random(trials: 4) maximizing accuracy ${limit} { ${prune} }`;
  const report = checkReport(compile(source, { network }), { network, columns: 1000 });
  return /\nSearches\n {2}(.*)\n/.exec(report)?.[1] ?? "";
};

it("a search says what its trials and its last run pass over, with what re-fits layers", () => {
  // Three layers read channels that may go, and the batches pass twice for each.
  expect(told("prune channels by l1 amount share compensating by least-squares over 10 batches")).toContain(
    "no training; re-fitting passes over 60 batches each, 300 in all; 4 evaluations",
  );
  expect(
    told(
      "for each layer as L in conv* { prune channels in L by l1 amount share compensating by obs over 10 batches }",
    ),
  ).toMatch(/re-fitting passes over at least \d+ batches each/);
  expect(told("prune filters by l1 amount share")).not.toContain("pass");
});

it("scores by second derivatives pass over their batches several times", () => {
  // The gradient, and one ahead and one behind along it.
  expect(told("prune weights by w * hg over 8 batches amount share")).toContain(
    "scores pass over 24 batches each, 120 in all",
  );
  expect(told("prune weights by h * w^2 over 2 batches and 3 probes amount share")).toContain(
    "scores pass over 12 batches each, 60 in all",
  );
  expect(told("prune filters by taylor over 8 batches amount share")).toContain(
    "scores pass over 8 batches each, 40 in all",
  );
});
