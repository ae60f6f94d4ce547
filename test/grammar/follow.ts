import type { ISerializedGast, TokenType } from "chevrotain";

/**
 * Where a grammar would have to guess: tokens that may begin an optional or repeated part and may also follow it. Chevrotain
 * checks the alternatives of a choice only, and enters an optional part whenever it can.
 */
export interface Overlap {
  readonly rule: string;
  readonly kind: "Option" | "Repetition";
  /** `inside~behind` when a category meets one of its members, else the shared token. */
  readonly tokens: readonly string[];
}

type Terminals = Set<string>;

interface Sets {
  readonly first: Terminals;
  readonly nullable: boolean;
}

/** Serialized productions: plain data with `type`, `name`, `definition` and `separator`. */
export type Production = ISerializedGast & {
  readonly name?: string;
  readonly definition?: readonly Production[];
  readonly separator?: Production;
};

export function overlaps(
  rules: readonly Production[],
  types: ReadonlyMap<string, TokenType>,
  ignored: ReadonlySet<string>,
): Overlap[] {
  const first = new Map<string, Terminals>();
  const nullable = new Map<string, boolean>();
  const follow = new Map<string, Terminals>();
  const ruleName = (rule: Production): string => rule.name ?? "";
  for (const rule of rules) {
    first.set(ruleName(rule), new Set());
    nullable.set(ruleName(rule), false);
    follow.set(ruleName(rule), new Set());
  }

  const ofAll = (parts: readonly Production[] = []): Sets => {
    const starts: Terminals = new Set();
    for (const part of parts) {
      const inner = of(part);
      for (const name of inner.first) starts.add(name);
      if (!inner.nullable) return { first: starts, nullable: false };
    }
    return { first: starts, nullable: true };
  };
  const of = (part: Production): Sets => {
    switch (part.type) {
      case "Terminal":
        return { first: new Set([part.name ?? ""]), nullable: false };
      case "NonTerminal":
        return {
          first: first.get(part.name ?? "") ?? new Set(),
          nullable: nullable.get(part.name ?? "") ?? false,
        };
      case "Alternation": {
        const choices = (part.definition ?? []).map((choice) => ofAll(choice.definition));
        return {
          first: new Set(choices.flatMap((choice) => [...choice.first])),
          nullable: choices.some((choice) => choice.nullable),
        };
      }
      case "Option":
      case "Repetition":
      case "RepetitionWithSeparator":
        return { first: ofAll(part.definition).first, nullable: true };
      default:
        return ofAll(part.definition);
    }
  };
  const grow = (set: Terminals | undefined, more: Iterable<string>): boolean => {
    const before = set?.size ?? 0;
    for (const name of more) set?.add(name);
    return (set?.size ?? 0) > before;
  };

  for (let changed = true; changed;) {
    changed = false;
    for (const rule of rules) {
      const inner = ofAll(rule.definition);
      if (grow(first.get(ruleName(rule)), inner.first)) changed = true;
      if (inner.nullable !== nullable.get(ruleName(rule))) {
        nullable.set(ruleName(rule), inner.nullable);
        changed = true;
      }
    }
  }

  let moved = true;
  const found: Overlap[] = [];
  const walk = (parts: readonly Production[], behind: Terminals, report?: string): void => {
    parts.forEach((part, i) => {
      const rest = ofAll(parts.slice(i + 1));
      const next: Terminals = new Set(rest.nullable ? [...rest.first, ...behind] : rest.first);
      const inside = ofAll(part.definition).first;
      const check = (kind: Overlap["kind"], starts: Iterable<string>): void => {
        if (report === undefined) return;
        const tokens = meeting(starts, next, types);
        if (tokens.length > 0) found.push({ rule: report, kind, tokens });
      };
      if (part.type === "NonTerminal") {
        if (!ignored.has(part.name ?? "") && grow(follow.get(part.name ?? ""), next)) moved = true;
      } else if (part.type === "Alternation") {
        for (const choice of part.definition ?? []) walk(choice.definition ?? [], next, report);
      } else if (part.type === "Option") {
        check("Option", inside);
        walk(part.definition ?? [], next, report);
      } else if (part.type === "Repetition" || part.type === "RepetitionMandatory") {
        check("Repetition", inside);
        walk(part.definition ?? [], new Set([...next, ...inside]), report);
      } else if (part.type.startsWith("Repetition")) {
        const separator = part.separator?.name ?? "";
        check("Repetition", [separator]);
        walk(part.definition ?? [], new Set([...next, separator]), report);
      }
    });
  };
  while (moved) {
    moved = false;
    for (const rule of rules) walk(rule.definition ?? [], follow.get(ruleName(rule)) ?? new Set());
  }
  for (const rule of rules)
    walk(rule.definition ?? [], follow.get(ruleName(rule)) ?? new Set(), ruleName(rule));
  return found;
}

/** Pairs of token names, one from each side, that one token could be. */
function meeting(
  some: Iterable<string>,
  others: Iterable<string>,
  types: ReadonlyMap<string, TokenType>,
): string[] {
  const members = (name: string): TokenType[] => {
    const type = types.get(name);
    if (type === undefined) return [];
    const concrete = [...types.values()].filter((each) => each.CATEGORIES?.includes(type) === true);
    return concrete.length > 0 ? concrete : [type];
  };
  const right = new Set([...others].flatMap(members));
  return [
    ...new Set(
      [...some]
        .flatMap(members)
        .filter((type) => right.has(type))
        .map((type) => type.name),
    ),
  ].sort();
}
