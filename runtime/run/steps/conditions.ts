import { raise } from "../../../core/diagnostics/create.js";
import type { ExprIr } from "../../../core/ir/types.js";
import { grouped } from "../../../core/ir/words.js";
import type { Session } from "../host/session.js";
import { logEvent } from "../report/log.js";
import { evaluateOn, holds, measureNames, mentions } from "../report/measures.js";
import { finish } from "../report/results.js";
import { once, type Told } from "./step.js";

/** What a condition reads, measured now; the network is evaluated only where it reads accuracy or loss. */
async function namesFor(session: Session, condition: ExprIr): Promise<Map<string, number>> {
  const names = measureNames(session);
  if (!mentions(condition, "accuracy") && !mentions(condition, "loss")) return names;
  const { loss, accuracy } = await evaluateOn(session, session.data?.test ? "test" : "train");
  names.set("loss", loss);
  if (accuracy !== null) names.set("accuracy", accuracy);
  return names;
}

/**
 * A condition that does not hold ends the run with the results so far: whoever reads the report wants to know by how much it failed.
 * @throws DiagnosticError P7004 when the condition does not hold
 */
export async function require(session: Session, id: number, condition: ExprIr): Promise<Told> {
  const names = await namesFor(session, condition);
  const found = measured(condition, names).join("; ");
  if (holds(condition, names)) return `holds: ${found}`;
  const text = session.options.statements[id] ?? "a requirement";
  logEvent(session, "require", id, `does not hold: ${found}`);
  const { out } = await finish(session, `\`${text}\` does not hold: ${found}`);
  raise("P7004", `\`${text}\` does not hold`, {
    notes: [found],
    ...(out !== null && { help: "the network as it stands and its report are in the output folder" }),
  });
}

/** What a condition compares, in the units that programs write: percentages of the network as loaded where it asks for those. */
function measured(condition: ExprIr, names: ReadonlyMap<string, number>): readonly string[] {
  const read = [...names].filter(([name]) => mentions(condition, name));
  return read.flatMap(([name, value]) => {
    const start = mentions(condition, `start.${name}`) ? names.get(`start.${name}`) : undefined;
    if (start !== undefined)
      return [`${name} is ${grouped(value)}, ${percent(value / start)} of ${grouped(start)}`];
    if (name.startsWith("start.") && mentions(condition, name.slice("start.".length))) return [];
    if (name === "accuracy") return [`accuracy is ${percent(value)}`];
    return [`${name} is ${name === "loss" ? Number(value.toPrecision(4)) : grouped(value)}`];
  });
}

/** A share as programs write it, without digits that say nothing. */
const percent = (share: number): string => `${Number((100 * share).toFixed(2))}%`;

/** Whether the `until` of a repeat holds. */
export function until(session: Session, id: number, condition: ExprIr): Promise<boolean> {
  return once(session, {
    id,
    changes: false,
    act: async () => holds(condition, await namesFor(session, condition)),
    isResult: (value) => typeof value === "boolean",
  });
}

/** Loss and accuracy, logged. Data sets bring one held-out split: `validation` and `test` both mean it. */
export async function evaluate(
  session: Session,
  _id: number,
  on: "test" | "train" | "validation" = "test",
): Promise<Told> {
  const { loss, accuracy } = await evaluateOn(session, on === "train" ? "train" : "test");
  const right = accuracy === null ? "" : `, accuracy ${(100 * accuracy).toFixed(2)} %`;
  return `${on}: loss ${loss.toPrecision(5)}${right}`;
}
