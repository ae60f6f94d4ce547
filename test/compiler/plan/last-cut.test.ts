import { expect, test } from "vitest";
import { compile, type CompileOptions } from "../../../compiler/compile.js";
import { namedNetworks } from "../../helpers/networks.js";
import { networkOf } from "../../core/masks/setting.js";

const plain = networkOf(namedNetworks.get("plain")?.());
const about = (code: string, source: string, options: CompileOptions = {}) =>
  compile(source, options).diagnostics.flatMap((one) => (one.code === code ? [one.message] : []));

test("what goes when all training is over is told, unless nothing trains at all or new weights follow", () => {
  const told = (source: string) => about("P3065", source, { network: plain, data: { examples: 64 } }).length;
  const cut = "prune filters by l1 50%";
  expect(told(`train 1 epoch\n${cut}\nslim`)).toBe(1);
  expect(told(`train 2 epochs { ${cut} every epoch }`)).toBe(1);
  expect(told("repeat 2 times { finetune 1 epoch; prune weights by l1 10% }")).toBe(1);
  for (const fine of [
    `${cut}\nslim`,
    `train 1 epoch\n${cut}\nfinetune 1 step`,
    `train 4 epochs { ${cut} every epoch during epochs 1..3 }`,
    `train 2 epochs { ${cut} softly every epoch }\nslim`,
    "train 2 epochs { prune filters by l1 to 50% every epoch }",
    `train 1 epoch\n${cut}\nrewind weights to start`,
    `train 1 epoch\n${cut}\nreinitialize`,
    "train 2 epochs { prune weights by l1 50% every epoch; regrow random }",
  ])
    expect([fine, told(fine)]).toEqual([fine, 0]);
});

test("a last cut of what the training before drove to nothing needs no more training", () => {
  const last = (rule: string, cut: string) =>
    about("P3065", `train 2 epochs {\n  ${rule}\n}\n${cut}`, { network: plain });
  const cut = "prune weights by magnitude 50%";
  expect(last("penalize weights by l1 strength 1e-4", cut)).toHaveLength(1);
  expect(last("penalize weights by l2 among bottom 50% by magnitude strength 1", cut)).toEqual([]);
  expect(last("update only top 50% by abs(w * g)", cut)).toEqual([]);
  expect(last("pull weights toward pruned(by magnitude 50%) strength 1", cut)).toEqual([]);
  const gates = "learn masks on weights by variational-dropout strength 1";
  expect(last(gates, "prune gates by alpha above 3\nharden masks")).toEqual([]);
  expect(
    last(
      "penalize weights by l2 among bottom 50% by magnitude strength 1",
      `${cut}\nfinetune 1 epoch\n${cut}`,
    ),
  ).toHaveLength(1);
});
