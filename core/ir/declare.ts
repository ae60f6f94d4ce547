/**
 * A small vocabulary to declare a shape once: its TypeScript type is inferred (`Of<typeof shape>`), and the declaration itself is the
 * JSON Schema (2020-12) that values from elsewhere are checked against.
 */

declare const type: unique symbol;

/** A JSON Schema of values of type `T`. */
export interface Schema<T = unknown> {
  readonly [type]?: T;
  readonly [keyword: string]: unknown;
}
/** A field that may be left out of its object. */
export interface Optional<T = unknown> {
  readonly optional: Schema<T>;
}
export type Fields = Readonly<Record<string, Schema | Optional>>;

/** The type of the values that a schema describes. */
export type Of<S> = S extends Schema<infer T> ? T : never;
/** The type of objects of these fields. */
export type ObjectOf<F> = Flat<
  { readonly [K in keyof F as F[K] extends Optional ? never : K]: Of<F[K]> } & {
    readonly [K in keyof F as F[K] extends Optional ? K : never]?: F[K] extends Optional<infer T> ? T : never;
  }
>;
type Flat<T> = { [K in keyof T]: T[K] };

export const text: Schema<string> = { type: "string" };
export const flag: Schema<boolean> = { type: "boolean" };
export const number: Schema<number> = { type: "number" };
export const nothing: Schema<null> = { type: "null" };
export const integer = (minimum: number): Schema<number> => ({ type: "integer", minimum });

export const literal = <const T extends string | number | boolean>(value: T): Schema<T> => ({ const: value });
export const oneOf = <const T extends string>(...values: readonly T[]): Schema<T> => ({ enum: values });
export const list = <T>(
  items: Schema<T>,
  bounds: { readonly minItems?: number } = {},
): Schema<readonly T[]> => ({
  type: "array",
  items,
  ...bounds,
});
/** A list without repetitions. */
export const set = <T>(
  items: Schema<T>,
  bounds: { readonly minItems?: number } = {},
): Schema<readonly T[]> => ({
  ...list(items, bounds),
  uniqueItems: true,
});
export const pair = <A, B>(first: Schema<A>, second: Schema<B>): Schema<readonly [A, B]> => ({
  type: "array",
  prefixItems: [first, second],
  minItems: 2,
  maxItems: 2,
});
export const record = <T>(values: Schema<T>): Schema<Readonly<Record<string, T>>> => ({
  type: "object",
  additionalProperties: values,
});
/** Values by names as the language writes them. */
export const named = <T>(values: Schema<T>): Schema<Readonly<Record<string, T>>> => ({
  ...record(values),
  propertyNames: { pattern: "^[A-Za-z][A-Za-z0-9-]*$" },
});

export const optional = <T>(schema: Schema<T>): Optional<T> => ({ optional: schema });
export const anyOf = <S extends readonly Schema[]>(...schemas: S): Schema<Of<S[number]>> => ({
  anyOf: schemas,
});
export const maybe = <T>(schema: Schema<T>): Schema<T | null> => anyOf(schema, nothing);

/** An object of these fields, whatever else it has. */
export function open<F extends Fields>(fields: F): Schema<ObjectOf<F>> {
  const all = Object.entries(fields);
  return {
    type: "object",
    properties: Object.fromEntries(
      all.map(([key, field]) => [key, isOptional(field) ? field.optional : field]),
    ),
    required: all.filter(([, field]) => !isOptional(field)).map(([key]) => key),
  };
}
const isOptional = (field: Schema | Optional): field is Optional => "optional" in field;

/** An object of these fields and no others. */
export const object = <F extends Fields>(fields: F): Schema<ObjectOf<F>> => ({
  ...open(fields),
  additionalProperties: false,
});

/** One of several objects, told apart by their `kind`: a mistake is found in the one that is meant. */
export const byKind = <S extends Readonly<Record<string, Schema>>>(schemas: S): Schema<Of<S[keyof S]>> => ({
  type: "object",
  required: ["kind"],
  properties: { kind: { enum: Object.keys(schemas) } },
  allOf: Object.entries(schemas).map(([kind, then]) => ({
    if: { properties: { kind: { const: kind } } },
    then,
  })),
});

/** Gives a name to a schema in the `$defs` of the whole; `ref` refers to one that is declared elsewhere. */
export class Definitions {
  readonly schemas: Record<string, Schema> = {};

  define<T>(name: string, schema: Schema<T>, description?: string): Schema<T> {
    this.schemas[name] = description === undefined ? schema : { description, ...schema };
    return ref(name);
  }
}
export const ref = <T>(name: string): Schema<T> => ({ $ref: `#/$defs/${name}` });
