import { counted, grouped } from "./words.js";

/**
 * Sizes of a network as programs name them, with dead units gone. `params` and `macs` are those of dense tensors: a dead weight in a
 * living unit takes part as any other. The `nonzero` ones leave it out. `bytes` is what the file of weights takes, `latency` how many
 * milliseconds a prediction takes by the times of layers measured on a machine (core/latency), which is the one that may be unknown.
 */
export const sizeNames = ["params", "macs", "bytes", "nonzero params", "nonzero macs", "latency"] as const;
export type SizeName = (typeof sizeNames)[number];

/**
 * What the network takes in the forms of Deep Compression (core/quantize/stored.ts), by names of programs: nonzero weights with their
 * distances, and both, with values that are shared, in Huffman's code. They hang on the values of weights, which masks do not tell.
 */
export const codedForms = { "csr bytes": "sparse", "huffman bytes": "coded" } as const;
export type CodedName = keyof typeof codedForms;
export const isCoded = (name: string): name is CodedName => Object.hasOwn(codedForms, name);
export const codedNames: readonly CodedName[] = Object.keys(codedForms).filter(isCoded);

/** Everything that conditions and limits of a search compare with a number of its kind, or with a percentage. */
export type MeasureName = SizeName | CodedName;
export const measureNames: readonly MeasureName[] = [...sizeNames, ...codedNames];

/** `latency` is NaN where no times are at hand. */
export type Measure = Readonly<Record<SizeName, number>>;

/** What a percentage of a size is of: the dense network as loaded. */
export const wholeOf = (name: MeasureName): "params" | "macs" | "bytes" | "latency" =>
  isCoded(name) ? "bytes" : name === "nonzero params" ? "params" : name === "nonzero macs" ? "macs" : name;

/** What only the death of whole units makes smaller. */
export const isDense = (name: MeasureName): boolean => wholeOf(name) === name;

/** Every float32 takes four. */
export const bytesOf = (params: number): number => 4 * params;

/** As reports name them. */
export const sizeTitles: Readonly<Record<MeasureName, string>> = {
  params: "parameters",
  macs: "MACs",
  bytes: "bytes",
  "nonzero params": "nonzero parameters",
  "nonzero macs": "nonzero MACs",
  latency: "ms of latency",
  "csr bytes": "bytes without zeros",
  "huffman bytes": "bytes in Huffman’s code",
};

/** Milliseconds as programs write them, without digits that say nothing. */
export const milliseconds = (value: number): string => `${Number(value.toPrecision(3))} ms`;

/** A size as a number alone, and with its noun: "1,024" or "0.61 ms", "1,024 parameters" or "a latency of 0.61 ms". */
export const plainSize = (name: MeasureName, value: number): string =>
  name === "latency" ? milliseconds(value) : grouped(value);
export const sizeText = (name: MeasureName, value: number): string =>
  name === "latency" ? `a latency of ${milliseconds(value)}` : counted(value, sizeTitles[name]);
