import type { Stuck } from "../../core/events/record.js";
import type { Moment } from "../../core/events/context.js";
import { dead, frozen, latent, soft } from "../../core/masks/state.js";
import type { Measure } from "../../core/ir/sizes.js";
import type { CountAmount } from "../../core/schedule/amounts.js";
import type { AnyPool, ElementPool } from "./pools.js";
import type { Told } from "./trial.js";

/** A moment, and what the counters of loops around it count. */
export interface EventMoment extends Moment {
  readonly names: ReadonlyMap<string, number>;
}

/** What one event does in a draw. */
export interface Outcome {
  /** Units asked for. */
  readonly nominal: Told | null;
  /** Units that change sides. */
  readonly changed: Told | null;
  /** Dead of all pools afterwards, and of each. */
  readonly dead: Told;
  readonly pools: readonly Told[];
  /** Of a drop that is followed by its regrow at once: what is left between them. */
  readonly between?: Measure;
  /** Of a budget: what is left once it has taken what it takes; unset where its limits are met. */
  readonly short?: Measure;
  /** Why layers were not emptied that `allowing collapse` would have. */
  readonly stuck?: Stuck;
}

/** One event of a statement: on which pools and layers, and when. */
export interface Event {
  readonly pools: readonly AnyPool[];
  readonly paths: readonly string[];
  readonly moment: EventMoment;
  /** The amount as a count; null where only a run can tell. */
  readonly amount: CountAmount | null;
}

/** What a prune did, before it is told what of that is sure. */
export interface Acted {
  readonly nominal: number | null;
  /** Whether what it takes hangs on more than counts. */
  readonly chance: boolean;
  /** Dead of every pool before a paired regrow brought some back. */
  readonly dropped?: readonly number[];
  readonly revived: number;
  readonly askedBack?: number;
  readonly between?: Measure;
  readonly short?: Measure;
  readonly stuck?: Stuck;
}

export const isElements = (pool: AnyPool): pool is ElementPool => pool.kind === "elements";
export const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);

/** Codes of the dead by manner. */
export const codes = { held: dead, softly: soft, latently: latent, frozen } as const;
