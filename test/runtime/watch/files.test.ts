import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import crc32c from "crc-32/crc32c.js";
import { PbfReader } from "pbf";
import { afterAll, expect, it } from "vitest";
import type { RunOptions } from "../../../runtime/index.js";
import type { Callbacks } from "../../../runtime/watch/types.js";
import { smallNetwork } from "../run/fixtures.js";
import { runProgram } from "../run/program.js";

const network = smallNetwork();
const root = mkdtempSync(join(tmpdir(), "espalier-watch-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const program = `train 3 epochs batch 32 {
  prune filters in c2 by l1 50% at epoch 2
}
slim`;

type Line = Readonly<Record<string, unknown>>;
const linesOf = (path: string): Line[] =>
  readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);

/** Stops a run at a step behind its last checkpoint, then goes on with it. */
async function interrupted(
  name: string,
  more: Pick<RunOptions, "log" | "tensorboard">,
  at = 5,
): Promise<void> {
  const options = { ...more, out: join(root, name), checkpointEvery: "2steps" };
  const callbacks: Callbacks = {
    onBatchEnd(_, __, { step }) {
      if (step === at) throw new Error("killed");
    },
  };
  await expect(runProgram(program, network, { ...options, callbacks })).rejects.toThrow(/killed/);
  await runProgram(program, network, { ...options, resume: true });
}

it("a log holds every step, epoch and event, once, when a killed run went on", async () => {
  const [whole, gone] = [join(root, "whole.jsonl"), join(root, "logs", "gone.jsonl")];
  const { run } = await runProgram(program, network, { log: whole });
  await interrupted("log", { log: gone });
  const all = linesOf(whole);
  expect(all.flatMap(({ kind }) => (kind === "note" ? [] : [kind]))).toEqual([
    "start",
    "train",
    ...["batch", "batch", "batch", "epoch"],
    ...["batch", "batch", "batch", "prune", "epoch"],
    ...["batch", "batch", "batch", "epoch"],
    "slim",
  ]);
  const plain = ({ time: _, ...line }: Line): Line => line;
  const course = (path: string) =>
    linesOf(path)
      .filter(({ kind }) => kind !== "start" && kind !== "note" && kind !== "checkpoint")
      .map(plain);
  expect(course(gone)).toEqual(course(whole));
  // The checkpoint of step 6 stands before what its epoch ended with.
  const late = join(root, "late.jsonl");
  await interrupted("late", { log: late }, 7);
  expect(course(late)).toEqual(course(whole));
  expect(
    linesOf(gone)
      .filter(({ kind }) => kind === "start")
      .map(({ step }) => step),
  ).toEqual([undefined, 4]);
  const epochs = all.filter(({ kind }) => kind === "epoch");
  const points = run.session.record.history.filter(({ testLoss }) => testLoss !== null);
  expect(epochs.map(({ testLoss, params }) => [testLoss, params])).toEqual(
    points.map(({ testLoss, params }) => [testLoss, params]),
  );
});

interface Event {
  step: number;
  version?: string;
  started?: boolean;
  scalars: Record<string, number>;
  histograms: Record<string, { num: number; buckets: number[]; limits: number[] }>;
}

/** Reads a file of records, each held against its checksums. */
function eventsOf(folder: string): Event[] {
  const events: Event[] = [];
  for (const name of readdirSync(folder).sort()) {
    const bytes = readFileSync(join(folder, name));
    for (let at = 0; at < bytes.length;) {
      const length = Number(bytes.readBigUInt64LE(at));
      const data = bytes.subarray(at + 12, at + 12 + length);
      expect(bytes.readUInt32LE(at + 8)).toBe(masked(bytes.subarray(at, at + 8)));
      expect(bytes.readUInt32LE(at + 12 + length)).toBe(masked(data));
      events.push(eventIn(data));
      at += length + 16;
    }
  }
  return events;
}

function masked(bytes: Uint8Array): number {
  const crc = BigInt(crc32c.buf(bytes) >>> 0);
  const turned = ((crc >> 15n) | (crc << 17n)) & 0xffffffffn;
  return Number((turned + 0xa282ead8n) & 0xffffffffn);
}

const eventIn = (data: Uint8Array): Event =>
  new PbfReader(data).readFields<Event>(
    (tag, event, reader) => {
      if (tag === 2) event.step = reader.readVarint();
      else if (tag === 3) event.version = reader.readString();
      else if (tag === 7) event.started = reader.readVarint() > 0;
      else if (tag === 5)
        reader.readMessage((_, __, summary) => summary.readMessage(readValue, { tag: "", event }), null);
    },
    { step: 0, scalars: {}, histograms: {} },
  );

function readValue(tag: number, value: { tag: string; event: Event }, reader: PbfReader): void {
  if (tag === 1) value.tag = reader.readString();
  else if (tag === 2) value.event.scalars[value.tag] = reader.readFloat();
  else if (tag === 5)
    value.event.histograms[value.tag] = reader.readMessage(
      (field, histogram, inner) => {
        if (field === 3) histogram.num = inner.readDouble();
        else if (field === 6) inner.readPackedDouble(histogram.limits);
        else if (field === 7) inner.readPackedDouble(histogram.buckets);
      },
      { num: 0, buckets: [] as number[], limits: [] as number[] },
    );
}

it("event files hold scalars of steps and epochs, and what lives of every layer", async () => {
  const folder = join(root, "board");
  const { run } = await runProgram(program, network, { tensorboard: folder });
  const train = eventsOf(join(folder, "train"));
  expect(train[0]?.version).toBe("brain.Event:2");
  const named = (tag: string) =>
    train.flatMap(({ step, scalars }) => (tag in scalars ? [[step, scalars[tag]]] : []));
  expect(named("batch_loss").map(([step]) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(named("epoch_loss").map(([step]) => step)).toEqual([3, 6, 9]);
  const { record } = run.session;
  const tested = eventsOf(join(folder, "test")).flatMap(({ scalars }) => scalars["epoch_loss"] ?? []);
  expect(tested).toEqual(
    record.history.flatMap(({ testLoss }) => (testLoss === null ? [] : [Math.fround(testLoss)])),
  );
  expect(named("density/c2/kernel")).toEqual([
    [3, 1],
    [6, 0.5],
    [6, 0.5],
    [9, 0.5],
    [9, 1],
  ]);
  expect(named("size/params").at(-1)?.[1]).toBe(run.session.record.history.at(-1)?.params);
  const masks = train.flatMap(({ histograms }) => histograms["masks/c2/kernel"] ?? []);
  for (const { num, buckets, limits } of masks) {
    expect(buckets.reduce((sum, n) => sum + n, 0)).toBe(num);
    expect(limits.length).toBe(buckets.length);
  }
  const half = masks[1];
  expect(half?.buckets[0]).toBe((half?.num ?? 0) / 2);
});

it("event files of a run that went on say from where, so that readers drop what was repeated", async () => {
  const folder = join(root, "again");
  await interrupted("board run", { tensorboard: folder });
  const starts = eventsOf(join(folder, "train")).filter(({ started }) => started);
  expect(starts.map(({ step }) => step)).toEqual([5]);
});

it("a file that cannot be written ends a run before it trains, and one that can no more where it stands", async () => {
  await expect(runProgram(program, network, { log: root })).rejects.toThrow(/P7005|cannot be written/);
  await expect(runProgram(program, network, { tensorboard: "/proc/espalier/board" })).rejects.toThrow(
    /cannot be written/,
  );
});
