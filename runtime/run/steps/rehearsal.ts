import {
  carryOutAsync,
  type EventOf,
  type ScoreRequest,
  type UnitScores,
} from "../../../core/events/scoring.js";
import type { ScoringContext } from "../../scores/gather.js";
import { scoreUnits } from "../../scores/scores.js";
import type { Rehearsal, Session } from "../host/session.js";

/** What passes of a block without training leave out, or share: they ask how large it leaves the network, and nothing else. */

/** @param scores what other passes of the same search scored */
export const newRehearsal = (scores: Rehearsal["scores"]): Rehearsal => ({
  groups: [],
  untouched: true,
  scores,
  refit: null,
});

/** Carries out an event of the engine with scores of this network. */
export const act = <R>(session: Session, context: ScoringContext, event: EventOf<R>): Promise<R> =>
  carryOutAsync(event, (request) => scoresOf(session, context, request));

/** The first scores of a pass are those of every pass: it begins as all do, and the event has not acted yet. */
async function scoresOf(
  { rehearsal }: Session,
  context: ScoringContext,
  request: ScoreRequest,
): Promise<UnitScores> {
  if (rehearsal?.untouched !== true) return scoreUnits(context, request);
  rehearsal.untouched = false;
  const { id, criterion, moment, combining, space, beside, gates, dropped } = request;
  if (beside !== undefined || gates !== undefined || dropped !== undefined)
    return scoreUnits(context, request);
  // What the value of a pass may change of what is asked for is part of the key.
  const { members, normalized } = combining ?? {};
  const asked = [id, moment.key, criterion, members, normalized, space.structure, space.layers];
  const key = JSON.stringify(asked);
  const found = rehearsal.scores.get(key);
  if (found !== undefined) return copyOf(found);
  const scores = await scoreUnits(context, request);
  rehearsal.scores.set(key, copyOf(scores));
  return scores;
}

const copyOf = ({ units, entries, ...more }: UnitScores): UnitScores => ({
  ...more,
  units: units.slice(),
  entries: entries.slice(),
});

/** Re-fits what an event before left to be re-fitted: nothing but weights hangs on it, and the last of a pass need not be. */
export async function refitFirst({ rehearsal }: Session): Promise<void> {
  if (rehearsal === null || rehearsal.refit === null) return;
  const { refit } = rehearsal;
  rehearsal.refit = null;
  await refit();
}
