import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  DamagedTensors,
  decodeTensors,
  encodeTensors,
  type StoredTensor,
} from "../../../runtime/checkpoint/safetensors.js";

const whole = (tensors: ReadonlyMap<string, StoredTensor>): Uint8Array =>
  Buffer.concat(encodeTensors(tensors));
const sample = new Map<string, StoredTensor>([
  ["odd bytes", { shape: [3], data: Uint8Array.of(1, 2, 3) }],
  ["__proto__", { shape: [2, 2], data: Float32Array.of(0.5, -0, NaN, Infinity) }],
  ["scalar", { shape: [], data: Float64Array.of(Math.PI) }],
  ["empty", { shape: [0, 7], data: new Int32Array(0) }],
  ["weights/conv/kernel", { shape: [2], data: Int32Array.of(-1, 2 ** 31 - 1) }],
]);

/** A file with this header and this much data. */
function file(header: unknown, data = 0): Uint8Array {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(data)]);
}
const one = (shape: unknown, from: unknown, to: unknown, dtype: unknown = "F32") => ({
  dtype,
  shape,
  data_offsets: [from, to],
});

describe("safetensors", () => {
  it("reads what it wrote, bit for bit, at any alignment of the buffer", () => {
    const bytes = whole(sample);
    const shifted = Buffer.concat([Buffer.alloc(1), bytes]).subarray(1);
    for (const read of [decodeTensors(bytes), decodeTensors(shifted)]) {
      expect([...read.keys()]).toEqual([...sample.keys()]);
      for (const [name, { shape, data }] of sample) {
        expect(read.get(name)?.shape).toEqual(shape);
        expect(read.get(name)?.data).toEqual(data);
      }
    }
  });

  it("writes the layout of the format: length, JSON padded to 8 bytes, data in order", () => {
    const bytes = whole(new Map([["a", { shape: [2], data: Float32Array.of(1, 2) }]]));
    const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    expect(JSON.parse(Buffer.from(bytes.subarray(8, 8 + length)).toString())).toEqual({ a: one([2], 0, 8) });
    expect([...bytes.subarray(8 + length)]).toEqual([0, 0, 128, 63, 0, 0, 0, 64]);
  });

  it.each<[string, Uint8Array]>([
    ["nothing", new Uint8Array(0)],
    ["a header longer than the file", Buffer.from("ffffffffffffffff00", "hex")],
    ["a header that is not JSON", file("{")],
    ["a header that is a list", file([])],
    ["a header that is not UTF-8", Buffer.concat([file("xx").subarray(0, 8), Buffer.of(0xff, 0xfe)])],
    ["an unknown type", file({ a: one([1], 0, 4, "BF16") }, 4)],
    ["a negative extent", file({ a: one([-1], 0, 4) }, 4)],
    ["a fractional extent", file({ a: one([0.5], 0, 2) }, 2)],
    ["an extent beyond any file", file({ a: one([2 ** 50, 2 ** 50], 0, 4) }, 4)],
    ["offsets beyond the file", file({ a: one([2], 0, 8) }, 4)],
    ["offsets backwards", file({ a: one([0], 4, 0) }, 4)],
    ["three offsets", file({ a: { dtype: "F32", shape: [1], data_offsets: [0, 4, 4] } }, 4)],
    ["an overlap", file({ a: one([2], 0, 8), b: one([1], 4, 8) }, 8)],
    ["a hole", file({ a: one([1], 4, 8) }, 8)],
    ["data left over", file({ a: one([1], 0, 4) }, 8)],
    ["an entry that is no object", file({ a: 7 })],
    ["an entry that is null", file({ a: null })],
  ])("refuses %s", (_, bytes) => {
    expect(() => decodeTensors(bytes)).toThrow(DamagedTensors);
  });

  it("refuses or reads any change and any cut, and never fails otherwise", () => {
    const bytes = whole(sample);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(bytes.length), (at, value, end) => {
        const changed = Uint8Array.from(bytes);
        changed[at] = value;
        try {
          decodeTensors(changed.subarray(0, end));
        } catch (error) {
          expect(error).toBeInstanceOf(DamagedTensors);
        }
      }),
      { numRuns: 500 },
    );
  });
});
