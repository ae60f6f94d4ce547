/** How weights that stay are adjusted when others die, and what that is worked out on where nothing is said. */

/** Whether a layer is re-fitted on what it reads now, with what was changed in front of it, or on what it read before. */
export const fittedOn = ["now", "before"] as const;
export type FittedOn = (typeof fittedOn)[number];

/** Those of the language, and what each is worked out on. */
export const compensations = { "least-squares": "now", obs: "before" } as const satisfies Readonly<
  Record<string, FittedOn>
>;
export type Compensation = keyof typeof compensations;

export const isCompensation = (name: string): name is Compensation => Object.hasOwn(compensations, name);
export const compensationNames: readonly Compensation[] = Object.keys(compensations).filter(isCompensation);

/** Calibration batches. */
export const usualBatches = 20;

/** Places of each example, of layers that are worked out at many: those of every compensation. */
export const places = { unset: 10, least: 1, most: 1e6, whole: true } as const;

/** Arguments, what they are unless written, and their range. */
export const compensationArguments = {
  /** How little weights may change, as a share of the mean square of what they read. */
  ridge: { unset: 1e-6, least: 0, above: true, most: 1 },
  points: places,
} as const;
