import type { WeightEntry } from "./manifest.js";

/** Name and values of a weight as stored, before it is matched to a layer. */
export interface StoredWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
  /** Only models in memory tell. */
  readonly trainable?: boolean;
}

/** IEEE 754 half precision to a number. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The values of one entry from its bytes (little endian, as tfjs writes). Floats stay where they were read. */
export function decode(entry: WeightEntry, bytes: Uint8Array<ArrayBuffer>): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, entry.bytes);
  if (entry.stored === "float32") return new Float32Array(bytes.buffer, bytes.byteOffset, entry.elements);
  const out = new Float32Array(entry.elements);
  const { scale, min } = entry.quantization ?? { scale: 1, min: 0 };
  switch (entry.stored) {
    case "int32":
      for (let i = 0; i < out.length; i++) out[i] = view.getInt32(4 * i, true);
      return out;
    case "float16":
      for (let i = 0; i < out.length; i++) out[i] = half(view.getUint16(2 * i, true));
      return out;
    case "uint16":
      for (let i = 0; i < out.length; i++) out[i] = view.getUint16(2 * i, true) * scale + min;
      return out;
    case "bool":
    case "uint8":
      for (let i = 0; i < out.length; i++) out[i] = view.getUint8(i) * scale + min;
      return out;
  }
}
