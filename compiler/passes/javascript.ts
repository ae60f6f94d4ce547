import type { UseStatement } from "../../grammar/ast.js";
import type { IrSpans } from "../../core/ir/spans.js";
import { javascriptKinds, losses, type ImportIr } from "../../core/ir/types.js";
import { reject, type Where } from "./lowering.js";
import type { Module } from "./module.js";
import { sourceText } from "./scope.js";
import type { FrontOptions, FrontState, JavaScriptImport } from "./state.js";

/** Losses and metrics that a program takes from JavaScript. They are listed, and never run here. */

interface Importing extends Where {
  readonly javascript: JavaScriptImport[];
  readonly options: FrontOptions;
}

const isFile = (path: string): boolean => /\.[cm]?js$/.test(path);

/** Losses and metrics are JavaScript wherever they come from; the other kinds where the file is. */
export const isJavaScript = ({ what, from }: UseStatement): boolean =>
  what === "loss" || what === "metric" || isFile(from.value);

export function importJavaScript(use: UseStatement, module: Module, at: Importing): void {
  const { what, from, names, span } = use;
  const kind = javascriptKinds.find((one) => one === what);
  const wrong = (code: "P2006" | "P8009", message: string, help: string): void => {
    for (const { text } of names) module.missing.add(text);
    reject(at, code, message, from.span, { help });
  };
  if (what === undefined)
    return wrong(
      "P2006",
      `"${from.value}" is JavaScript, and it is not said what of`,
      `name the kind: \`use loss ${names[0]?.text ?? "focal"} from "${from.value}"\`, or \`use metric …\``,
    );
  if (kind === undefined)
    return wrong(
      "P8009",
      `"${from.value}" is JavaScript, which cannot be a ${what} yet`,
      "write what it does as an expression where one can say it",
    );
  if (!isFile(from.value) || !/^\.\.?\//.test(from.value))
    return wrong(
      "P2006",
      `a ${kind} comes from a JavaScript file, not from "${from.value}"`,
      `name it by a relative path: \`use ${kind} ${names[0]?.text ?? "focal"} from "./own.js"\``,
    );
  const path = fromMain(from.value, module.file, at.options.file);
  for (const name of names) {
    const key = `${kind} ${name.text}`;
    const known = at.javascript.find((one) => `${one.kind} ${one.name}` === key);
    const taken = kind === "loss" && losses.some((one) => one === name.text);
    if (taken || (known !== undefined && known.from !== path)) {
      module.missing.add(name.text);
      const why = taken ? "is a loss of the language" : `is imported from "${known?.from ?? ""}", too`;
      reject(at, "P2004", `\`${name.text}\` ${why}`, name.span, { help: "choose another name" });
      continue;
    }
    module.javascript.add(key);
    if (known !== undefined) continue;
    const text = sourceText(module, span);
    at.javascript.push({ kind, text, name: name.text, from: path, use: { span, file: module.file } });
  }
}

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
