/**
 * One variable of the network. `data` is the master copy, read and written in place: the truth, what died latently included.
 * Who asks for it as the network computes with it instead: `masks/masked.ts`.
 */
export interface Parameter {
  /** `<layer path>/<name>`, as `WeightInfo.key`. */
  readonly key: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
  readonly trainable: boolean;
}
export type ParameterStore = Map<string, Parameter>;

/** Named optimizer state per weight: slots.get("conv/kernel")?.momentum, same length as the weight. */
export type Slots = Map<string, Record<string, Float32Array>>;

/** The key of a number that a penalty trains, among the states of the optimizer. */
export const trainedKey = (id: number, name: string): string => `penalty ${id}|${name}`;
export const isOfPenalty = (key: string): boolean => key.startsWith("penalty ");
