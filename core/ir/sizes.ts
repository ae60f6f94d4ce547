/**
 * Sizes of a network as programs name them, with dead units gone. `params` and `macs` are those of dense tensors: a dead weight in a
 * living unit takes part as any other. The `nonzero` ones leave it out. `bytes` is what the file of weights takes.
 */
export const sizeNames = ["params", "macs", "bytes", "nonzero params", "nonzero macs"] as const;
export type SizeName = (typeof sizeNames)[number];
export type Measure = Readonly<Record<SizeName, number>>;

/** What a percentage of a size is of: the dense network as loaded. */
export const wholeOf = (name: SizeName): "params" | "macs" | "bytes" =>
  name === "nonzero params" ? "params" : name === "nonzero macs" ? "macs" : name;

/** What only the death of whole units makes smaller. */
export const isDense = (name: SizeName): boolean => wholeOf(name) === name;

/** Every float32 takes four. */
export const bytesOf = (params: number): number => 4 * params;

/** As reports name them. */
export const sizeTitles: Readonly<Record<SizeName, string>> = {
  params: "parameters",
  macs: "MACs",
  bytes: "bytes",
  "nonzero params": "nonzero parameters",
  "nonzero macs": "nonzero MACs",
};
