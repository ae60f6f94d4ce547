import { counted, grouped } from "./words.js";

/**
 * Sizes of a network as programs name them, with dead units gone. `params` and `macs` are those of dense tensors: a dead weight in a
 * living unit takes part as any other. The `nonzero` ones leave it out. `bytes` is what the file of weights takes, `latency` how many
 * milliseconds a prediction takes by the times of layers measured on a machine (core/latency), which is the one that may be unknown.
 */
export const sizeNames = ["params", "macs", "bytes", "nonzero params", "nonzero macs", "latency"] as const;
export type SizeName = (typeof sizeNames)[number];
/** `latency` is NaN where no times are at hand. */
export type Measure = Readonly<Record<SizeName, number>>;

/** What a percentage of a size is of: the dense network as loaded. */
export const wholeOf = (name: SizeName): "params" | "macs" | "bytes" | "latency" =>
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
  latency: "ms of latency",
};

/** Milliseconds as programs write them, without digits that say nothing. */
export const milliseconds = (value: number): string => `${Number(value.toPrecision(3))} ms`;

/** A size as a number alone, and with its noun: "1,024" or "0.61 ms", "1,024 parameters" or "a latency of 0.61 ms". */
export const plainSize = (name: SizeName, value: number): string =>
  name === "latency" ? milliseconds(value) : grouped(value);
export const sizeText = (name: SizeName, value: number): string =>
  name === "latency" ? `a latency of ${milliseconds(value)}` : counted(value, sizeTitles[name]);
