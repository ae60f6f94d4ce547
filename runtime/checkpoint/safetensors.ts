/**
 * Tensors in one file: 8 bytes of header length (little-endian), a JSON header, raw little-endian data
 * (https://github.com/huggingface/safetensors#format). Only what checkpoints need: four types; metadata are written and not read.
 */
export type TensorData = Float32Array | Float64Array | Int32Array | Uint8Array;

export interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** Why bytes are not a file of tensors, as a clause: "its header is cut off". */
export class DamagedTensors extends Error {
  override readonly name = "DamagedTensors";
}

/** The format's own limit on headers. */
const longestHeader = 100_000_000;
const types = [
  ["F32", Float32Array],
  ["F64", Float64Array],
  ["I32", Int32Array],
  ["U8", Uint8Array],
] as const;

/** The pieces of the file, in order; their concatenation is the file. Data is not copied. `about`: what people should know of it. */
export function encodeTensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  about?: Readonly<Record<string, string>>,
): Uint8Array[] {
  const header: [string, object][] = about === undefined ? [] : [["__metadata__", about]];
  const pieces: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    const dtype = types.find(([, array]) => data instanceof array)?.[0] ?? "U8";
    header.push([name, { dtype, shape, data_offsets: [offset, offset + data.byteLength] }]);
    pieces.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    offset += data.byteLength;
  }
  // Spaces bring the data to a multiple of 8, as the format asks. Names may be "__proto__": fromEntries defines, never assigns.
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const padded = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20);
  padded.set(text);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(padded.length), true);
  return [length, padded, ...pieces];
}

/**
 * Reads a file of tensors; nothing in it is trusted. Every array is a copy of its own.
 * @throws DamagedTensors
 */
export function decodeTensors(bytes: Uint8Array): Map<string, StoredTensor> {
  if (bytes.length < 8) throw new DamagedTensors("it is shorter than a header");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const declared = view.getBigUint64(0, true);
  if (declared > BigInt(Math.min(longestHeader, bytes.length - 8)))
    throw new DamagedTensors("its header is cut off");
  const start = 8 + Number(declared);
  const header = parseHeader(bytes.subarray(8, start));
  const tensors = new Map<string, StoredTensor>();
  const ranges: (readonly [number, number])[] = [];
  for (const [name, entry] of header) {
    if (name === "__metadata__") continue;
    const { make, shape, range } = readEntry(name, entry, bytes.length - start);
    ranges.push(range);
    // A buffer of its own, so that any type is aligned (the `slice` of a Node buffer would share its memory).
    const own = new Uint8Array(range[1] - range[0]);
    own.set(bytes.subarray(start + range[0], start + range[1]));
    tensors.set(name, { shape, data: new make(own.buffer) });
  }
  let covered = 0;
  for (const [from, to] of ranges.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    if (from !== covered) throw new DamagedTensors("its tensors overlap or leave holes");
    covered = to;
  }
  if (covered !== bytes.length - start)
    throw new DamagedTensors("it is longer or shorter than its header says");
  return tensors;
}

function parseHeader(bytes: Uint8Array): [string, unknown][] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new DamagedTensors("its header is not JSON");
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    throw new DamagedTensors("its header is not an object");
  return Object.entries(parsed);
}

function readEntry(name: string, entry: unknown, available: number) {
  const field = (key: string): unknown =>
    typeof entry === "object" && entry !== null
      ? Object.entries(entry).find(([k]) => k === key)?.[1]
      : undefined;
  const type = types.find(([dtype]) => dtype === field("dtype"))?.[1];
  const shape = counts(field("shape"));
  const [from, to, ...rest] = counts(field("data_offsets")) ?? [];
  if (type === undefined || shape === null || from === undefined || to === undefined || rest.length > 0)
    throw new DamagedTensors(`its entry for \`${name.slice(0, 80)}\` is not understood`);
  const elements = shape.reduce((product, extent) => product * extent, 1);
  if (from > to || to > available || elements * type.BYTES_PER_ELEMENT !== to - from)
    throw new DamagedTensors(`its entry for \`${name.slice(0, 80)}\` does not fit the data`);
  return { make: type, shape, range: [from, to] as const };
}

function counts(value: unknown): readonly number[] | null {
  if (!Array.isArray(value) || value.length > 32) return null;
  const list: readonly unknown[] = value;
  const isCount = (v: unknown): v is number => typeof v === "number" && Number.isSafeInteger(v) && v >= 0;
  return list.every(isCount) ? list : null;
}
