/** How weights that stay are adjusted when others die, and what that is worked out on where nothing is said. */

export const compensations = ["least-squares", "obs"] as const;
export type Compensation = (typeof compensations)[number];

/** Calibration batches. */
export const usualBatches = 20;

/** Arguments, what they are unless written, and their range. */
export const compensationArguments = {
  /** How little weights may change, as a share of the mean square of what they read. */
  ridge: { unset: 1e-6, least: 0, above: true, most: 1 },
  /** Places of each example, of layers that are worked out at many. */
  points: { unset: 10, least: 1, most: 1e6, whole: true },
} as const;
