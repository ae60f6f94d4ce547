import type { ParserMethod, TokenType } from "chevrotain";
import type * as ast from "../ast.js";
import type { Span } from "../../core/diagnostics/diagnostic.js";
import type { Word } from "../words.js";

/** The types of what the grammar is written with. */

export type Rule<T> = ParserMethod<[], T>;

/** A rule, or a piece of one; `index` tells apart pieces of one kind within a rule. */
export type Read<T> = (index?: number) => T;

export type Spanned<T> = T & { readonly span: Span };

/** Reads a clause: from what its field holds so far to what it holds then. */
export type Clause<T> = (present: T | undefined, index?: number) => T | undefined;

export type Filler = (present: never, index?: number) => unknown;

/** How each field of an object is written. */
export interface Fillers {
  readonly [field: string]: Filler;
}

export type Filled<F> = {
  readonly [K in keyof F]?: F[K] extends (...args: never) => infer T ? NonNullable<T> : never;
};

type Constant = string | number | boolean;

/** Fields that are read, or always the same. */
interface Fields {
  readonly [field: string]: Read<unknown> | Constant;
}

/** A word, a mark, fields, or what reads an object of fields. */
export type Part = Word | TokenType | Read<object> | Fields;

type Value<F> = F extends (index?: number) => infer T ? T : F;
type Absent<F> = undefined extends Value<F> ? true : false;
type Object<F> = {
  readonly [K in keyof F as Absent<F[K]> extends true ? never : K]: Value<F[K]>;
} & {
  readonly [K in keyof F as Absent<F[K]> extends true ? K : never]?: NonNullable<Value<F[K]>>;
};

type Contribution<P> = P extends (index?: number) => infer T ? T : P extends Fields ? Object<P> : unknown;
type Intersection<P extends readonly unknown[]> = P extends readonly [infer First, ...infer Rest]
  ? Contribution<First> & Intersection<Rest>
  : unknown;

/** What a sequence builds: all fields of its parts, those optional that may be missing. */
export type Built<P extends readonly unknown[]> = {
  readonly [K in keyof Intersection<P>]: Intersection<P>[K];
};

type Of<K> = Extract<ast.Statement, { readonly kind: K }>;
type Own<S> = Exclude<keyof S, "kind" | "span" | "word">;

/** The rule of a kind of statement, if its parts give every field of its tree and no other; else what differs. */
export type Complete<K, B> = [Exclude<Own<Of<K>>, keyof B> | Exclude<keyof B, Own<Of<K>>>] extends [never]
  ? Rule<Spanned<B> & { readonly kind: K; readonly word: Span }>
  : { readonly differs: Exclude<Own<Of<K>>, keyof B> | Exclude<keyof B, Own<Of<K>>> };
