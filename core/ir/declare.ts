/**
 * A small vocabulary to declare a shape once: its TypeScript type is inferred (`Of<typeof shape>`), and the declaration itself is the
 * JSON Schema (2020-12) that values from elsewhere are checked against.
 */

declare const type: unique symbol;
declare const spelling: unique symbol;

/** A JSON Schema of values of type `T`; `S` is how they may be spelled, what is usual left out. */
export interface Schema<T = unknown, S = T> {
  readonly [type]?: T;
  readonly [spelling]?: S;
  readonly [keyword: string]: unknown;
}
/** A field that may be left out of its object. */
export interface Optional<T = unknown> {
  readonly optional: Schema<T, unknown>;
}
/** A field that need not be spelled: what it means then is its default, or what `defaults.ts` works out from the others. */
export interface Usual<T = unknown> {
  readonly usual: Schema<T, unknown>;
}
export type Fields = Readonly<Record<string, Schema | Optional | Usual>>;

/** The type of the values that a schema describes. */
export type Of<S> = S extends Schema<infer T, unknown> ? T : never;
/** The type of such values as they may be spelled. */
export type Spelled<S> = S extends Schema<unknown, infer T> ? T : never;
/** The type of objects of these fields. */
export type ObjectOf<F> = Flat<
  { readonly [K in keyof F as F[K] extends Optional ? never : K]: Of<Held<F[K]>> } & {
    readonly [K in keyof F as F[K] extends Optional ? K : never]?: Of<Held<F[K]>>;
  }
>;
type SpelledOf<F> = Flat<
  { readonly [K in keyof F as F[K] extends Optional | Usual ? never : K]: Of<Held<F[K]>> } & {
    readonly [K in keyof F as F[K] extends Optional | Usual ? K : never]?: Of<Held<F[K]>>;
  }
>;
type Held<Field> = Field extends Optional<infer T> | Usual<infer T> ? Schema<T> : Field;
type Flat<T> = { [K in keyof T]: T[K] };

export const text: Schema<string> = { type: "string" };
export const flag: Schema<boolean> = { type: "boolean" };
export const number: Schema<number> = { type: "number" };
export const nothing: Schema<null> = { type: "null" };
export const integer = (minimum: number): Schema<number> => ({ type: "integer", minimum });

export const literal = <const T extends string | number | boolean>(value: T): Schema<T> => ({ const: value });
export const oneOf = <const T extends string>(...values: readonly T[]): Schema<T> => ({ enum: values });
export const list = <T>(
  items: Schema<T, unknown>,
  bounds: { readonly minItems?: number } = {},
): Schema<readonly T[]> => ({
  type: "array",
  items,
  ...bounds,
});
/** A list without repetitions. */
export const set = <T>(
  items: Schema<T, unknown>,
  bounds: { readonly minItems?: number } = {},
): Schema<readonly T[]> => ({
  ...list(items, bounds),
  uniqueItems: true,
});
export const pair = <A, B>(
  first: Schema<A, unknown>,
  second: Schema<B, unknown>,
): Schema<readonly [A, B]> => ({
  type: "array",
  prefixItems: [first, second],
  minItems: 2,
  maxItems: 2,
});
export const record = <T>(values: Schema<T, unknown>): Schema<Readonly<Record<string, T>>> => ({
  type: "object",
  additionalProperties: values,
});
/** Values by names as the language writes them. */
export const named = <T>(values: Schema<T, unknown>): Schema<Readonly<Record<string, T>>> => ({
  ...record(values),
  propertyNames: { pattern: "^[A-Za-z][A-Za-z0-9-]*$" },
});

export const optional = <T>(schema: Schema<T, unknown>): Optional<T> => ({ optional: schema });
export const usual = <T>(schema: Schema<T, unknown>, value?: NoInfer<T>): Usual<T> => ({
  usual: value === undefined ? schema : { ...schema, default: value },
});
export const anyOf = <S extends readonly Schema[]>(...schemas: S): Schema<Of<S[number]>> => ({
  anyOf: schemas,
});
export const maybe = <T>(schema: Schema<T, unknown>): Schema<T | null> => anyOf(schema, nothing);

/** An object of these fields, whatever else it has. */
export function open<F extends Fields>(fields: F): Schema<ObjectOf<F>, SpelledOf<F>> {
  const all = Object.entries(fields);
  return {
    type: "object",
    properties: Object.fromEntries(all.map(([key, field]) => [key, schemaOf(field)])),
    required: all.filter(([, field]) => !isOptional(field) && !isUsual(field)).map(([key]) => key),
  };
}
const isOptional = (field: Fields[string]): field is Optional => "optional" in field;
const isUsual = (field: Fields[string]): field is Usual => "usual" in field;
const schemaOf = (field: Fields[string]): Schema =>
  isOptional(field) ? field.optional : isUsual(field) ? field.usual : field;

/** An object of these fields and no others. */
export const object = <F extends Fields>(fields: F): Schema<ObjectOf<F>, SpelledOf<F>> => ({
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

  define<T, S = T>(name: string, schema: Schema<T, S>, description?: string): Schema<T, S> {
    this.schemas[name] = description === undefined ? schema : { description, ...schema };
    return ref(name);
  }
}
export const ref = <T, S = T>(name: string): Schema<T, S> => ({ $ref: `#/$defs/${name}` });
