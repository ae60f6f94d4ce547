import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { irSchema } from "../../../core/ir/types.js";
import { validateIr } from "../../../core/ir/validate.js";
import { front } from "../../../compiler/passes/index.js";
import { checkpointSchema } from "../../../runtime/checkpoint/schema.js";

const sentence = front("prune filters by l1 global 50% every 2 epochs; regrow random", { epochs: 20 }).ir;
const copy = () => JSON.parse(JSON.stringify(sentence));
const messages = (value: unknown) => validateIr(value).diagnostics.map((d) => `${d.code} ${d.message}`);

it("the schemas are schemas, by their meta-schema", () => {
  const strict = new Ajv2020({ strict: false });
  for (const schema of [irSchema(), checkpointSchema])
    expect(strict.validateSchema(schema), strict.errorsText()).toBe(true);
});

describe("validateIr", () => {
  it("takes what the compiler makes", () => {
    expect(validateIr(copy()).ir).toEqual(sentence);
  });
  it("names the place of a mistake", () => {
    const share = copy();
    share.body[0].rules[0].drop = true;
    expect(messages(share)).toEqual([expect.stringMatching(/^P9001 `\$\.body\[0\]\.rules\[0\]\.drop` /)]);
    const unknown = copy();
    unknown.body[0].rules[0].colour = "red";
    expect(messages(unknown)).toEqual(["P9001 `$.body[0].rules[0]` has no place for `colour`"]);
    const missing = copy();
    delete missing.body[0].text;
    expect(messages(missing)).toEqual(["P9001 `$.body[0]` lacks `text`"]);
    const endless = copy();
    delete endless.body[0].epochs;
    expect(messages(endless)).toEqual(["P9004 statement 3 lacks `epochs` or `steps`"]);
    const kind = copy();
    kind.body[0].rules[0].kind = "prone";
    expect(messages(kind)[0]).toMatch(/^P9001 `\$\.body\[0\]\.rules\[0\]\.kind` must be one of /);
  });
  it("refuses other versions, other things and hostile depth", () => {
    expect(messages({ ...copy(), ir: 1 })).toEqual(["P9002 this IR is of version 1, and version 2 is known"]);
    for (const value of [null, 3, "x", [], {}]) expect(validateIr(value).ir).toBeNull();
    let deep: unknown = "w";
    for (let i = 0; i < 5000; i++) deep = ["abs", deep];
    const nested = copy();
    nested.body[0].rules[0].by.expr = deep;
    expect(messages(nested)).toEqual(["P9003 the IR is nested more than 200 deep"]);
  });
  it("refuses ids used twice and rewinds to no phase", () => {
    const twice = copy();
    twice.body.push({ kind: "slim", id: 1, text: "slim" });
    expect(messages(twice)).toEqual(["P9004 two statements have the id 1"]);
    const rewind = copy();
    rewind.body.push({
      kind: "rewind",
      id: 9,
      text: "rewind",
      what: ["weights"],
      to: { phase: 7, point: { epochs: 1 } },
    });
    expect(messages(rewind)).toEqual(["P9004 rewind 9 leads to statement 7, which is no phase"]);
  });
});
