import type { CriterionIr, ExprIr, PruneIr } from "../ir/types.js";
import type { Domain } from "../expr/domain.js";
import type { Values } from "../expr/sources.js";
import type { Scores } from "../units/keys.js";
import type { Space } from "../units/space.js";
import type { Moment } from "./context.js";

export type Combining = Pick<PruneIr, "normalized" | "members">;

/** The scores that an event asks for before it can choose. */
export interface ScoreRequest {
  readonly id: number;
  readonly criterion: CriterionIr;
  readonly space: Space;
  readonly moment: Moment;
  /** A threshold or an allocation that the event works out beside the scores, over the same batches. */
  readonly beside?: ExprIr;
  /** How the scores of members make that of a unit. Default: what is usual for the criterion. */
  readonly combining?: Combining;
  /** Adds to or replaces what names stand for. */
  readonly values?: Partial<Values>;
  /** Units (1) whose `g` is the gradient of a gate at 0 with their last weights put back: what is dead has no other. */
  readonly gates?: Uint8Array;
  /** Of a paired regrow: units (1) that its prune takes in the same event. */
  readonly dropped?: Uint8Array;
}

export interface UnitScores {
  readonly units: Scores;
  readonly entries: Scores;
  /** What the scores were worked out over, for what stands beside them. */
  readonly domain: Domain;
  readonly notes: readonly string[];
}

/**
 * An event asks for its scores and goes on with them: whoever carries it out may take them from weights in hand at once, or run
 * batches through a network first.
 */
export type EventOf<R> = Generator<ScoreRequest, R, UnitScores>;

/** Carries out an event whose scores need no waiting. */
export function carryOut<R>(event: EventOf<R>, scores: (request: ScoreRequest) => UnitScores): R {
  let step = event.next();
  while (step.done !== true) step = event.next(scores(step.value));
  return step.value;
}

/** Carries out an event whose scores take time. */
export async function carryOutAsync<R>(
  event: EventOf<R>,
  scores: (request: ScoreRequest) => Promise<UnitScores>,
): Promise<R> {
  let step = event.next();
  while (step.done !== true) step = event.next(await scores(step.value));
  return step.value;
}
