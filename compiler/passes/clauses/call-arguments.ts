import { replace, type Details } from "../../../core/diagnostics/create.js";
import { unknownName } from "../../../core/diagnostics/elsewhere.js";
import type { Argument, Expr } from "../../../grammar/ast.js";
import { reject, type Place } from "../lowering.js";

/** How each argument is read; null: a mistake was reported. */
export type Readers<Values> = { readonly [Key in keyof Values]: (value: Expr) => Values[Key] | null };

/** What is given; a type of names that are not known by themselves has none of them for certain. */
type Given<Values> = string extends keyof Values ? Values : Partial<Values>;

/** What a call of something built in is given: by name, each once. Null: a mistake was reported. */
export function lowerArguments<Values extends object>(
  name: string,
  written: readonly Argument[] | undefined,
  readers: Readers<Values>,
  place: Place,
): Given<Values> | null {
  const keys = Object.keys(readers) as (keyof Values & string)[];
  const given: Partial<Values> = {};
  for (const argument of written ?? []) {
    const key = keys.find((one) => one === argument.name?.text);
    if (key === undefined) return notTaken(name, argument, keys, place);
    if (Object.hasOwn(given, key))
      return reject(place, "P2024", `\`${key}\` is given twice`, argument.name?.span ?? argument.span);
    const value = readers[key](argument.value);
    if (value === null) return null;
    given[key] = value;
  }
  return given as Given<Values>;
}

/** Rows by name, and something made of each. */
export const mapped = <Row, To>(
  rows: Readonly<Record<string, Row>>,
  to: (row: Row, key: string) => To,
): Record<string, To> => Object.fromEntries(Object.entries(rows).map(([key, row]) => [key, to(row, key)]));

function notTaken(name: string, argument: Argument, keys: readonly string[], place: Place): null {
  const { name: key, span } = argument;
  const [first] = keys;
  return key === undefined
    ? reject(place, "P2023", `an argument of \`${name}\` has no name`, span, {
        help: first === undefined ? "it takes none" : `name it: \`${first}: …\``,
        ...slipOfEquals(argument),
      })
    : reject(place, "P2023", `\`${name}\` takes no \`${key.text}\``, key.span, {
        ...unknownName("argument", key.text, key.span, keys, {
          what: "argument",
          otherwise: first === undefined ? "it takes none" : undefined,
        }),
      });
}

/** `rate = 0.1` parses as a comparison; what was meant is `rate: 0.1`. */
export function slipOfEquals({ value }: Argument): Pick<Details, "help" | "fixes"> {
  if (value.kind !== "binary" || value.op !== "=" || value.left.kind !== "ref") return {};
  const between = { start: value.left.span.end, end: value.right.span.start };
  return {
    help: "an argument's name is followed by `:`",
    fixes: [replace("write `:`", between, ": ")],
  };
}
