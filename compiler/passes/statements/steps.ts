import type { Statement } from "../../../grammar/ast.js";
import { whyNotSavedAt } from "../../../core/ir/save-place.js";
import type { StepIr } from "../../../core/ir/types.js";
import { lowerCondition } from "../clauses/condition.js";
import { lowerSelection } from "../clauses/selection.js";
import { inRange } from "../clauses/range.js";
import { oneOf } from "../clauses/words.js";
import { lowerTyped } from "../clauses/typed.js";
import { lowerPoint } from "../clauses/when.js";
import { reject, textOf, type Ids, type Place } from "../lowering.js";
import type { TimelineNode } from "../state.js";

const initializers: Readonly<Record<string, readonly string[]>> = {
  "glorot-uniform": [],
  "glorot-normal": [],
  "he-uniform": [],
  "he-normal": [],
  "lecun-uniform": [],
  "lecun-normal": [],
  orthogonal: ["gain"],
  zeros: [],
  ones: [],
  normal: ["stddev"],
  uniform: ["limit"],
};

export type Once = Extract<
  Statement,
  { kind: "rewind" | "reinitialize" | "shuffle" | "harden" | "load" | "require" | "save" }
>;

/** Statements that only ever happen once, where they stand. */
export function lowerOnce(statement: Once, node: TimelineNode, place: Place, ids: Ids): StepIr | null {
  switch (statement.kind) {
    case "rewind":
      return lowerRewind(statement, node, place, ids);
    case "require": {
      const condition = lowerCondition(statement.condition, "`require`", place);
      if (condition === null) return null;
      return { kind: "require", id: ids.next(node), text: textOf(node), condition };
    }
    case "save": {
      const why = whyNotSavedAt(statement.path.value);
      if (why !== null)
        return reject(place, "P3031", `this place ${why}`, statement.path.span, {
          help: 'name a folder inside the output folder, as in `save "early"`',
        });
      return { kind: "save", id: ids.next(node), text: textOf(node), path: statement.path.value };
    }
    default: {
      const selection = lowerSelection(statement.selection, place);
      if (selection === null) return null;
      const rest = { id: 0, text: textOf(node), ...selection };
      if (statement.kind === "load") {
        return {
          kind: "load",
          ...rest,
          id: ids.next(node),
          what: statement.what,
          path: statement.path.value,
        };
      }
      if (statement.kind !== "reinitialize") return { kind: statement.kind, ...rest, id: ids.next(node) };
      const by = statement.by === undefined ? undefined : lowerInitializer(statement.by, place);
      if (by === null) return null;
      return { kind: "reinitialize", ...rest, id: ids.next(node), ...(by === undefined ? {} : { by }) };
    }
  }
}

function lowerRewind(
  statement: Extract<Statement, { kind: "rewind" }>,
  node: TimelineNode,
  place: Place,
  ids: Ids,
): StepIr | null {
  const what: ("weights" | "rate" | "optimizer" | "masks")[] = [];
  for (const part of statement.what) {
    if (part.name === "gates") {
      return reject(place, "P8001", "gates belong to learned masks, which are not available yet", part.span);
    }
    if (what.includes(part.name)) {
      return reject(place, "P3026", `\`${part.name}\` is named twice`, part.span);
    }
    what.push(part.name);
  }
  const { to } = statement;
  // Which phase an epoch or step belongs to is worked out once all phases are known.
  const point = to.kind === "point" ? lowerPoint(to.point, place) : null;
  if (to.kind === "point" && point === null) return null;
  return {
    kind: "rewind",
    id: ids.next(node),
    text: textOf(node),
    what,
    to: to.kind === "mark" ? { mark: to.name.text } : point === null ? "start" : { phase: 0, point },
  };
}

function lowerInitializer(
  by: NonNullable<Extract<Statement, { kind: "reinitialize" }>["by"]>,
  place: Place,
): { readonly name: string; readonly args: Readonly<Record<string, number>> } | null {
  const name = oneOf(by.name, Object.keys(initializers), "initializer", place);
  if (name === null) return null;
  const known = initializers[name] ?? [];
  const args = new Map<string, number>();
  for (const argument of by.args ?? []) {
    const key = argument.name?.text;
    if (key === undefined || !known.includes(key)) {
      const help = known.length === 0 ? `\`${name}\` takes none` : `it takes \`${known.join("`, `")}\``;
      return reject(
        place,
        "P2023",
        `\`${name}\` takes no such argument`,
        argument.name?.span ?? argument.span,
        { help },
      );
    }
    const value = lowerTyped(argument.value, ["number"], `\`${key}\``, place);
    if (value === null) return null;
    if (typeof value.ir !== "number") {
      return reject(place, "P2020", `\`${key}\` is known before the run starts`, argument.value.span);
    }
    if (!inRange(value.ir, { least: 0, above: true, usual: 100 }, `\`${key}\``, argument.value.span, place))
      return null;
    args.set(key, value.ir);
  }
  return { name, args: Object.fromEntries(args) };
}
