import { DiagnosticError, type Diagnostic } from "../../core/diagnostics/diagnostic.js";
import { diagnostic, raise } from "../../core/diagnostics/create.js";
import { show } from "../../core/diagnostics/quote.js";
import type { FittedOn } from "../../core/compensate/methods.js";
import type { Name } from "../../core/expr/names.js";
import type { OwnArguments } from "../../core/expr/own.js";
import { hashJson } from "../../core/ir/hash.js";
import {
  javascript,
  javascriptKinds,
  type JavaScriptKind,
  type JavaScriptOption,
} from "../../core/ir/imports.js";
import { reservedFor } from "../../core/ir/reserved.js";
import type { ImportIr } from "../../core/ir/types.js";
import { isObject } from "../../core/network/json.js";
import type { OwnFunction, UserFunction } from "../types.js";
import type { AnyCompensation, AnyCriterion, AnyGate, AnyPenalty, StepDefinition } from "./define.js";
import { readDefinition, type Definition, type OwnGateParts } from "./read.js";

/** What a program takes from JavaScript, as a loop hands it over: its `use`, and what stands for it where the loop imports it. */
export interface GivenImport extends Omit<ImportIr, "text"> {
  readonly value?: unknown;
  /** Hash of the file that it comes from, where whoever read it knows. */
  readonly content?: string;
}

/** Functions by the names that a program has for them. */
export type Functions = Readonly<Record<string, UserFunction>>;

/** What a host gives in JavaScript. It wins over what a `use` names, and needs none. */
export interface GivenJavaScript {
  /** Losses by the names that `minimizing` has for them. See `LossFunction`. */
  readonly losses?: Functions | undefined;
  /** Metrics by the names that they are reported under. See `MetricFunction`. */
  readonly metrics?: Functions | undefined;
  /** Criteria by the names that scores have for them. See `CriterionDefinition`. */
  readonly criteria?: Readonly<Record<string, AnyCriterion>> | undefined;
  /** Penalties by the names that `penalize` has for them. See `PenaltyDefinition`. */
  readonly penalties?: Readonly<Record<string, AnyPenalty>> | undefined;
  /** Gates by the names that `learn masks` has for them. See `GateDefinition`. */
  readonly gates?: Readonly<Record<string, AnyGate>> | undefined;
  /** Compensations by the names that `compensating by` has for them. See `CompensationDefinition`. */
  readonly compensations?: Readonly<Record<string, AnyCompensation>> | undefined;
  /** Steps by the names that they are called by. See `StepDefinition`. */
  readonly steps?: Readonly<Record<string, StepDefinition>> | undefined;
}

/** The same as it comes from outside: anything may stand there. */
type Loose = { readonly [Option in JavaScriptOption]?: unknown };

/** The options of it alone. */
export const javascriptOf = <G extends Loose>(options: G): Pick<G, JavaScriptOption & keyof G> =>
  Object.fromEntries(
    javascriptKinds.map((kind) => {
      const { option } = javascript[kind];
      return [option, options[option]];
    }),
  ) as Pick<G, JavaScriptOption & keyof G>;

/** Something in JavaScript of a program, with what tells its text from another. */
export interface OwnOfProgram extends OwnFunction {
  readonly kind: JavaScriptKind;
  readonly name: string;
  /** What a score or penalty reads; empty for all others. */
  readonly reads: readonly Name[];
  /** What programs may give it, with the usual values. */
  readonly takes: OwnArguments;
  /** Seconds that a step may take, or a compensation with a layer. */
  readonly seconds: number;
  /** What a compensation is worked out on; unset for all others. */
  readonly on?: FittedOn;
  readonly gate: OwnGateParts | null;
  readonly fingerprint: string;
}

/** Definitions by kind and name, as options hold them. @throws DiagnosticError P7010 for options that hold none */
export function givenDefinitions(
  given: Loose,
): Readonly<Record<JavaScriptKind, Readonly<Record<string, Definition>>>> {
  const all = javascriptKinds.map((kind) => [kind, definitionsOf(kind, given)] as const);
  return Object.fromEntries(all) as Record<JavaScriptKind, Record<string, Definition>>;
}

/**
 * What a program has in JavaScript: that of the options wins over what a loop imports.
 * @throws DiagnosticError P7010 for options that hold no functions, P7018 where one is not given, or is none
 */
export function ownFunctions(imports: readonly GivenImport[], given: Loose): readonly OwnOfProgram[] {
  const options = givenDefinitions(given);
  const named = imports.map((one) => {
    const own = options[one.kind][one.name];
    if (own !== undefined) return owned(one.kind, one.name, one.id, own, undefined);
    const read = one.value === undefined ? "is not given" : readDefinition(one.kind, one.value);
    if (typeof read !== "string") return owned(one.kind, one.name, one.id, read, one.content);
    const { option } = javascript[one.kind];
    const told = diagnostic("P7018", `the ${one.kind} \`${one.name}\` ${read}`, null, {
      help: `give it in the options: \`${option}: { ${JSON.stringify(one.name)}: … }\``,
    });
    throw new DiagnosticError([{ ...told, statement: one.id }]);
  });
  // What is given and no program names: metrics are measured all the same, others may be named by loops that are written by hand.
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
  { compute, reads, takes, seconds, on, gate = null, text }: Definition,
  content: string | undefined,
): OwnOfProgram {
  const fingerprint = hashJson([
    text,
    content ?? null,
    ...(reads.length > 0 ? [reads] : []),
    ...(Object.keys(takes).length > 0 ? [takes] : []),
    ...(on === undefined ? [] : [on]),
    ...(gate === null ? [] : [gate.params]),
  ]);
  const what = `the ${kind} \`${name}\``;
  return { kind, name, what, id, compute, reads, takes, seconds, gate, fingerprint, ...(on && { on }) };
}

function definitionsOf(kind: JavaScriptKind, given: Loose): Readonly<Record<string, Definition>> {
  const { option, member } = javascript[kind];
  const value = given[option];
  if (value === undefined || value === null) return {};
  const what = member === null ? "functions" : "definitions";
  if (!isObject(value))
    raise("P7010", `\`${option}\` is an object of ${what} by their names, not ${show(value)}`);
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => {
      const reserved = reservedFor(kind, name);
      if (reserved !== null)
        raise("P7010", `\`${name}\` of \`${option}\` ${reserved}, and would never be used`, {
          help: "choose another name",
        });
      const read = readDefinition(kind, one);
      if (typeof read === "string") raise("P7010", `\`${name}\` of \`${option}\` ${read}`);
      return [name, read];
    }),
  );
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

/**
 * What a call gives may be taken.
 * @throws DiagnosticError P7018 where it says of nothing by that name that it takes it
 */
export function checkTaken({ takes, what }: OwnOfProgram, given: Readonly<Record<string, unknown>>): void {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(takes, name));
  if (unknown === undefined) return;
  const known = Object.keys(takes);
  raise("P7018", `${what} takes no \`${unknown}\``, {
    help:
      known.length === 0
        ? `it says what it takes beside its function: \`takes: { ${unknown}: 0.1 }\``
        : `it takes ${known.map((one) => `\`${one}\``).join(", ")}`,
  });
}
