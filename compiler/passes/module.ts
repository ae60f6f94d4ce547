import type { DeclarationStatement, MethodStatement, Program } from "../../grammar/ast.js";
import type { Binding } from "./scope.js";

/** What may be declared; a name may be one of each kind, since each kind is looked up apart. */
export type DeclaredKind = "criterion" | "penalty" | "curve" | "method";

export type Declared =
  | {
      readonly kind: "criterion" | "penalty" | "curve";
      readonly name: string;
      readonly node: DeclarationStatement;
      readonly module: Module;
    }
  | {
      readonly kind: "method";
      readonly name: string;
      readonly node: MethodStatement;
      readonly module: Module;
    };

/** Declarations by key, as a map gives them: those of a file, or of the standard library. */
export interface Declarations {
  get(key: string): Declared | undefined;
  has(key: string): boolean;
  values(): Iterable<Declared>;
}

/** One parsed text with the declarations in scope in it. */
export interface Module {
  /** Unset for the main text when it has no name. */
  readonly file: string | undefined;
  readonly text: string;
  readonly program: Program;
  /** Keys are `kind name`. Own declarations and those of `use`. */
  readonly declared: Map<string, Declared>;
  /** The standard library's own modules and what every file sees of it. */
  readonly standard: Declarations;
  /** Names whose import or declaration failed: reported once, never again as unknown. */
  readonly missing: Set<string>;
  /** The `param`s of this text, bound. */
  readonly parameters: Map<string, Binding>;
}

export function declaredKey(kind: DeclaredKind, name: string): string {
  return `${kind} ${name}`;
}

/** What a name of a kind stands for in a module. Methods of the standard library need a `use`. */
export function lookUp(module: Module, kind: DeclaredKind, name: string): Declared | undefined {
  const key = declaredKey(kind, name);
  const own = module.declared.get(key);
  if (own !== undefined) return own;
  return kind === "method" ? undefined : module.standard.get(key);
}

/** All names of a kind that are in scope, for "similar name". */
export function namesOf(module: Module, kind: DeclaredKind): readonly string[] {
  const names: string[] = [];
  for (const declared of module.declared.values()) if (declared.kind === kind) names.push(declared.name);
  for (const declared of module.standard.values()) {
    if (declared.kind === kind && kind !== "method") names.push(declared.name);
  }
  return names;
}
