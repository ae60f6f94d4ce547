import { accuracyReaders, comparedMoments } from "../../core/ir/accuracy-readers.js";
import { asksForLatency } from "../../core/latency/asks.js";
import { exportOf } from "../../core/ir/imports.js";
import { counted } from "../../core/ir/words.js";
import type { AccuracyName } from "../../core/ir/qualities.js";
import type { Ir } from "../../core/ir/types.js";
import { statements, withPaired } from "../../core/ir/walk.js";
import { version } from "../version.js";
import { constantCriteria, layerLists } from "./constants.js";
import { expressionHelpers } from "./javascript-expressions.js";
import { criterionCall } from "./javascript-clauses.js";
import { writeSteps, type StepContext } from "./javascript-steps.js";
import {
  commentLines,
  commentText,
  layout,
  lineWidth,
  quote,
  type Field,
  type Js,
} from "./javascript-value.js";
import { identifier, Names } from "./names.js";
import { noNotes, type Notes } from "./foresee.js";
import { moduleScope, type Scope } from "./scope.js";
import { Writer, type Place, type SourceMap } from "./writer.js";

export interface EmitOptions {
  /** Name of the emitted file in the source map. Default: that of the program, ending in ".mjs". */
  readonly file?: string;
  /** Texts by source name, those of `places`. */
  readonly sources: ReadonlyMap<string, string>;
  /** Where each statement stands, by id. */
  readonly places: ReadonlyMap<number, Place>;
  /** Default "espalier/runtime". */
  readonly runtimeSpecifier?: string;
  /** Hash of the program. */
  readonly program: string;
  /** Hash of the layers of the network that the loop is for; unset: any network. */
  readonly layers?: string;
  /** Examples per step where the program says nothing. */
  readonly batch?: number;
  /** Default 1. */
  readonly seed?: number;
  readonly notes?: Notes;
  /** Default "program". */
  readonly form?: Form;
  /** TypeScript instead of JavaScript. */
  readonly typescript?: boolean;
  /** Where a JavaScript file of the program is imported from; null: not at all. Default: as the program has it. */
  readonly javascriptFrom?: (from: string) => string | null;
  /** Whether more training follows than the IR has. Default false. */
  readonly continues?: boolean;
  /** What an imported loop is compiled from anew where its caller sets parameters. */
  readonly anew?: Anew;
}

export interface Anew {
  readonly file: string;
  /** The text of that file and of all that it imports. */
  readonly texts: ReadonlyMap<string, string>;
  /** The files that specifiers in a file mean. */
  readonly imports: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Plain options of `compile`. */
  readonly given: object;
}

/**
 * What a loop is written as: a program that can be imported too; a module that is imported only, as by a bundler; or the body of a
 * function of the runtime, `(runtime) => ({ loop, places })`, for hosts that compile while they run.
 */
export const forms = ["program", "imported", "function"] as const;
export type Form = (typeof forms)[number];

/** Names that emitted modules use themselves. */
const own = [
  "settings",
  "loop",
  "run",
  "options",
  "epoch",
  "epochs",
  "batch",
  "openRun",
  "runFromCommandLine",
  "importedLoop",
  "runtime",
  "places",
  "RunOptions",
  "RunResult",
];

/** An IR as an ES module that trains and prunes, written as a person would write it, and its source map. */
export function emitJavaScript(
  ir: Ir,
  options: EmitOptions,
): { readonly code: string; readonly map: SourceMap } {
  const names = new Names([...own, ...expressionHelpers]);
  // What is imported keeps its name.
  const functions = functionImports(ir, names, options);
  const criteria = constantCriteria(ir.body).map((one) => ({
    ...one,
    constant: names.fresh(constantName(one.criterion.name), one.role === "penalty" ? "Penalty" : "Score"),
  }));
  const lists = [...layerLists(ir.body)].map(([key, list]) => ({
    key,
    list,
    constant: names.fresh("layers"),
  }));
  const module = moduleScope(names, {
    criteria: new Map(criteria.map(({ key, constant }) => [key, constant])),
    layers: new Map(lists.map(({ key, constant }) => [key, constant])),
  });
  const body = new Writer();
  for (const { list, constant } of lists) {
    for (const line of layout(`const ${constant} = `, { list: list.map(quote) }, ";", 0)) body.line(line);
  }
  for (const { constant, criterion } of criteria) {
    body.line(`const ${constant} = ${criterionCall(criterion, module.scope)};`);
  }
  body.blank();
  writeLoop(ir, body, module.scope, options);
  body.blank();
  writeEnd(ir, body, options);

  // Which helpers to import is known only once the body is written.
  const writer = new Writer();
  for (const line of commentLines(headline(ir), lineWidth)) writer.line(line);
  for (const line of importLines(module.helpers(), options)) writer.line(line);
  for (const line of functions.lines) writer.line(line);
  writer.blank();
  const exported = options.form === "function" ? "" : "export ";
  const settings = { fields: [...settingsFields(ir, options), ...functions.settings] };
  const typed = options.typescript ? " satisfies RunOptions;" : ";";
  for (const line of layout(`${exported}const settings = `, settings, typed, 0)) writer.line(line);
  writer.blank();
  writer.append(body);
  const ending = options.typescript ? "ts" : "mjs";
  return writer.finish(options.file ?? `${ir.source.replace(/\.prune$/, "")}.${ending}`, options.sources);
}

