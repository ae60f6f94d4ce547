import { definitions, when } from "./clauses.js";
import * as is from "./declare.js";

/** A statement of this kind: its id tells it from all others, its text is as written. */
export const statement = <const Kind extends string, F extends is.Fields>(kind: Kind, fields: F) =>
  definitions.define(
    kind,
    is.object({ kind: is.literal(kind), id: is.integer(1), text: is.text, ...fields }),
  );
export const due = { when: is.optional(when) };
