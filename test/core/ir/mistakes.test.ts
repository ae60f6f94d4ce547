import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { compile, validateIr } from "../../../index.js";
import type { Edits } from "../../helpers/mistakes/hand-in.js";
import { edited } from "../../helpers/mistakes/make-files.js";

/** Each case changes the IR of one small program; `nested` puts so many lists into one another. */
interface IrCase {
  readonly edit: Edits;
  readonly nested?: number;
}

const directory = join(import.meta.dirname, "../../cases/mistakes/ir");
const program = "train 2 epochs { prune filters by l1 10% every epoch }\nslim\n";

function handedIn({ edit: { "": whole, ...edits }, nested }: IrCase): unknown {
  if (whole !== undefined) return whole;
  const ir: unknown = JSON.parse(JSON.stringify(compile(program).ir));
  if (nested === undefined) return edited(ir, edits);
  let deep: unknown = "w";
  for (let i = 0; i < nested; i++) deep = [deep];
  return edited(ir, { body: deep });
}

const names = readdirSync(directory).filter((file) => file.endsWith(".json"));
it.each(names)("%s", (name) => {
  const given: IrCase = JSON.parse(readFileSync(join(directory, name), "utf8"));
  const { diagnostics, ir } = validateIr(handedIn(given));
  const actual = diagnostics.map(({ code, message }) => `${code} - ${message}\n`).join("");
  const expected = join(directory, name.replace(/\.json$/, ".expected"));
  if (process.env["UPDATE"] === "1") writeFileSync(expected, actual);
  expect(existsSync(expected), `no ${expected}: run once with UPDATE=1`).toBe(true);
  expect(actual).toBe(readFileSync(expected, "utf8"));
  expect(ir).toBeNull();
});
