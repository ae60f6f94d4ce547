import { diagnostic, raise } from "../../../core/diagnostics/create.js";
import { DiagnosticError } from "../../../core/diagnostics/diagnostic.js";
import { choiceOf } from "../../../core/ir/accuracy-readers.js";
import type { ExprIr } from "../../../core/ir/types.js";
import type { Session } from "../host/session.js";
import { logEvent } from "../report/log.js";
import { percent } from "../../report/numbers.js";
import { measureCondition } from "../report/condition.js";
import { evaluateOn, noteChoice } from "../report/measures.js";
import { finish } from "../report/results.js";
import { once, type Told } from "./step.js";

/**
 * A condition that does not hold ends the run with the results so far: whoever reads the report wants to know by how much it failed.
 * @throws DiagnosticError P7004 when the condition does not hold
 */
export async function require(session: Session, id: number, condition: ExprIr): Promise<Told> {
  const { holds, text, found } = await ask(session, id, condition);
  if (holds) return found;
  const result = await finish(session, `\`${text}\` does not hold: ${found}`);
  const failed = diagnostic("P7004", `\`${text}\` does not hold`, null, {
    notes: [found],
    help:
      result.out === null ? undefined : "the network as it stands and its report are in the output folder",
  });
  throw new DiagnosticError([failed], result);
}

/** A condition that is asked at a prompt: what it does not hold for stays open. @throws DiagnosticError P7004 when it does not hold */
export async function requireNow(session: Session, id: number, condition: ExprIr): Promise<Told> {
  const { holds, text, found } = await ask(session, id, condition);
  return holds ? found : raise("P7004", `\`${text}\` does not hold`, { notes: [found] });
}

async function ask(session: Session, id: number, condition: ExprIr) {
  const { holds, text: found } = await measureCondition(session, condition);
  const text = session.options.statements[id] ?? "a requirement";
  if (holds) return { holds, text, found: `holds: ${found}` };
  logEvent(session, "require", id, `does not hold: ${found}`);
  return { holds, text, found };
}

/** Whether the `until` of a repeat holds, which ends the loop. */
export function until(session: Session, id: number, condition: ExprIr): Promise<boolean> {
  return once(session, {
    id,
    changes: false,
    act: async () => {
      if (session.rehearsal !== null) return false;
      const loop = session.repeats.find((one) => one.id === id);
      if (loop?.while !== undefined && !(await measureCondition(session, loop.while)).holds) return false;
      // Of a loop that its `while` chooses by, that was said before its first pass.
      const said = loop !== undefined && choiceOf({ kind: "repeat", while: loop.while }) !== null;
      if (!said && loop?.pass === 1) noteChoice(session, { kind: "repeat", until: condition });
      const { holds, text } = await measureCondition(session, condition);
      if (holds) session.lastGood.delete(id);
      const where = loop === undefined ? "" : ` after pass ${loop.pass} of ${loop.times}`;
      if (holds) logEvent(session, "until", id, `ended the loop${where}: ${text}`);
      return holds;
    },
    isResult: (value) => typeof value === "boolean",
  });
}

/** Loss and accuracies, logged. Data that bring one held-out split have it for both `validation` and `test`. */
export async function evaluate(
  session: Session,
  _id: number,
  on: "test" | "train" | "validation" = "test",
): Promise<Told> {
  const { loss, accuracy, top5Accuracy, metrics } = await evaluateOn(
    session,
    on === "validation" && !session.data?.validation ? "test" : on,
  );
  const right = accuracy === null ? "" : `, accuracy ${percent(accuracy, 2)}`;
  const top5 = top5Accuracy === undefined ? "" : `, top-5 accuracy ${percent(top5Accuracy, 2)}`;
  const own = Object.entries(metrics).map(([name, value]) => `, ${name} ${value.toPrecision(5)}`);
  return `${on}: loss ${loss.toPrecision(5)}${right}${top5}${own.join("")}`;
}
