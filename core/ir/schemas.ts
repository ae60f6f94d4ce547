import { Ajv2020 } from "ajv/dist/2020.js";
import type { ValidateFunction } from "ajv";
import { irSchema } from "./types.js";

/**
 * One compiler for all JSON Schemas, so that what they share is compiled once: it takes longer than all that a small run does.
 * They are ours, and held against the meta-schema in the tests.
 */
export const schemas = new Ajv2020({
  allErrors: true,
  strict: false,
  validateSchema: false,
  meta: false,
  inlineRefs: false,
  code: { optimize: false },
});

/** What checks a value against the schema of the IR, or against what it declares at `place` (`#/$defs/amount`). */
export function irValidator<T>(place = ""): ValidateFunction<T> {
  const id = "espalier/ir.schema.json";
  if (schemas.getSchema(id) === undefined) schemas.addSchema(irSchema(), id);
  const validate = schemas.getSchema<T>(`${id}${place}`);
  if (validate === undefined) throw new Error(`nothing is declared at ${place}`);
  return validate;
}
