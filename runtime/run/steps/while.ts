import { readsData } from "../../../core/ir/accuracy-readers.js";
import type { ExprIr } from "../../../core/ir/types.js";
import type { Network } from "../../../core/network/types.js";
import type { ParameterStore } from "../../../core/parameters.js";
import { rebuildWhenNeeded } from "../host/engine.js";
import type { Baselines, Evaluated, Loop, Session } from "../host/session.js";
import { measureCondition } from "../report/condition.js";
import { logEvent, type RunRecord } from "../report/log.js";
import { noteChoice } from "../report/measures.js";
import { takeSnapshot, type Snapshot } from "./snapshots.js";
import { changed, once } from "./step.js";

/** The network at the start of a pass and all that goes with it, so that the pass can be undone whole. */
export interface LastGood extends Pick<RunRecord, "dense" | "amounts"> {
  readonly moment: Snapshot;
  readonly network: Network;
  readonly parameters: ParameterStore;
  readonly snapshots: ReadonlyMap<string, Snapshot>;
  /** How often the network had been slimmed. */
  readonly slims: number;
  readonly collapses: boolean;
  readonly keepsMomentum: boolean;
  /** Ids of the phases that had run. */
  readonly phases: readonly number[];
  readonly baselines: Baselines;
  readonly evaluated: readonly Evaluated[];
}

/**
 * Whether a loop goes on: its `while` holds, as it must before the first pass and after each. The pass that breaks it is undone: what
 * stands is again what the pass began with. Clocks go on, since every draw of a run is a function of what they count.
 */
export function goesOn(session: Session, loop: Loop, condition: ExprIr): Promise<boolean> {
  const { id, pass, times } = loop;
  return once(session, {
    id,
    changes: false,
    act: async () => {
      // What only training can tell is taken to hold as long as it may.
      if (session.rehearsal !== null && readsData(condition)) return true;
      if (pass === 0) noteChoice(session, { kind: "repeat", while: condition });
      const { holds, text } = await measureCondition(session, condition);
      const say = (what: string): void => logEvent(session, "while", id, what);
      if (holds) {
        if (pass > 0) say(`pass ${pass} of ${times} holds: ${text}`);
        if (pass < times) session.lastGood.set(id, lastGood(session));
        else session.lastGood.delete(id);
        return true;
      }
      const good = session.lastGood.get(id);
      session.lastGood.delete(id);
      if (pass === 0 || good === undefined)
        say(`does not hold before the first pass, so there is none: ${text}`);
      else {
        undo(session, good);
        const stands = pass === 1 ? "stood before the loop" : `pass ${pass - 1} left`;
        say(`pass ${pass} of ${times} does not hold and is undone, back to what ${stands}: ${text}`);
      }
      return false;
    },
    isResult: (value) => typeof value === "boolean",
  });
}

export function lastGood(session: Session): LastGood {
  const { network, parameters, state, snapshots, slims, phases, baselines, record } = session;
  const moment = takeSnapshot(session);
  return {
    moment: { ...moment, state: { ...moment.state, start: new Map(state.start) } },
    network,
    parameters: storeOf(parameters, moment.weights),
    snapshots: new Map(snapshots),
    slims: slims.length,
    collapses: session.collapses,
    keepsMomentum: session.keepsMomentum,
    phases: [...phases.keys()],
    baselines: { ...baselines },
    evaluated: session.evaluated,
    dense: record.dense,
    amounts: record.amounts,
  };
}

/** Parameters with values put in; those that have none are not among them. */
export function storeOf(
  parameters: ParameterStore,
  values: ReadonlyMap<string, Float32Array>,
): ParameterStore {
  return new Map(
    [...parameters].flatMap(([key, parameter]) => {
      const data = values.get(key);
      return data === undefined ? [] : [[key, { ...parameter, data }] as const];
    }),
  );
}

export function undo(session: Session, good: LastGood): void {
  const { network, parameters, moment, snapshots, phases, dense, amounts } = good;
  const { collapses, keepsMomentum, baselines, evaluated } = good;
  const { slots, state, optimizer } = moment;
  Object.assign(session, {
    network,
    parameters,
    slots,
    state,
    optimizer,
    collapses,
    keepsMomentum,
    baselines,
  });
  Object.assign(session.record, { dense, amounts });
  session.slims.length = good.slims;
  session.snapshots.clear();
  for (const [name, snapshot] of snapshots) session.snapshots.set(name, snapshot);
  for (const id of session.phases.keys()) if (!phases.includes(id)) session.phases.delete(id);
  rebuildWhenNeeded(session);
  changed(session);
  session.evaluated = evaluated;
  session.checkpointWanted = true;
}
