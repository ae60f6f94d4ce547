import type { ExprIr } from "../../../core/ir/types.js";
import { grouped } from "../../../core/ir/words.js";
import type { Json } from "../../../core/network/types.js";
import { raise } from "../../../core/diagnostics/create.js";
import { evaluateOn, measuresNow } from "./evaluate-on.js";
import { logEvent } from "../report/events.js";
import { finish } from "../host/finish.js";
import { holds, measureNames, mentions } from "./measures.js";
import { isNothing, oneOff } from "./one-off.js";
import type { Session } from "../host/session.js";

/** What a condition reads, measured now; the network is evaluated only where it reads accuracy or loss. */
async function namesFor(session: Session, condition: ExprIr): Promise<Map<string, number>> {
  const names = measureNames(measuresNow(session), session.start.measures);
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
export function require(session: Session, id: number, condition: ExprIr): Promise<null> {
  return oneOff(
    session,
    false,
    async () => {
      const names = await namesFor(session, condition);
      const text = session.options.statements[id] ?? "a requirement";
      const found = measured(condition, names);
      if (!holds(condition, names)) {
        logEvent(session, "require", id, `does not hold: ${found.join("; ")}`);
        const { out } = await finish(session, `\`${text}\` does not hold: ${found.join("; ")}`);
        raise("P7004", `\`${text}\` does not hold`, {
          notes: [found.join("; ")],
          ...(out === null
            ? {}
            : { help: "the network as it stands and its report are in the output folder" }),
        });
      }
      logEvent(session, "require", id, `holds: ${found.join("; ")}`);
      return null;
    },
    isNothing,
  );
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
export function until(session: Session, condition: ExprIr): Promise<boolean> {
  const isBoolean = (value: Json): value is boolean => typeof value === "boolean";
  return oneOff(session, false, async () => holds(condition, await namesFor(session, condition)), isBoolean);
}
