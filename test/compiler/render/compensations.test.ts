import { expect, it } from "vitest";
import { compile } from "../../../compiler/compile.js";
import { checkReport } from "../../../compiler/render/check/report.js";
import { networkOf } from "../../core/masks/setting.js";
import { lenet5, namedNetworks } from "../../helpers/networks.js";

const told = (program: string, network = networkOf(lenet5())): string =>
  /Compensation\n((?: {2}.*\n)+)/
    .exec(checkReport(compile(program, { network }), { network, columns: 1000 }))?.[1]
    ?.trim() ?? "";

it("says which layers are re-fitted, how often batches pass for them, and what it holds in memory", () => {
  // 500 × 800 weights and a bias read what the convolution makes: 2 · 8 · 801² and 4 for each of 431,080 parameters.
  const prune = "prune filters in layers 2..2 by l1 50% compensating by";
  expect(told(`${prune} obs`)).toMatch(
    /^prune .*: by obs, 20 batches forward once for each of \w+, up to 11,989,936 bytes$/,
  );
  expect(told(`${prune} least-squares over 3 batches`)).toMatch(
    /least-squares, 3 batches forward twice for each of/,
  );
});

it("names what cannot be re-fitted", () => {
  const draw = namedNetworks.get("lstm");
  if (draw === undefined) throw new Error("there is an lstm");
  const lines = told("prune weights by magnitude 50% compensating by obs", networkOf(draw()));
  expect(lines).toMatch(/for each of dense.*; not re-fitted: lstm/);
});