/** What is done with the loop: a statement that fails is told by its place. */
function writeEnd(ir: Ir, writer: Writer, options: EmitOptions): void {
  const places: Js = { fields: placeFields(ir, options) };
  const write = (start: string, value: Js, end: string) => {
    for (const line of layout(start, value, end, 0)) writer.line(line);
  };
  if (options.form === "function")
    return write(
      "return ",
      {
        fields: [
          { key: "loop", value: "loop" },
          { key: "places", value: places },
        ],
      },
      ";",
    );
  if (options.form === "imported") {
    writer.line("// A statement that fails is told by its place.");
    const { anew } = options;
    if (anew === undefined) return write("export default importedLoop(loop, ", places, ");");
    write("const places = ", places, ";");
    writer.blank();
    writer.line("// What the loop is compiled from anew where parameters are set.");
    return write(
      "export default importedLoop(loop, places, ",
      { fields: anewFields(anew, ir.imports !== undefined, options) },
      ");",
    );
  }
  writer.line(
    "// Runs when this file is the program, not when it is imported; a statement that fails is told by its place.",
  );
  write("await runFromCommandLine(loop, import.meta.url, ", places, ");");
}

function anewFields({ file, texts, imports, given }: Anew, imported: boolean, options: EmitOptions): Field[] {
  const runtime = options.runtimeSpecifier ?? defaultRuntime;
  return [
    { key: "file", value: quote(file) },
    { key: "texts", value: { fields: [...texts].map(([key, text]) => ({ key, value: quote(text) })) } },
    { key: "imports", value: JSON.stringify(imports) },
    { key: "given", value: JSON.stringify(given) },
    ...(imported ? [{ key: "functions", value: "settings.imports" }] : []),
    { key: "compiler", value: '() => import("espalier/compiler")' },
    { key: "runtime", value: `() => import(${quote(runtime)})` },
  ];
}

/** What the program takes from JavaScript: the lines that import it, and the list of it in `settings`. */
function functionImports(
  { imports = [] }: Ir,
  names: Names,
  { form, javascriptFrom = (from) => from }: EmitOptions,
): { readonly lines: readonly string[]; readonly settings: readonly Field[] } {
  const byFile = new Map<string, string[]>();
  const list = imports.map(({ id, kind, name, from }): Js => {
    const specifier = from === undefined || form === "function" ? null : javascriptFrom(from);
    const exported = exportOf(name);
    const local = specifier === null ? null : names.fresh(exported);
    if (specifier !== null && local !== null) {
      const one = local === exported ? local : `${exported} as ${local}`;
      byFile.set(specifier, [...(byFile.get(specifier) ?? []), one]);
    }
    return {
      fields: [
        { key: "id", value: String(id) },
        { key: "kind", value: quote(kind) },
        { key: "name", value: quote(name) },
        ...(from === undefined ? [] : [{ key: "from", value: quote(from) }]),
        ...(local === null ? [] : [{ key: "value", value: local }]),
      ],
    };
  });
  return {
    lines: [...byFile].map(([from, local]) => `import { ${local.join(", ")} } from ${quote(from)};`),
    settings: list.length === 0 ? [] : [{ key: "imports", value: { list } }],
  };
}

const defaultRuntime = "espalier/runtime";

function writeLoop(ir: Ir, writer: Writer, scope: Scope, options: EmitOptions): void {
  const exported = (options.form ?? "program") === "program" ? "export default " : "";
  const signature = options.typescript ? "(options: RunOptions = {}): Promise<RunResult>" : "(options = {})";
  writer.line(`${exported}async function loop${signature} {`);
  writer.indented(() => {
    writer.line("const run = await openRun({ ...settings, ...options });");
    if (ir.body.some((step) => step.kind === "train" && step.implicit)) {
      writer.line("const epochs = options.epochs ?? settings.epochs;");
    }
    writeSteps(ir.body, {
      writer,
      places: options.places,
      notes: options.notes ?? noNotes,
      scope,
      compared: comparedPhases(ir.body),
      ends: options.continues === true ? null : "true",
    });
    writer.blank();
    writer.line("return run.finish();");
  });
  writer.line("}");
}

