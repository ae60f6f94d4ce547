import type { Argument, Parameter } from "../../../grammar/ast.js";
import type { Span } from "../../../core/diagnostics/diagnostic.js";
import { meantAs, unknownName } from "../../../core/diagnostics/elsewhere.js";
import type { Details } from "../../../core/diagnostics/create.js";
import { isName } from "../../../core/expr/names.js";
import type { Module } from "../module.js";
import type { Binding, Type, Typed } from "../scope.js";
import { slipOfEquals } from "../clauses/call-arguments.js";
import { reject } from "../lowering.js";
import type { ExprContext } from "./context.js";
import type { Infer } from "./infer.js";
import { describe } from "../scope.js";

/**
 * The parameters of a method or declaration bound to what a call gives them: by name (a single one also by place), each once,
 * in the unit of its default; defaults fill the rest.
 */
export function bindArguments(
  name: string,
  parameters: readonly Parameter[],
  args: readonly Argument[],
  span: Span,
  context: ExprContext,
  module: Module,
  infer: Infer,
): ReadonlyMap<string, Binding> | null {
  const given = new Map<string, Typed>();
  let good = true;
  for (const argument of args) {
    const key = argument.name?.text ?? (parameters.length === 1 ? parameters[0]?.name.text : undefined);
    if (key === undefined) {
      good = false;
      reject(context, "P2023", `an argument of \`${name}\` has no name`, argument.span, {
        ...(parameters.length > 0
          ? { help: `name it: \`${parameters[0]?.name.text ?? ""}: …\``, ...slipOfEquals(argument) }
          : ofWhat(name, argument, span)),
      });
      continue;
    }
    const place = argument.name?.span ?? argument.span;
    if (!parameters.some((parameter) => parameter.name.text === key)) {
      good = false;
      reject(context, "P2023", `\`${name}\` takes no \`${key}\``, place, {
        ...unknownName(
          "parameter",
          key,
          place,
          parameters.map((parameter) => parameter.name.text),
          { what: "argument", otherwise: takes(name, parameters) },
        ),
      });
      continue;
    }
    if (given.has(key)) {
      good = false;
      reject(context, "P2024", `\`${key}\` is given twice`, place);
      continue;
    }
    const value = infer(argument.value, { ...context, vocabulary: "plain", stack: [] });
    if (value === null) good = false;
    else given.set(key, value);
  }
  return good ? fill(name, parameters, given, args, span, context, module, infer) : null;
}

function fill(
  name: string,
  parameters: readonly Parameter[],
  given: ReadonlyMap<string, Typed>,
  args: readonly Argument[],
  span: Span,
  context: ExprContext,
  module: Module,
  infer: Infer,
): ReadonlyMap<string, Binding> | null {
  const bindings = new Map<string, Binding>();
  let good = true;
  for (const parameter of parameters) {
    const key = parameter.name.text;
    const fallback =
      parameter.value === undefined
        ? undefined
        : infer(parameter.value, {
            ...context,
            vocabulary: "plain",
            stack: [],
            scope: { module, bindings: new Map([...module.parameters, ...bindings]) },
          });
    const value = given.get(key) ?? fallback;
    if (value === undefined) {
      good = false;
      reject(context, "P2022", `\`${name}\` needs \`${key}\``, span, { help: takes(name, parameters) });
      continue;
    }
    if (value === null) {
      good = false;
      continue;
    }
    const own = args.find((argument) => (argument.name?.text ?? key) === key);
    if (given.has(key) && fallback !== undefined && fallback !== null && !fits(value.type, fallback.type)) {
      good = false;
      reject(
        context,
        "P2020",
        `\`${key}\` of \`${name}\` is ${describe(fallback.type)}, not ${describe(value.type)}`,
        own?.value.span ?? span,
        { help: unitHelp(value, fallback.type) },
      );
      continue;
    }
    bindings.set(key, { kind: "value", value });
  }
  return good ? bindings : null;
}

/** A length may be given in either unit; everything else in its own. */
export function fits(given: Type, wanted: Type): boolean {
  const isTime = (type: Type): boolean => type === "epochs" || type === "steps";
  return given === wanted || (isTime(given) && isTime(wanted));
}

/** How to write a value in the unit that was meant. */
export function unitHelp(value: Typed, wanted: Type): string | undefined {
  if (typeof value.ir !== "number" || value.type !== "number") return undefined;
  if (wanted === "share") return `write \`${percent(value.ir)}\``;
  if (wanted === "time") return `write \`${value.ir} ms\``;
  if (wanted === "epochs" || wanted === "steps") return `write \`${value.ir} ${wanted}\``;
  return undefined;
}

/** `0.5` as `50%`; a number above 1 is taken for a percentage that lost its sign. */
export function percent(value: number): string {
  return `${Number((Math.abs(value) <= 1 ? value * 100 : value).toPrecision(12))}%`;
}

function takes(name: string, parameters: readonly Parameter[]): string {
  if (parameters.length === 0) return `\`${name}\` takes no arguments`;
  return `\`${name}\` takes ${parameters.map((parameter) => `\`${parameter.name.text}\``).join(", ")}`;
}

/** `l1(gamma)`: a norm of something else than the weights is written out. */
function ofWhat(name: string, { value }: Argument, span: Span): Details {
  const read = value.kind === "ref" && value.path.length === 1 ? value.path[0]?.text : undefined;
  if (read === undefined || !isName(read)) return { help: `\`${name}\` takes none` };
  const write = read === "w" ? name : name === "l2" ? `${read}^2` : `abs(${read})`;
  return meantAs({ write }, span);
}
