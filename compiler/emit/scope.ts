import type { CriterionIr } from "../../core/ir/types.js";
import type { Names } from "./names.js";

/** What the names of a place in the program are called in the emitted module, and what it must import. */
export interface Scope {
  /** The JavaScript variable of a loop counter or layer variable in reach here. */
  variable(name: string): string | undefined;
  /** Notes that a helper of the runtime is needed; gives its name. */
  helper(name: string): string;
  /** A fresh identifier. */
  fresh(wanted: string, suffix?: string): string;
  /** The constant that holds a criterion, or undefined where its expression depends on a loop. */
  criterion(criterion: CriterionIr): string | undefined;
  /** The constant that holds a list of layers, where there is one. */
  layers(list: readonly string[]): string | undefined;
  /** A scope in which `name` is a variable; gives its identifier too. */
  inside(name: string, suffix?: string): { readonly scope: Scope; readonly variable: string };
}

export interface ModuleScope {
  readonly scope: Scope;
  /** Helpers used so far, in alphabetical order. */
  helpers(): readonly string[];
}

export interface Constants {
  /** Names of criteria by their key (see `criterionKey`). */
  readonly criteria: ReadonlyMap<string, string>;
  /** Names of lists of layers by their JSON. */
  readonly layers: ReadonlyMap<string, string>;
}

export function moduleScope(names: Names, constants: Constants): ModuleScope {
  const used = new Set<string>();
  const make = (variables: ReadonlyMap<string, string>): Scope => ({
    variable: (name) => variables.get(name),
    helper: (name) => {
      used.add(name);
      return name;
    },
    fresh: (wanted, suffix) => names.fresh(wanted, suffix),
    criterion: (criterion) => constants.criteria.get(criterionKey(criterion)),
    layers: (list) => constants.layers.get(JSON.stringify(list)),
    inside: (name, suffix) => {
      const variable = names.fresh(name, suffix);
      return { scope: make(new Map([...variables, [name, variable]])), variable };
    },
  });
  return { scope: make(new Map()), helpers: () => [...used].sort() };
}

/** Two criteria of one key are one constant. */
export function criterionKey({ name, expr, under, over, statistics }: CriterionIr): string {
  return JSON.stringify([name, expr, under, over, statistics]);
}
