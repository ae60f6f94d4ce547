/** One variable of the network. `data` is the master copy: everything but the executor reads and writes it in place. */
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