/** A phase with the condition in its own `until` tells by that. */
function comparedPhases(body: Ir["body"]): StepContext["compared"] {
  const compared = new Map<number, Set<AccuracyName>>();
  for (const { id, reads, phase } of accuracyReaders(body)) {
    if (phase === null || phase.id === id) continue;
    compared.set(phase.id, new Set([...(compared.get(phase.id) ?? []), ...reads]));
  }
  return compared;
}

function headline({ source, plan }: Ir): string {
  const made = `${source}, compiled by espalier ${version}`;
  if (plan === null) return made;
  const { name, units, params, macs } = plan.network;
  return `${made} for ${name}: ${counted(units, "units")}, ${counted(params, "parameters")}, ${counted(macs, "MACs")}`;
}

function importLines(
  helpers: readonly string[],
  { form = "program", typescript = false, runtimeSpecifier = defaultRuntime }: EmitOptions,
): string[] {
  const own = { program: ["runFromCommandLine"], imported: ["importedLoop"], function: [] }[form];
  const types = typescript ? ["type RunOptions", "type RunResult"] : [];
  const names = [...["openRun", ...own, ...helpers].sort(), ...types];
  const [start, end] =
    form === "function" ? ["const {", "} = runtime;"] : ["import {", `} from ${quote(runtimeSpecifier)};`];
  const one = `${start} ${names.join(", ")} ${end}`;
  if (one.length <= lineWidth) return [one];
  return [start, ...names.map((name) => `  ${name},`), end];
}

function settingsFields(ir: Ir, options: EmitOptions): Field[] {
  const named = (path: string | null) => (path === null ? "null" : quote(path));
  const fields: Field[] = [
    { key: "network", value: named(ir.network), note: "LayersModel to prune; --network overrides" },
    { key: "data", value: named(ir.data), note: "--data overrides" },
    ...(ir.validation === undefined
      ? []
      : [
          {
            key: "validation",
            value: String(ir.validation),
            note: "share of the training examples held out",
          },
        ]),
  ];
  const implicit = ir.body.find((step) => step.kind === "train" && step.implicit);
  if (implicit?.kind === "train") {
    fields.push({
      key: "epochs",
      value: String(implicit.epochs),
      note: "length of the training; --epochs overrides",
    });
  }
  const texts = new Map(
    statements(ir.body)
      .flatMap(withPaired)
      .map(({ id, text }) => [id, text] as const),
  );
  const written = [...texts]
    .sort(([a], [b]) => a - b)
    .map(([id, text]) => ({ key: String(id), value: quote(commentText(text)) }));
  fields.push(
    {
      key: "batch",
      value: String(options.batch ?? 32),
      note: "examples per step, where a phase says nothing; --batch overrides",
    },
    { key: "seed", value: String(options.seed ?? 1), note: "--seed overrides" },
    { key: "program", value: quote(options.program), note: "a checkpoint of another program is refused" },
  );
  if (options.layers !== undefined) {
    fields.push({
      key: "layers",
      value: quote(options.layers),
      note: "a network of other layers is refused",
    });
  }
  const compared = comparedMoments(ir.body);
  if (compared.length > 0) fields.push({ key: "compares", value: { list: compared.map(quote) } });
  if (asksForLatency(ir.body))
    fields.push({ key: "timesLayers", value: "true", note: "`latency` goes by times of layers" });
  fields.push(
    { key: "source", value: quote(ir.source) },
    {
      key: "statements",
      value: { fields: written },
      comment: ["what the numbers below stand for, in log and report"],
    },
  );
  return fields;
}

/** Where the statements stand, by id: `file:line:column`, columns from 1. */
function placeFields(ir: Ir, { places }: EmitOptions): Field[] {
  const byId = [...statements(ir.body), ...(ir.imports ?? [])].toSorted((a, b) => a.id - b.id);
  return byId.flatMap(({ id }) => {
    const place = places.get(id);
    if (place === undefined) return [];
    return [{ key: String(id), value: quote(`${place.source}:${place.line}:${place.column + 1}`) }];
  });
}

/** A constant is called as its criterion is, where that is a name; expressions are "score". */
function constantName(name: string): string {
  return /^[A-Za-z_][\w-]*$/.test(name) ? identifier(name) : "score";
}
