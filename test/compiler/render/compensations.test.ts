import { expect, it } from "vitest";
import { compile, type CompileOptions } from "../../../compiler/compile.js";
import { checkReport } from "../../../compiler/render/check/report.js";
import { networkOf } from "../../core/masks/setting.js";
import { lenet5, namedNetworks } from "../../helpers/networks.js";

const javascript = { compensation: ["mine"] };
const told = (program: string, network = networkOf(lenet5()), more: CompileOptions = {}): string =>
  /(?:Compensation|Searches)\n((?: {2}.*\n)+)/
    .exec(checkReport(compile(program, { network, javascript, ...more }), { network, columns: 1000 }))?.[1]
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

it("says of JavaScript what is known of it: how often batches pass once its file was looked into", () => {
  const prune = "prune filters in layers 2..2 by l1 50% compensating by mine over 3 batches";
  const passes = (fittedOn: CompileOptions["fittedOn"]) => told(prune, undefined, { fittedOn });
  expect(passes(undefined)).toMatch(
    /by mine, 3 batches forward once or twice for each of \w+, up to 11,989,936 bytes and what its JavaScript takes$/,
  );
  expect(passes({ "compensation mine": "now" })).toContain("3 batches forward twice for each of");
  expect(passes({ "compensation mine": "before" })).toContain("3 batches forward once for each of");
  const search = `search share in 10%..50% by random(trials: 4) minimizing macs {
  prune filters in layers 2..2 by l1 local amount share compensating by mine over 3 batches
}`;
  expect(told(search)).toContain("re-fitting passes over at least 3 batches each, 15 in all");
  expect(told(search, undefined, { fittedOn: { "compensation mine": "now" } })).toContain(
    "re-fitting passes over 6 batches each, 30 in all",
  );
});

it("refuses JavaScript what is too wide for one system alone, whatever it solves", () => {
  const wide = (inputs: number) =>
    networkOf({
      class_name: "Sequential",
      config: {
        layers: [
          { class_name: "Dense", config: { name: "d", units: 300, batch_input_shape: [null, inputs] } },
        ],
      },
    });
  const refusals = (by: string, inputs: number) =>
    compile(`prune weights by magnitude 50% compensating by ${by}`, { network: wide(inputs), javascript })
      .diagnostics.filter(({ code }) => code === "P4013")
      .map(({ message }) => message);
  expect(refusals("obs", 1500)).toEqual(["re-fitting `d` takes 300 systems of up to 1,501 unknowns"]);
  expect(refusals("mine", 1500)).toEqual([]);
  expect(refusals("mine", 7000)).toEqual(["re-fitting `d` takes a system of 7,001 unknowns"]);
});
