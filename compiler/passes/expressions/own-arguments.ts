import type { Argument, Expr, Name } from "../../../grammar/ast.js";
import { unknownName } from "../../../core/diagnostics/elsewhere.js";
import type { OwnArguments } from "../../../core/expr/own.js";
import { exportOf, type JavaScriptKind } from "../../../core/ir/imports.js";
import { describe } from "../scope.js";
import { reject, type Where } from "../lowering.js";
import type { ExprContext } from "./context.js";
import type { Infer } from "./infer.js";

/**
 * What a call gives to something in JavaScript, by the names that JavaScript has for it (`drop-share` is `dropShare`). `takes` is what
 * it says that it takes; undefined where nobody looked into it, which leaves the names to the run. Null: a mistake was reported.
 */
export function namedArguments<Value>(
  kind: JavaScriptKind,
  name: string,
  args: readonly Argument[],
  takes: OwnArguments | undefined,
  context: Where,
  read: (value: Expr, key: Name, usual: number | string | undefined) => Value | null,
): Readonly<Record<string, Value>> | null {
  const given: Record<string, Value> = {};
  for (const { name: key, value, span } of args) {
    if (key === undefined)
      return reject(context, "P2023", `an argument of \`${name}\` has no name`, span, {
        help: `name it: \`${name}(${Object.keys(takes ?? {})[0] ?? "strength"}: …)\``,
      });
    const to = exportOf(key.text);
    if (takes !== undefined && !Object.hasOwn(takes, to)) {
      const known = Object.keys(takes);
      return reject(context, "P2023", `the ${kind} \`${name}\` takes no \`${key.text}\``, key.span, {
        ...unknownName("parameter", key.text, key.span, known, {
          what: "argument",
          otherwise:
            known.length === 0
              ? `it says what it takes beside its function: \`takes: { ${to}: 0.1 }\``
              : `it takes ${known.map((one) => `\`${one}\``).join(", ")}`,
        }),
      });
    }
    if (Object.hasOwn(given, to)) return reject(context, "P2024", `\`${key.text}\` is given twice`, key.span);
    const one = read(value, key, takes?.[to]);
    if (one === null) return null;
    given[to] = one;
  }
  return given;
}

/** The same of numbers, shares and texts that are known before the run. */
export const ownArguments = (
  kind: JavaScriptKind,
  name: string,
  args: readonly Argument[],
  takes: OwnArguments | undefined,
  context: ExprContext,
  infer: Infer,
): OwnArguments | null =>
  namedArguments(kind, name, args, takes, context, (value, key, usual) => {
    const found = infer(value, { ...context, vocabulary: "plain", stack: [] });
    if (found === null) return null;
    const { type, ir } = found;
    const one = Array.isArray(ir) && ir[0] === "string" ? ir[1] : ir;
    if (type !== "number" && type !== "share" && type !== "text")
      return reject(
        context,
        "P2020",
        `what JavaScript takes is a number, a share or a text, not ${describe(type)}`,
        value.span,
      );
    if (typeof one !== "number" && (type !== "text" || typeof one !== "string"))
      return reject(context, "P2023", `\`${key.text}\` of \`${name}\` is known only in the run`, value.span, {
        help: "give it a number, a share, a text or a parameter: what counts passes or is searched for is not handed to JavaScript",
      });
    if (usual !== undefined && typeof usual !== typeof one)
      return reject(
        context,
        "P2020",
        `\`${key.text}\` of \`${name}\` is ${typeof usual === "string" ? "a text" : "a number"}`,
        value.span,
      );
    return one;
  });
