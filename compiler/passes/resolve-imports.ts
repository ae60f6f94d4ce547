import type { UseStatement } from "../../grammar/ast.js";
import { parse } from "../../grammar/index.js";
import { diagnostic } from "../../core/diagnostics/create.js";
import { similar } from "../../core/diagnostics/nearest.js";
import { declaredKey, type Declared, type DeclaredKind, type Module } from "./module.js";
import { bindModuleParameters } from "./bind-parameters.js";
import { ownDeclarations } from "./own-declarations.js";
import { isName } from "../../core/expr/names.js";
import { standardLibrary } from "./standard.js";
import type { FrontState } from "./state.js";

const kinds: readonly DeclaredKind[] = ["criterion", "penalty", "curve", "method"];
/** Among the missing names of a text with syntax errors: any name may be lost. */
const anything = "*";
/** Deeper chains of imports are refused as circles are. */
const deepest = 32;

/** Brings the declarations of imported files and of the standard library into scope, and refuses what cannot be found. */
export function resolveImports(state: FrontState): FrontState {
  const loaded = new Map<string, Module>();
  fillModule(state.module, state, loaded, []);
  return state;
}

function fillModule(
  module: Module,
  state: FrontState,
  loaded: Map<string, Module>,
  above: readonly string[],
): void {
  for (const declared of ownDeclarations(module)) declare(declared, module, state);
  for (const statement of module.program.statements) {
    if (statement.kind === "use") importNames(statement, module, state, loaded, above);
  }
}

function declare(declared: Declared, module: Module, state: FrontState): void {
  const key = declaredKey(declared.kind, declared.name);
  const node = declared.node.name;
  const earlier = module.declared.get(key);
  if (earlier !== undefined) {
    const first = earlier.node.name.span;
    state.report(
      diagnostic("P2004", `\`${declared.name}\` is declared twice`, node.span, {
        file: module.file,
        labels: [
          {
            span: first,
            text: "first declared here",
            ...(module.file === undefined ? {} : { file: module.file }),
          },
        ],
      }),
    );
    return;
  }
  module.declared.set(key, declared);
  const isTensor = isName(declared.name) && (declared.kind === "criterion" || declared.kind === "penalty");
  if (module.standard.has(key) && declared.kind !== "method") {
    state.report(
      diagnostic("P2005", `this \`${declared.name}\` hides the standard one`, node.span, {
        file: module.file,
      }),
    );
  } else if (isTensor) {
    state.report(
      diagnostic("P2004", `\`${declared.name}\` is a tensor in expressions`, node.span, {
        file: module.file,
        help: "choose another name",
      }),
    );
  }
}

function importNames(
  statement: UseStatement,
  module: Module,
  state: FrontState,
  loaded: Map<string, Module>,
  above: readonly string[],
): void {
  const { from, what } = statement;
  if (what !== undefined && /\.[cm]?js$/.test(from.value)) {
    for (const name of statement.names) module.missing.add(name.text);
    state.report(
      diagnostic("P8009", `"${from.value}" is JavaScript, which cannot run yet`, from.span, {
        file: module.file,
        help: "write what it does as an expression where one can say it",
      }),
    );
    return;
  }
  const file = from.value === "std" ? undefined : loadFile(statement, module, state, loaded, above);
  const source = file === undefined ? standardLibrary() : (file?.declared ?? new Map<string, Declared>());
  for (const name of statement.names) {
    const found = kinds.flatMap((kind) => source.get(declaredKey(kind, name.text)) ?? []);
    if (found.length === 0) {
      module.missing.add(name.text);
      // A file that could not be read, or whose own import failed, has said so.
      if (file === null || file?.missing.has(name.text) === true || file?.missing.has(anything) === true)
        continue;
      const names = [...source.values()].map((declared) => declared.name);
      state.report(
        diagnostic("P2008", `"${from.value}" declares no \`${name.text}\``, name.span, {
          file: module.file,
          help: similar(name.text, names),
        }),
      );
    }
    for (const declared of found) module.declared.set(declaredKey(declared.kind, declared.name), declared);
  }
}

/** The declarations of a relative file, or null once a mistake was reported. */
function loadFile(
  statement: UseStatement,
  module: Module,
  state: FrontState,
  loaded: Map<string, Module>,
  above: readonly string[],
): Module | null {
  const { from } = statement;
  const resolved = state.options.resolve?.(from.value, module.file) ?? null;
  if (resolved === null) {
    state.report(
      diagnostic("P2006", `there is no file "${from.value}"`, from.span, {
        file: module.file,
        help: 'imports are relative files ("./mine.prune") or "std"',
      }),
    );
    return null;
  }
  const chain = [...above, module.file ?? "this file"];
  if (chain.includes(resolved.file) || chain.length > deepest) {
    state.report(
      diagnostic("P2007", `"${from.value}" leads back to this file`, from.span, {
        file: module.file,
        notes: [`the circle: ${[...chain, resolved.file].join(" → ")}`],
      }),
    );
    return null;
  }
  const known = loaded.get(resolved.file);
  if (known !== undefined) return known;
  const { program, diagnostics } = parse(resolved.text, resolved.file);
  for (const mistake of diagnostics) state.report({ file: resolved.file, ...mistake });
  const fresh: Module = {
    file: resolved.file,
    text: resolved.text,
    program,
    declared: new Map(),
    standard: module.standard,
    missing: new Set(),
    parameters: new Map(),
  };
  if (diagnostics.some((mistake) => mistake.severity === "error")) fresh.missing.add(anything);
  loaded.set(resolved.file, fresh);
  fillModule(fresh, state, loaded, chain);
  bindModuleParameters(fresh, new Map(), state.report);
  return fresh;
}
