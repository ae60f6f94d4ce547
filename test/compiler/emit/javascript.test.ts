import { expect, test } from "vitest";
import { emitJavaScript } from "../../../compiler/emit/javascript.js";
import { sentence } from "./programs.js";
import { replay } from "./replay.js";

test("x", async () => {
  const { code } = emitJavaScript(sentence, { sources: new Map(), places: new Map(), program: "abc" });
  console.log(code);
  console.log(JSON.stringify(await replay(code), null, 1));
  expect(1).toBe(1);
});
