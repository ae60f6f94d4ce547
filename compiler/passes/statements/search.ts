import { namesOf } from "../../../core/ir/accuracy-readers.js";
import type { ExprIr, SearchIr, SearchLimit } from "../../../core/ir/types.js";
import { agentKind, agentNames } from "../../../core/search/registry.js";
import type { CallLike, Expr, SearchStatement } from "../../../grammar/ast.js";
import { limitsOf } from "../clauses/amount.js";
import { lowerArguments, mapped } from "../clauses/call-arguments.js";
import { constant, lowerKnown, lowerTyped, oneOf, shareInRange } from "../clauses/typed.js";
import { infer } from "../expressions/infer.js";
import { expressions, reject, whole, type Lowered, type Place, type Where } from "../lowering.js";
import { describe, type Type } from "../scope.js";

/** What a search may choose: shares, numbers, lengths. */
const chosen: readonly Type[] = ["share", "number", "epochs", "steps"];

/** The type of the variable that a search binds: that of the lower end of its range. */
export const searchedType = ({ range }: SearchStatement, where: Where): Type =>
  infer(range.from, expressions(where, "plain"))?.type ?? "number";

/** All of a `search` but its variable and its block. */
export function lowerSearch(
  statement: SearchStatement,
  place: Place,
): Omit<Lowered<SearchIr>, "as" | "body"> | null {
  const { agent, objective, subjectTo, per, word } = statement;
  if (agent === undefined)
    return reject(place, "P3006", "nothing says who chooses", word, {
      help: `add an agent: \`by ${agentNames.join("`, `by ")}\``,
    });
  if (objective === undefined)
    return reject(place, "P3006", "nothing says what is wanted", word, {
      help: "add what to make large: `maximizing accuracy`",
    });
  return whole(lowerRange(statement, place), {
    perLayer: per === undefined ? false : oneOf(per, ["layer"], "way to part a search", place) && true,
    agent: lowerAgent(agent, place),
    maximizing: lowerObjective(objective, place),
    within: subjectTo && limitsIn(subjectTo, place),
  });
}

function lowerRange(
  { range }: SearchStatement,
  place: Place,
): Pick<SearchIr, "from" | "to" | "values"> | null {
  const first = lowerTyped(range.from, chosen, "what a search chooses", place);
  const last = first && lowerTyped(range.to, [first.type], "the end of a range", place);
  if (first === null || last === null) return null;
  const [from, to] = [constant(first), constant(last)];
  if (from === null || to === null)
    return reject(place, "P2020", "a search knows its range before the run starts", range.span);
  if (to === from)
    return reject(place, "P2050", "this range holds one value, and leaves nothing to choose", range.span);
  if (to < from)
    return reject(place, "P3023", "this range ends below where it begins", range.span, {
      help: "write the lower end first",
    });
  if (first.type === "share") {
    if (!shareInRange(from, range.from.span, "a share", place)) return null;
    if (!shareInRange(to, range.to.span, "a share", place)) return null;
    return { from, to, values: "share" };
  }
  const isWhole = Number.isInteger(from) && Number.isInteger(to);
  if (first.type === "number") return { from, to, values: isWhole ? "whole" : "any" };
  if (isWhole && from >= 1) return { from, to, values: "whole" };
  return reject(place, "P3022", "lengths are counted in whole epochs or steps from 1", range.span);
}

function lowerAgent({ name, args: written }: CallLike, place: Place): SearchIr["agent"] | null {
  const agent = oneOf(name, agentNames, "agent", place);
  if (agent === null) return null;
  const rows = agentKind(agent).args;
  const readers = mapped(rows, (row, key) => (expr: Expr) => {
    const types: readonly Type[] = row.whole ? ["number"] : ["number", "share"];
    return lowerKnown(expr, row, `\`${key}\``, place, types);
  });
  const given = lowerArguments(agent, written, readers, place);
  return given && { name: agent, args: mapped(rows, ({ usual }, key) => given[key] ?? usual) };
}

/** What is made large, over what conditions measure. */
function lowerObjective(
  { direction, expr }: NonNullable<SearchStatement["objective"]>,
  place: Place,
): ExprIr | null {
  const value = infer(expr, expressions(place, "measure"));
  if (value === null) return null;
  if (value.type === "boolean" || value.type === "text")
    return reject(place, "P2020", `\`${direction}\` takes a number, not ${describe(value.type)}`, expr.span, {
      help: "what must hold stands behind `subject to`: `maximizing accuracy subject to macs <= 50%`",
    });
  if (!namesOf(value.ir).some((name) => !name.startsWith("start.")))
    return reject(place, "P2051", "this is the same whatever is chosen", expr.span, {
      help: "read what a trial changes: `maximizing accuracy`, `minimizing macs`",
    });
  return direction === "maximizing" ? value.ir : ["-", value.ir];
}

/** Limits of what a trial leaves; those of sizes are known before it trains. */
const limitsIn = (
  condition: NonNullable<SearchStatement["subjectTo"]>,
  place: Place,
): readonly SearchLimit[] | null => limitsOf(condition, null, place);
