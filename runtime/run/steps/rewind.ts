import { momentOf } from "../../../core/schedule/schedule.js";
import type { RewindSpec } from "../../helpers.js";
import { timePoint } from "../../optimizers/rates.js";
import { settle } from "../../../core/masks/hold.js";
import { raise } from "../../../core/diagnostics/create.js";
import { copyState } from "./copy-state.js";
import { logEvent } from "../report/events.js";
import { isNothing, oneOff } from "./one-off.js";
import type { Session } from "../host/session.js";
import { copySlots, markName, phaseName, startSnapshot, type Snapshot } from "./snapshot.js";

/**
 * Back to an earlier moment, in what is named: `weights` (all variables, under the masks as they are now), `masks`, `optimizer`
 * (its state), `rate` (the next phase without an optimizer of its own continues the schedule from there).
 */
export function rewind(session: Session, id: number, spec: RewindSpec): Promise<null> {
  return oneOff(
    session,
    true,
    () => {
      const { snapshot, name } = find(session, spec.to);
      const what = new Set(spec.what);
      if (what.has("masks")) session.state = copyState(snapshot.state, session.state.start);
      if (what.has("weights")) {
        for (const [key, { data }] of session.parameters) {
          const values = snapshot.weights.get(key);
          if (values) data.set(values);
        }
      }
      if (what.has("optimizer")) {
        session.slots = copySlots(snapshot.slots);
        const { optimizer, updates } = snapshot.optimizer;
        session.optimizer = { ...session.optimizer, optimizer, updates };
      }
      if (what.has("rate")) {
        // Before the first phase there is no place on a schedule: its beginning is what comes next there.
        const { first } = session.optimizer;
        const { rate, optimizer } = snapshot.optimizer.rate
          ? snapshot.optimizer
          : { ...snapshot.optimizer, ...first };
        session.optimizer = {
          ...session.optimizer,
          optimizer: session.optimizer.optimizer ?? optimizer,
          rate: rate ?? session.optimizer.rate,
          continues: rate,
        };
      }
      settle(session);
      session.executor.upload();
      logEvent(session, "rewind", id, `${spec.what.join(", ")} back to ${name}`);
      return null;
    },
    isNothing,
  );
}

function find(
  session: Session,
  to: RewindSpec["to"],
): { readonly snapshot: Snapshot; readonly name: string } {
  if (to === "start") return { snapshot: startSnapshot(session), name: "the start" };
  const { key, name } = target(session, to);
  const snapshot = session.snapshots.get(key);
  if (snapshot) return { snapshot, name };
  raise("P7007", `${name} has not been reached`, {
    help: "rewind to a moment that the program passes before",
  });
}

function target(
  session: Session,
  to: Exclude<RewindSpec["to"], "start">,
): { readonly key: string; readonly name: string } {
  if ("mark" in to) return { key: markName(to.mark), name: `the mark \`${to.mark}\`` };
  const times = session.phases.get(to.phase);
  const point = timePoint(to.point);
  const name =
    "epochs" in point
      ? `epoch ${point.epochs}`
      : "steps" in point
        ? `step ${point.steps}`
        : `${100 * point.share}%`;
  return { key: phaseName(to.phase, times ? momentOf(point, times) : -1), name };
}
