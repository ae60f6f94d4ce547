import type { FittedOn } from "../../core/compensate/methods.js";
import type { OwnArguments } from "../../core/expr/own.js";
import type { Program, StatementOf } from "../../grammar/ast.js";
import type { Name } from "../../core/expr/names.js";
import type { JavaScriptKind } from "../../core/ir/imports.js";
import type { Binding, Scope } from "./scope.js";

/** What may be declared; a name may be one of each kind, since each kind is looked up apart. */
export const declaredKinds = ["criterion", "penalty", "curve", "method"] as const;
export type DeclaredKind = (typeof declaredKinds)[number];

type DeclaredAs<K extends DeclaredKind> = {
  readonly [Kind in K]: {
    readonly kind: Kind;
    readonly name: string;
    readonly node: StatementOf<Kind>;
    readonly module: Module;
  };
}[K];
export type Declared = DeclaredAs<DeclaredKind>;

/** Declarations by key, as a map gives them: those of a file, or of the standard library. */
export interface Declarations {
  get(key: string): Declared | undefined;
  has(key: string): boolean;
  values(): Iterable<Declared>;
}

interface Source {
  /** Unset for the main text when it has no name. */
  readonly file: string | undefined;
  readonly text: string;
  readonly program: Program;
  /** The standard library's own modules and what every file sees of it. */
  readonly standard: Declarations;
}

/** One parsed text with the declarations in scope in it. */
export interface Module extends Source {
  /** Keys are `kind name`. Own declarations and those of `use`. */
  readonly declared: Map<string, Declared>;
  /** Names whose import or declaration failed: reported once, never again as unknown. */
  readonly missing: Set<string>;
  /** The `param`s of this text, bound. */
  readonly parameters: Map<string, Binding>;
  /** What comes from JavaScript, by `kind name`, of its `use` and of the host, as far as somebody looked into it: see `FrontOptions`. */
  readonly javascript: Map<
    string,
    {
      readonly reads: readonly Name[];
      readonly takes: OwnArguments | undefined;
      readonly fittedOn: FittedOn | undefined;
    }
  >;
}

/** A text in which nothing is declared yet. */
export const newModule = (source: Source): Module => ({
  ...source,
  declared: new Map(),
  missing: new Set(),
  parameters: new Map(),
  javascript: new Map(),
});

/** What is in scope at the top of a text. */
export const scopeOf = (module: Module): Scope => ({ module, bindings: module.parameters });

/** What a text declares itself, in written order; imports apart. */
export const ownDeclarations = (module: Module): readonly Declared[] =>
  module.program.statements.flatMap((node) =>
    declaredKinds.some((kind) => kind === node.kind) && "name" in node
      ? [{ kind: node.kind, name: node.name.text, node, module } as Declared]
      : [],
  );

export function declaredKey(kind: DeclaredKind, name: string): string {
  return `${kind} ${name}`;
}

/** What a name of a kind stands for in a module. Methods of the standard library need a `use`. */
export function lookUp<K extends DeclaredKind>(
  module: Module,
  kind: K,
  name: string,
): DeclaredAs<K> | undefined {
  const key = declaredKey(kind, name);
  const found = module.declared.get(key) ?? (kind === "method" ? undefined : module.standard.get(key));
  return found as DeclaredAs<K> | undefined;
}

/** All names of a kind that are in scope, for "similar name". */
export function namesOf(module: Module, kind: DeclaredKind): readonly string[] {
  const all = [...module.declared.values(), ...(kind === "method" ? [] : module.standard.values())];
  const own = kind === "criterion" || kind === "penalty" ? ownNames(module, kind) : [];
  return [...all.filter((declared) => declared.kind === kind).map(({ name }) => name), ...own];
}

/** The names of a kind that come from JavaScript. */
export const ownNames = ({ javascript }: Module, kind: JavaScriptKind): readonly string[] =>
  [...javascript.keys()].flatMap((key) => (key.startsWith(`${kind} `) ? [key.slice(kind.length + 1)] : []));
