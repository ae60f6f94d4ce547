import { evaluateOn } from "./evaluate-on.js";
import { logEvent } from "../report/events.js";
import { isNothing, oneOff } from "./one-off.js";
import type { Session } from "../host/session.js";

/** Loss and accuracy, logged. Data sets bring one held-out split: `validation` and `test` both mean it. */
export function evaluate(session: Session, id: number, on: "test" | "train" | "validation"): Promise<null> {
  return oneOff(
    session,
    false,
    async () => {
      const { loss, accuracy } = await evaluateOn(session, on === "train" ? "train" : "test");
      const right = accuracy === null ? "" : `, accuracy ${(100 * accuracy).toFixed(2)} %`;
      logEvent(session, "evaluate", id, `${on}: loss ${loss.toPrecision(5)}${right}`);
      return null;
    },
    isNothing,
  );
}
