import { expect, it } from "vitest";
import { front } from "../../../compiler/passes/index.js";
import { networkOf } from "../../core/masks/setting.js";
import { lenet300100 } from "../../helpers/networks.js";

const cut = (where = "") => `train 2 epochs { prune weights ${where} by magnitude 50% latently every epoch }`;
const learn = "train 2 epochs { learn masks on units by scale strength 1e-3 }";

/** The lines whose `harden masks` is told to do nothing. */
function idle(text: string, bound = false): readonly number[] {
  const { diagnostics } = front(text, bound ? { network: networkOf(lenet300100()) } : {});
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return diagnostics
    .filter(({ code, message }) => code === "P3029" && message.includes("final"))
    .map(({ span }) => text.slice(0, span?.start).split("\n").length);
}

it.each<[program: string, lines: number[]]>([
  [`${cut()}\nharden masks`, []],
  [`${cut()}\nharden masks\nharden masks`, [3]],
  [`${cut()}\nslim\nharden masks`, [3]],
  [`${learn}\nharden masks\nfinetune 1 epoch\nharden masks`, [4]],
  [`${cut()}\nharden masks\n${learn}\nharden masks`, []],
  [`${cut()}\nharden masks\nrewind masks to start\nharden masks`, []],
  [`${cut()}\nharden masks\nload masks from "there"\nharden masks`, []],
  [`${cut()}\nharden masks\nrepeat 2 times {\nharden masks\n${cut()}\n}\nharden masks`, []],
  [`repeat 2 times {\n${cut()}\nharden masks\nfinetune 1 epoch\nharden masks\n}`, [5]],
  [`${cut()}\nrepeat up to 2 times while params > 1 {\nharden masks\n}\nharden masks`, []],
  [`${cut()}\nrepeat 2 times {\nharden masks\n}\nharden masks`, [5]],
  [`${cut()}\nfor each layer as L in "fc*" {\nharden masks in L\n}\nharden masks`, []],
  [`${cut('in "fc1"')}\nharden masks in "fc2"\nharden masks in "fc1"`, [2]],
])("%s: idle in lines %j", (program, lines) => {
  expect(idle(program)).toEqual(lines);
});

it.each<[program: string, lines: number[]]>([
  [`${cut("in dense_1, dense_2")}\nharden masks in dense_3\nharden masks in dense_2\nharden masks`, [2]],
  [`${cut()}\nharden masks in dense_1\nharden masks in dense_1\nharden masks`, [3]],
  [`${learn}\nharden masks in dense_1\nharden masks in dense_1\nharden masks`, [3]],
])("beside a network, %s: idle in lines %j", (program, lines) => {
  expect(idle(program, true)).toEqual(lines);
});
