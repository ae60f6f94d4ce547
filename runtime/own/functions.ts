import { DiagnosticError, type Diagnostic } from "../../core/diagnostics/diagnostic.js";
import { diagnostic, raise } from "../../core/diagnostics/create.js";
import { show } from "../../core/diagnostics/quote.js";
import { hashJson } from "../../core/ir/hash.js";
import { javascriptKinds, type ImportIr, type JavaScriptKind } from "../../core/ir/types.js";
import { isObject } from "../../core/network/json.js";
import type { OwnFunction, UserFunction } from "../types.js";

/** What a program takes from JavaScript, as a loop hands it over: its `use`, and the function where the loop imports it. */
export interface GivenImport extends Omit<ImportIr, "text"> {
  readonly value?: unknown;
  /** Hash of the file that it comes from, where whoever read it knows. */
  readonly content?: string;
}

/** Functions by the names that a program has for them. */
export type Functions = Readonly<Record<string, UserFunction>>;

/** A function of a program, with what tells its text from another. */
export interface OwnOfProgram extends OwnFunction {
  readonly kind: JavaScriptKind;
  readonly name: string;
  readonly fingerprint: string;
}

/**
 * The functions of a program: those of the options win over what a loop imports.
 * @throws DiagnosticError P7010 for options that hold no functions, P7018 where one is not given, or is none
 */
export function ownFunctions(
  imports: readonly GivenImport[],
  given: { readonly losses?: unknown; readonly metrics?: unknown },
): readonly OwnOfProgram[] {
  const options = {
    loss: functionsOf("losses", given.losses),
    metric: functionsOf("metrics", given.metrics),
  };
  const named = imports.map((one) => {
    const value = options[one.kind][one.name] ?? one.value;
    const what = `the ${one.kind} \`${one.name}\``;
    if (typeof value !== "function") {
      const wrong =
        value === undefined ? `${what} is not given` : `${what} is ${show(value)}, where a function belongs`;
      const told = diagnostic("P7018", wrong, null, {
        help: `give it in the options: \`${one.kind === "loss" ? "losses" : "metrics"}: { ${JSON.stringify(one.name)}: … }\``,
      });
      throw new DiagnosticError([{ ...told, statement: one.id }]);
    }
    const content = options[one.kind][one.name] === undefined ? one.content : undefined;
    return owned(one.kind, one.name, one.id, value as UserFunction, content);
  });
  // What is given and no program names: metrics are measured all the same, losses may be named by loops that are written by hand.
  const alone = javascriptKinds.flatMap((kind) =>
    Object.entries(options[kind])
      .filter(([name]) => !named.some((one) => one.kind === kind && one.name === name))
      .map(([name, value]) => owned(kind, name, null, value, undefined)),
  );
  return [...named, ...alone];
}

function owned(
  kind: JavaScriptKind,
  name: string,
  id: number | null,
  compute: UserFunction,
  content: string | undefined,
): OwnOfProgram {
  const fingerprint = hashJson([String(compute), content ?? null]);
  return { kind, name, what: `the ${kind} \`${name}\``, id, compute, fingerprint };
}

function functionsOf(option: string, value: unknown): Functions {
  if (value === undefined || value === null) return {};
  if (!isObject(value))
    raise("P7010", `\`${option}\` is an object of functions by their names, not ${show(value)}`);
  for (const [name, one] of Object.entries(value))
    if (typeof one !== "function")
      raise("P7010", `\`${name}\` of \`${option}\` is ${show(one)}, where a function belongs`);
  return value as Functions;
}

/** What tells the text of every function from another, for checkpoints. */
export const fingerprints = (functions: readonly OwnOfProgram[]): Readonly<Record<string, string>> =>
  Object.fromEntries(functions.map(({ kind, name, fingerprint }) => [`${kind} ${name}`, fingerprint]));

/** P7020 where a checkpoint was made with other texts: the run goes on, but is no longer of one piece. */
export function changedFunctions(
  functions: readonly OwnOfProgram[],
  stored: Readonly<Record<string, string>>,
): readonly Diagnostic[] {
  const now = fingerprints(functions);
  const changed = functions.filter(({ kind, name }) => {
    const before = stored[`${kind} ${name}`];
    return before !== undefined && before !== now[`${kind} ${name}`];
  });
  if (changed.length === 0) return [];
  const what = changed.map((one) => one.what).join(", ");
  return [
    diagnostic(
      "P7020",
      `${what} changed since the checkpoint: the run goes on with what stands there now`,
      null,
      {
        help: "begin anew with `--restart` where that is not meant",
      },
    ),
  ];
}
