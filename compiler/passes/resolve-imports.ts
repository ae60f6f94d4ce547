import type { UseStatement } from "../../grammar/ast.js";
import { parse } from "../../grammar/index.js";
import { unknownName } from "../../core/diagnostics/elsewhere.js";
import { isName } from "../../core/expr/names.js";
import { bindModuleParameters } from "./bind-parameters.js";
import { reject, type Where } from "./lowering.js";
import {
  declaredKey,
  declaredKinds,
  newModule,
  ownDeclarations,
  scopeOf,
  type Declared,
  type Module,
} from "./module.js";
import { standardLibrary } from "./standard.js";
import type { FrontOptions, FrontState, JavaScriptImport } from "./state.js";
import { givenAlone, givenNames, lookedInto, importJavaScript, isJavaScript } from "./javascript.js";

/** More names than that tell nobody anything. */
const MOST_LISTED = 20;

/** Among the missing names of a text with syntax errors: any name may be lost. */
const anything = "*";
/** Deeper chains of imports are refused as circles are. */
const deepest = 32;

/** A text whose imports are being resolved. */
interface Importing extends Where {
  readonly resolve: FrontOptions["resolve"];
  readonly loaded: Map<string, Module>;
  /** What comes from JavaScript, in the order in which it is met. */
  readonly javascript: JavaScriptImport[];
  readonly options: FrontOptions;
  /** The files that led here. */
  readonly above: readonly string[];
}

/** Brings the declarations of imported files and of the standard library into scope, and refuses what cannot be found. */
export function resolveImports(state: FrontState): FrontState {
  const { scope, report, options } = state;
  const javascript: JavaScriptImport[] = [];
  fillModule({ scope, report, resolve: options.resolve, loaded: new Map(), above: [], javascript, options });
  return { ...state, imports: [...javascript, ...givenAlone(options, javascript)] };
}

function fillModule(at: Importing): void {
  const { module } = at.scope;
  for (const name of givenNames(at.options)) module.javascript.set(name, lookedInto(name, at.options));
  for (const declared of ownDeclarations(module)) declare(declared, module, at);
  for (const statement of module.program.statements) {
    if (statement.kind === "use") importNames(statement, module, at);
  }
}

function declare(declared: Declared, module: Module, at: Importing): void {
  const { kind, name, node } = declared;
  const { span } = node.name;
  const key = declaredKey(kind, name);
  const earlier = module.declared.get(key);
  if (earlier !== undefined) {
    const first = { span: earlier.node.name.span, text: "first declared here", file: module.file };
    reject(at, "P2004", `\`${name}\` is declared twice`, span, { labels: [first] });
    return;
  }
  module.declared.set(key, declared);
  if (module.standard.has(key) && kind !== "method") {
    reject(at, "P2005", `this \`${name}\` hides the standard one`, span);
  } else if (isName(name) && (kind === "criterion" || kind === "penalty")) {
    reject(at, "P2004", `\`${name}\` is a tensor in expressions`, span, { help: "choose another name" });
  }
}

function importNames(use: UseStatement, module: Module, at: Importing): void {
  const { from, names } = use;
  if (isJavaScript(use)) return importJavaScript(use, module, at);
  const file = from.value === "std" ? undefined : loadFile(from, module, at);
  const source = file === undefined ? standardLibrary() : (file?.declared ?? new Map<string, Declared>());
  for (const { text, span } of names) {
    const found = declaredKinds.flatMap((kind) => source.get(declaredKey(kind, text)) ?? []);
    for (const declared of found) module.declared.set(declaredKey(declared.kind, declared.name), declared);
    if (found.length > 0) continue;
    module.missing.add(text);
    // A file that could not be read, or whose own import failed, has said so.
    if (file === null || file?.missing.has(text) === true || file?.missing.has(anything) === true) continue;
    const known = [...source.values()].map(({ name }) => name);
    const names = [...new Set(known)].map((name) => `\`${name}\``);
    const listed =
      names.length > MOST_LISTED ? "`espalier methods` lists its methods" : `it declares ${names.join(", ")}`;
    reject(at, "P2008", `"${from.value}" declares no \`${text}\``, span, {
      ...unknownName(undefined, text, span, known, { otherwise: known.length === 0 ? undefined : listed }),
    });
  }
}

/** The declarations of a relative file, or null once a mistake was reported. */
function loadFile({ value, span }: UseStatement["from"], module: Module, at: Importing): Module | null {
  const resolved = at.resolve?.(value, module.file) ?? null;
  if (resolved === null) {
    return reject(at, "P2006", `there is no file "${value}"`, span, {
      help: 'imports are relative files ("./mine.prune") or "std"',
    });
  }
  const { file, text } = resolved;
  const above = [...at.above, module.file ?? "this file"];
  if (above.includes(file) || above.length > deepest) {
    return reject(at, "P2007", `"${value}" leads back to this file`, span, {
      notes: [`the circle: ${[...above, file].join(" → ")}`],
    });
  }
  const known = at.loaded.get(file);
  if (known !== undefined) return known;
  const { program, diagnostics } = parse(text, file);
  for (const mistake of diagnostics) at.report({ file, ...mistake });
  const fresh = newModule({ file, text, program, standard: module.standard });
  if (diagnostics.some((mistake) => mistake.severity === "error")) fresh.missing.add(anything);
  at.loaded.set(file, fresh);
  const inFresh = { ...at, scope: scopeOf(fresh), above };
  fillModule(inFresh);
  bindModuleParameters(inFresh);
  return fresh;
}
