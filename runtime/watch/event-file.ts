import { appendFileSync } from "node:fs";
import { join } from "node:path";
import crc32c from "crc-32/crc32c.js";
import { PbfWriter } from "pbf";
import { makeFolder } from "../checkpoint/files.js";

/** A scalar or a histogram under a tag, at a step. */
export type Summary =
  { readonly tag: string; readonly scalar: number } | { readonly tag: string; readonly histogram: Histogram };

/** Counts of values in buckets; `limits` are their upper ends, ascending. */
export interface Histogram {
  readonly min: number;
  readonly max: number;
  readonly count: number;
  readonly sum: number;
  readonly sumOfSquares: number;
  readonly limits: readonly number[];
  readonly buckets: readonly number[];
}

/** Buckets of a histogram, as many as Keras' callback makes. */
const BUCKETS = 30;

export function histogramOf(values: ArrayLike<number>): Histogram {
  let [min, max, sum, sumOfSquares] = [Infinity, -Infinity, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
    sumOfSquares += value * value;
  }
  if (values.length === 0) [min, max] = [0, 0];
  const flat = max <= min;
  const width = (max - min) / BUCKETS;
  const buckets = new Array<number>(flat ? 1 : BUCKETS).fill(0);
  for (let i = 0; i < values.length; i++) {
    const at = flat ? 0 : Math.min(BUCKETS - 1, Math.floor(((values[i] ?? 0) - min) / width));
    buckets[at] = (buckets[at] ?? 0) + 1;
  }
  const limits = flat ? [max] : buckets.map((_, i) => (i === BUCKETS - 1 ? max : min + (i + 1) * width));
  return { min, max, count: values.length, sum, sumOfSquares, limits, buckets };
}

/**
 * Writes a file of TensorBoard's: records of TFRecord's framing (length, checksum, data, checksum) that hold Event messages of TensorFlow's
 * event.proto and summary.proto. The first says the version of the format; where a run goes on behind step `start`, the second says so, and
 * readers drop what earlier files of the folder hold of later steps.
 */
export class EventFile {
  readonly #path: string;

  static async open(folder: string, start: number | null): Promise<EventFile> {
    await makeFolder(folder);
    const name = `events.out.tfevents.${Math.floor(Date.now() / 1000)}.espalier.${process.pid}.${serial++}.v2`;
    return new EventFile(join(folder, name), start);
  }

  private constructor(path: string, start: number | null) {
    this.#path = path;
    this.#write(0, (event) => event.writeStringField(3, "brain.Event:2"));
    if (start !== null)
      this.#write(start + 1, (event) => event.writeMessage(7, (_, log) => log.writeVarintField(1, 1), null));
  }

  add(step: number, summaries: readonly Summary[]): void {
    this.#write(step, (event) => event.writeMessage(5, writeSummaries, summaries));
  }

  #write(step: number, fill: (event: PbfWriter) => void): void {
    const event = new PbfWriter();
    event.writeDoubleField(1, Date.now() / 1000);
    if (step > 0) event.writeVarintField(2, step);
    fill(event);
    appendFileSync(this.#path, framed(event.finish()));
  }
}

let serial = 0;

function writeSummaries(summaries: readonly Summary[], message: PbfWriter): void {
  for (const summary of summaries)
    message.writeMessage(
      1,
      (one, value) => {
        value.writeStringField(1, one.tag);
        if ("scalar" in one) value.writeFloatField(2, one.scalar);
        else value.writeMessage(5, writeHistogram, one.histogram);
      },
      summary,
    );
}

function writeHistogram(histogram: Histogram, message: PbfWriter): void {
  const { min, max, count, sum, sumOfSquares, limits, buckets } = histogram;
  [min, max, count, sum, sumOfSquares].forEach((value, i) => message.writeDoubleField(i + 1, value));
  message.writePackedDouble(6, [...limits]);
  message.writePackedDouble(7, [...buckets]);
}

function framed(data: Uint8Array): Buffer {
  const record = Buffer.alloc(data.length + 16);
  record.writeBigUInt64LE(BigInt(data.length), 0);
  record.writeUInt32LE(masked(record.subarray(0, 8)), 8);
  record.set(data, 12);
  record.writeUInt32LE(masked(data), 12 + data.length);
  return record;
}

/** TFRecord's checksum: CRC-32C turned by 15 bits and moved, so that a checksum of checksums is none. */
function masked(data: Uint8Array): number {
  const crc = crc32c.buf(data) >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
