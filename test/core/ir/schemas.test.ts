import { Ajv2020 } from "ajv/dist/2020.js";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { front } from "../../../compiler/passes/index.js";
import { asJson, irShapes, Shapes, unfit } from "../../../core/ir/schemas.js";
import { irSchema } from "../../../core/ir/types.js";
import { runs } from "../../helpers/runs.js";

/** What a place is set to: kinds of JSON, and words and bounds that schemas speak of. */
const anything = fc.oneof(
  fc.constantFrom(null, true, -1, 0, 1, 0.5, 3, "", "prune", "filters", "2:4", "epochs", "w", [], {}),
  fc.constantFrom([1], ["abs", "w"], [[]], { kind: "slim" }, { share: 2 }, { moving: {} }, { epochs: 1 }),
  fc.jsonValue({ maxDepth: 2 }),
);
const { ir } = front(
  "train 20 epochs { prune filters by l1 global 50% every 2 epochs\nregrow random }\nslim\nfinetune 2 epochs",
);

/** Every place of a value, as lists of keys. */
function placesIn(value: unknown, at: readonly string[] = []): (readonly string[])[] {
  const inner = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return [at, ...inner.flatMap(([key, one]) => placesIn(one, [...at, key]))];
}

function edited(value: unknown, [key, ...rest]: readonly string[], edit: (old: unknown) => unknown): unknown {
  if (key === undefined) return edit(value);
  if (Array.isArray(value)) return value.map((one, i) => (String(i) === key ? edited(one, rest, edit) : one));
  const fields: Record<string, unknown> = { ...(value as object) };
  const made = edited(fields[key], rest, edit);
  if (made === undefined) delete fields[key];
  else fields[key] = made;
  return fields;
}

it("what is refused is what ajv refuses, and some place is named", () => {
  const ajv = new Ajv2020({ allErrors: true, strict: false, inlineRefs: false }).compile(irSchema());
  const places = placesIn(ir);
  const same = (given: unknown) => {
    const value = asJson(given);
    const right = ajv(value);
    expect(irShapes.fits(value)).toBe(right);
    const found = irShapes.mismatches(value);
    expect(found.length === 0).toBe(right);
    for (const { at, keyword } of found)
      expect(ajv.errors?.map((one) => `${one.keyword} ${one.instancePath}`)).toContain(`${keyword} ${at}`);
  };
  same(ir);
  fc.assert(
    fc.property(fc.constantFrom(...places), fc.option(anything, { nil: undefined }), (place, value) =>
      same(edited(ir, place, () => value)),
    ),
    { numRuns: runs(200, 5000) },
  );
});

it("more than a hundred thousand of mistakes are some", () => {
  const shapes = new Shapes(() => ({ type: "object", additionalProperties: false }));
  const many = { fields: Object.fromEntries(Array.from({ length: 80_000 }, (_, i) => [`f${i}`, 1])) };
  expect(shapes.fits(many.fields)).toBe(false);
  const nested = new Shapes(() => ({ properties: { fields: { additionalProperties: false } } }));
  expect(nested.fits(many)).toBe(false);
  expect(nested.mismatches(many).length).toBeGreaterThan(0);
});

it("what JSON cannot say is not looked at", () => {
  expect(unfit({ a: [1, { b: NaN }] })).toBe("holds a number that is not finite");
  expect(unfit({ a: [undefined] })).toBe("holds a value that is undefined");
  const itself: unknown[] = [];
  itself.push(itself);
  expect(unfit(asJson(itself))).toBe("is nested more than 200 deep");
  expect(asJson({ a: undefined, b: 1n, c: [Infinity, () => 1] })).toEqual({ b: null, c: [null, null] });
  expect(unfit(JSON.parse('{"\\ud800": 1}'))).toBe("has a field whose name is no text");
  expect(unfit({ "ÿ𝄞": [null, "x"] })).toBeNull();
});

it("the schema that is published is left as it is", () => {
  irShapes.fits(ir);
  expect(Object.getOwnPropertyNames(irSchema()).filter((name) => name.startsWith("__"))).toEqual([]);
});
