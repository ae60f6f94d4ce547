import { expect, test } from "vitest";
import { compile } from "../../../compiler/compile.js";

const warned = (source: string): number =>
  compile(source).diagnostics.filter(({ code, message }) => code === "P3030" && message.includes("last rate"))
    .length;
const cooled = "train 5 epochs with sgd(rate: 0.1 -> 0 cosine)";

test.each([
  [1, `${cooled}\nfinetune 2 epochs`],
  [1, "train 5 epochs with sgd(rate: 0.1 -> 1e-5 exponential)\nfinetune 2 epochs"],
  [2, `${cooled}\nfinetune 2 epochs\nfinetune 3 epochs`],
  [1, `${cooled}\nrepeat 2 times { finetune 2 epochs }`],
  [1, `repeat 2 times { ${cooled}\nfinetune 2 epochs }`],
  [0, `${cooled}\nfinetune 2 epochs with sgd(rate: 0.01)`],
  [0, `${cooled}\ntrain 2 epochs`],
  [0, `${cooled}\nrewind rate to start\nfinetune 2 epochs`],
  [0, "train 5 epochs with sgd(rate: 0.1 -> 0.001 cosine)\nfinetune 2 epochs"],
  [0, "train 5 epochs with sgd(rate: 0 -> 0.1 linear)\nfinetune 2 epochs"],
  [0, "train 5 epochs with sgd(rate: steps(0.1, at: [2, 4]))\nfinetune 2 epochs"],
  [0, "finetune 2 epochs"],
])("%i warnings for %s", (count, source) => expect(warned(source)).toBe(count));
