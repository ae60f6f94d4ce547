import { expect, test } from "vitest";
import { compile, type CompileOptions } from "../../../compiler/compile.js";
import { namedNetworks } from "../../helpers/networks.js";
import { networkOf } from "../../core/masks/setting.js";

/** Rules that the training never meets, and deaths that it undoes. */

const plain = networkOf(namedNetworks.get("plain")?.());
const about = (code: string, source: string, options: CompileOptions = {}) =>
  compile(source, options)
    .diagnostics.map((one) => `${one.code} ${one.message}`)
    .filter((one) => one.startsWith(code));

test.each([
  "penalize filters by l1 strength 1e-3",
  "learn masks on filters by scale strength 1",
  "freeze weights in last",
  "update only top 10% by abs(w)",
  "pull weights toward pruned(by magnitude global to 95%) strength 1e-3",
])("a window that never opens, of a rule that holds all along: %s", (rule) => {
  const trained = (window: string, length = "5 epochs") => `train ${length} { ${rule} ${window} }`;
  expect(about("P3051", trained("from epoch 6"))).toEqual([`P3051 \`${rule} from epoch 6\` never acts`]);
  expect(about("P3051", trained("from epoch 5"))).toEqual([]);
  expect(about("P3051", trained("during epochs 6..9"))).toHaveLength(1);
  expect(about("P3051", `${rule} from epoch 6\ntrain 5 epochs\ntrain 6 epochs`)).toEqual([]);
  // How many steps five epochs have only the data tell.
  expect(about("P3051", trained("from step 500"))).toEqual([]);
  expect(about("P3051", trained("from step 500"), { data: { examples: 64 }, batch: 8 })).toHaveLength(1);
  expect(about("P3051", trained("from step 500", "400 steps"))).toHaveLength(1);
});

test("a strength that sets out behind the end of the training", () => {
  const moving = (window: string) =>
    `train 5 epochs { penalize filters by l1 strength 0 -> 1e-3 linear over epochs ${window} }`;
  expect(about("P3060", moving("7..9"))).toHaveLength(1);
  expect(about("P3060", moving("2..5"))).toEqual([]);
});

test("a rate that is on its way beyond the end of its phase, or sets out behind it", () => {
  const moving = (window: string) =>
    `train 5 epochs with sgd(rate: 0.1 -> 0.01 linear over epochs ${window})`;
  expect(about("P3060", moving("2..9"))).toHaveLength(1);
  expect(about("P3060", moving("7..9"))).toHaveLength(1);
  expect(about("P3060", moving("2..5"))).toEqual([]);
  expect(about("P3060", "train 5 epochs with sgd(rate: steps(0.1, at: [2, 4]))")).toEqual([]);
});

test("soft deaths that a later cut of the same units chooses anew are not told as missed", () => {
  const soft = (first: string, last: string) =>
    `prune filters ${first} by l2 30% softly\ntrain 2 epochs { prune filters ${last} by l2 30% every epoch softly }\nslim`;
  for (const options of [{}, { network: plain }]) {
    expect(about("P3063", soft("", ""), options)).toEqual([]);
    expect(about("P3063", soft("in c*", "in c*"), options)).toEqual([]);
    expect(about("P3063", soft("", "except first"), options)).toHaveLength(1);
  }
});
