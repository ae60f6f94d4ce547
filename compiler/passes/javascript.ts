import type { UseStatement } from "../../grammar/ast.js";
import { isJavaScriptKind, javascriptKinds, type JavaScriptKind } from "../../core/ir/imports.js";
import type { IrSpans } from "../../core/ir/spans.js";
import { reservedFor } from "../../core/ir/reserved.js";
import type { ImportIr } from "../../core/ir/types.js";
import { reject, type Where } from "./lowering.js";
import { declaredKinds, type Module } from "./module.js";
import { sourceText } from "./scope.js";
import type { FrontOptions, FrontState, JavaScriptImport } from "./state.js";

/** What a program takes from JavaScript. It is listed, and never run here. */

interface Importing extends Where {
  readonly javascript: JavaScriptImport[];
  readonly options: FrontOptions;
}

const isFile = (path: string): boolean => /\.[cm]?js$/.test(path);

/** What the language has no declaration of is JavaScript wherever it comes from; the other kinds where the file is. */
export const isJavaScript = ({ what, from }: UseStatement): boolean =>
  isFile(from.value) || (what !== undefined && !declaredKinds.some((kind) => kind === what));

export function importJavaScript(use: UseStatement, module: Module, at: Importing): void {
  const { what, from, names, span } = use;
  const wrong = (message: string, help: string): void => {
    for (const { text } of names) module.missing.add(text);
    reject(at, "P2006", message, from.span, { help });
  };
  if (what === undefined)
    return wrong(
      `"${from.value}" is JavaScript, and it is not said what of`,
      `name the kind: \`use loss ${names[0]?.text ?? "focal"} from "${from.value}"\`, or ${javascriptKinds
        .slice(1)
        .map((kind) => `\`use ${kind} …\``)
        .join(", ")}`,
    );
  if (!isJavaScriptKind(what))
    return wrong(
      `"${from.value}" is JavaScript, and a ${what} is written in the language`,
      what === "curve" ? "declare it: `curve mine(t) = t^2`" : "declare it in a `.prune` file",
    );
  if (!isFile(from.value) || !/^\.\.?\//.test(from.value))
    return wrong(
      `a ${what} comes from a JavaScript file, not from "${from.value}"`,
      `name it by a relative path: \`use ${what} ${names[0]?.text ?? "focal"} from "./own.js"\``,
    );
  const path = fromMain(from.value, module.file, at.options.file);
  for (const name of names) {
    const key = `${what} ${name.text}`;
    const known = at.javascript.find((one) => `${one.kind} ${one.name}` === key);
    const why =
      known !== undefined && known.from !== path
        ? `is imported from "${known.from ?? ""}", too`
        : taken(what, name.text, module);
    if (why !== null) {
      module.missing.add(name.text);
      reject(at, "P2004", `\`${name.text}\` ${why}`, name.span, { help: "choose another name" });
      continue;
    }
    if (module.standard.has(key))
      reject(at, "P2005", `this \`${name.text}\` hides the standard one`, name.span);
    module.javascript.set(key, lookedInto(key, at.options));
    if (known !== undefined) continue;
    const text = sourceText(module, span);
    at.javascript.push({ kind: what, text, name: name.text, from: path, use: { span, file: module.file } });
  }
}

/** What else a name means where something in JavaScript of this kind would be looked for; null for nothing. */
function taken(kind: JavaScriptKind, name: string, module: Module): string | null {
  const reserved = reservedFor(kind, name);
  if (reserved !== null) return reserved;
  const declaredAs = kind === "step" ? "method" : kind;
  if (!module.declared.has(`${declaredAs} ${name}`)) return null;
  return kind === "step" ? "is a method here" : `is a ${kind} that this file declares`;
}

/** What is known of something in JavaScript, by `kind name`. */
export const lookedInto = (key: string, { reads, takes, fittedOn }: FrontOptions) => ({
  reads: reads?.[key] ?? [],
  takes: takes?.[key],
  fittedOn: fittedOn?.[key],
});

/** What the host gives, as `kind name`. */
export const givenNames = ({ javascript = {} }: FrontOptions): readonly string[] =>
  javascriptKinds.flatMap((kind) => (javascript[kind] ?? []).map((name) => `${kind} ${name}`));

/** What the host gives and no text names. */
export const givenAlone = (
  { javascript = {} }: FrontOptions,
  named: readonly JavaScriptImport[],
): readonly JavaScriptImport[] =>
  javascriptKinds.flatMap((kind) =>
    (javascript[kind] ?? [])
      .filter((name) => !named.some((one) => one.kind === kind && one.name === name))
      .map((name) => ({ kind, name, text: `${kind} ${name}` })),
  );

/** Ids behind those of the statements, so that mistakes in the JavaScript have a place. */
export function withIds({ imports, spans }: Pick<FrontState, "imports" | "spans">): {
  readonly imports: readonly ImportIr[];
  readonly spans: IrSpans;
} {
  const all = new Map(spans);
  const listed = imports.map(({ use, ...one }, i): ImportIr => {
    const id = spans.size + 1 + i;
    if (use !== undefined) all.set(id, { ...use, parts: new Map(), calls: [] });
    return { ...one, id };
  });
  return { imports: listed, spans: all };
}

/** A path in a file as it is written in the main one: relative to its folder. */
function fromMain(path: string, file: string | undefined, main: string | undefined): string {
  const [here, there] = [folders(file), folders(main)];
  if (file === main || here.join("/") === there.join("/")) return path;
  const target = normal([...here, ...path.split("/")]);
  const base = normal(there);
  let shared = 0;
  while (shared < base.length && base[shared] === target[shared]) shared++;
  const up = base.slice(shared).map(() => "..");
  const way = [...up, ...target.slice(shared)].join("/");
  return up.length > 0 ? way : `./${way}`;
}

const folders = (file = ""): readonly string[] => file.split(/[\\/]/).slice(0, -1);

/** Without `.`, and without `..` as far as a folder is there to leave. */
function normal(parts: readonly string[]): readonly string[] {
  const way: string[] = [];
  for (const part of parts)
    if (part === ".." && way.length > 0 && way.at(-1) !== "..") way.pop();
    else if (part !== "." && part !== "") way.push(part);
  return way;
}
