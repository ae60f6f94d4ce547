import { expect, test } from "vitest";
import { counted, grouped } from "../../../core/ir/words.js";

test.each([
  [1, "layers", "1 layer"],
  [2, "layers", "2 layers"],
  [0, "layers", "0 layers"],
  [1, "batches", "1 batch"],
  [1, "branches", "1 branch"],
  [1, "axes", "1 axis"],
  [1, "classes", "1 class"],
  [1, "bytes", "1 byte"],
  [1, "constant channels", "1 constant channel"],
  [12345, "weights", "12,345 weights"],
])("%i %s is %s", (count, plural, text) => expect(counted(count, plural)).toBe(text));

test("digits stand in groups of three", () => {
  expect([1, 999, 1000, 4089184256, 1234.5].map(grouped)).toEqual([
    "1",
    "999",
    "1,000",
    "4,089,184,256",
    "1,234.50",
  ]);
});
