/** The syntax tree of a `.prune` text. Never changed after parsing; later facts live in side tables. */

export type * from "./ast/expressions.js";
export type * from "./ast/clauses.js";
export type * from "./ast/statements.js";
