import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { allMethods, programOf } from "../compiler/render/methods.js";
import { entryOf } from "../core/tables.js";
import { openBackend, tf } from "../runtime/backend/index.js";
import { openRun, type OpenRun, type ProgressEvent } from "../runtime/index.js";
import { options } from "../test/runtime/run/fixtures.js";
import { runProgram } from "../test/runtime/run/program.js";
import { digits, tasks } from "./evidence/tasks.js";
import { median, writeResult } from "./result.js";
import { takeParts, watchParts, type Spent, type StepPart } from "./step-parts.js";

/**
 * What each method costs beside plain training, on one small network of convolutions with batch norms: its steps take turns with those of
 * a network that nothing is done to, in one process. `node bench/run.mjs methods`, or `methods rigl set` for some, whose rows alone are
 * measured anew. Times are in steps of plain training, so that what else the machine does falls on both.
 */

const REPEATS = Number(process.env["BENCH_REPEATS"] ?? 3);
/** Steps at the begin of a phase that are left out: its executor is new. */
const WARM = 3;
/** From where on a phase is said to cost more than plain training, and by which parts of its steps. */
const DEAR = 1.15;
const calibration = "4";

/** Parameters that make a method short; the others are as it has them. */
const short: Readonly<Record<string, string>> = {
  rounds: "2",
  epochs: "1 epoch",
  retrain: "1 epoch",
  interval: "5 steps",
  calibration,
  episodes: "6",
  warmup: "3",
  rollouts: "10",
  trials: "10",
};
const own: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "late-rewinding": { begin: "5 steps" },
  // It goes back to the end of its second epoch.
  "continuous-sparsification": { epochs: "2 epochs" },
};
/** What other runs would have saved, here by the run itself, before the method. */
const saved: Readonly<Record<string, string>> = {
  "custom-from-mask": `train 1 steps\nprune weights by l1 to 90%\nsave "masks"\nrewind masks, weights to start`,
  "ticket-transfer": `train 1 steps\nprune weights by l1 except last to 90%\nsave "ticket"\nrewind masks, weights to start`,
};

const folder = mkdtempSync(join(tmpdir(), "espalier-methods-"));
const model = join(folder, "model.json");
writeFileSync(
  model,
  JSON.stringify({
    format: "layers-model",
    modelTopology: tasks.convolutions.network(),
    weightsManifest: [],
  }),
);
const { batch } = tasks.convolutions;
/** One batch to test on, so that evaluations count for little. */
const data = digits(batch);

/** The most bytes that tensors held at once since this was last asked. */
function peakOfTensors(): { readonly take: () => number } {
  const engine = tf.engine();
  const track = engine.trackTensor.bind(engine);
  let peak = 0;
  engine.trackTensor = (...args) => {
    track(...args);
    peak = Math.max(peak, tf.memory().numBytes);
  };
  return {
    take() {
      const taken = peak;
      peak = 0;
      return taken;
    },
  };
}

/** Bytes of all typed arrays of a run: masters, optimizer, masks, gates, snapshots, sums over training. */
function heldBytes({ session }: OpenRun): number {
  const { parameters, slots, state, snapshots, optimizer, phase } = session;
  const buffers = new Set<ArrayBufferLike>();
  const seen = new Set<object>();
  const walk = (value: unknown): void => {
    if (typeof value !== "object" || value === null || seen.has(value)) return;
    seen.add(value);
    if (ArrayBuffer.isView(value)) buffers.add(value.buffer);
    else if (value instanceof Map || value instanceof Set) for (const one of value.values()) walk(one);
    else Object.values(value).forEach(walk);
  };
  [parameters, slots, state, snapshots, optimizer, phase?.training, phase?.along].forEach(walk);
  return [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0);
}

/** A step of plain training: what it took. */
interface PlainStep {
  readonly all: number;
  readonly parts: Spent;
}

/** Steps of plain training, one at a time. */
async function* plainSteps(opened: (run: OpenRun) => void): AsyncGenerator<PlainStep, never> {
  const run = await openRun(options({ network: model, data: { ...data, test: null }, batch }));
  opened(run);
  for (;;) {
    const phase = await run.train(1, { epochs: 1000 });
    for await (const epoch of phase.epochs())
      for await (const one of phase.batches(epoch)) {
        watchParts(run.session);
        const started = performance.now();
        await phase.step(one);
        const all = performance.now() - started;
        yield { all, parts: takeParts(run.session, all) };
      }
    await phase.end();
  }
}

/** What one run of a method took, in steps of plain training. */
interface Measured {
  /** By phase as written: its steps. */
  readonly phases: ReadonlyMap<string, number>;
  /** By phase and part of its steps: what it takes beyond the same of plain training. */
  readonly beyond: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** By what acted: how long it took. */
  readonly events: ReadonlyMap<string, number>;
  /** The most bytes at once, over those of plain training. */
  readonly tensors: number;
  readonly held: number;
}

function sourceOf(name: string): string {
  const known = { ...short, ...own[name] };
  const text = Object.entries(known).reduce(
    (written, [parameter, value]) => written.replace(new RegExp(`(param ${parameter} = ).*`), `$1${value}`),
    programOf(name) ?? "",
  );
  return saved[name] === undefined ? text : text.replace(/^(?=[a-z0-9-]+\()/m, `${saved[name]}\n`);
}

const backend = await openBackend({ backend: "wasm" });
const peak = peakOfTensors();
const empty = tf.memory().numBytes;
const plains: OpenRun[] = [];
const plain = plainSteps((run) => plains.push(run));
const stepOfPlain = async (): Promise<PlainStep> => (await plain.next()).value;
for (let i = 0; i < 20; i++) await stepOfPlain();
const [alone] = plains;
if (alone === undefined) throw new Error("plain training did not begin");
const ofPlain = { tensors: peak.take() - empty, held: heldBytes(alone) };

class Lists extends Map<string, number[]> {
  note(key: string, value: number): void {
    this.set(key, [...(this.get(key) ?? []), value]);
  }
  medians(unit = 1): ReadonlyMap<string, number> {
    return new Map([...this].map(([key, all]) => [key, median(all) / unit]));
  }
}

/** Beside gates stands all that plain training does by no name. */
const usualPart = (part: StepPart): StepPart => (part === "the gates" ? "the rest" : part);

async function measured(name: string): Promise<Measured> {
  const rest = tf.memory().numBytes;
  const [phases, events, beside] = [new Lists(), new Lists(), [(await stepOfPlain()).all]];
  let [begun, mark, steps, tensors, held, text] = [0, performance.now(), 0, 0, 0, ""];
  const runs: OpenRun[] = [];
  const beyond = new Map<string, Lists>();
  peak.take();
  const onProgress = (event: ProgressEvent): void => {
    if (event.kind === "step") return;
    const most = peak.take();
    // What an evaluation holds is no cost of the method.
    if (event.kind === "event") {
      events.note(event.event, performance.now() - mark);
      tensors = Math.max(tensors, most);
    }
    for (const run of runs) held = Math.max(held, heldBytes(run));
    mark = performance.now();
  };
  const callbacks = {
    onTrainBegin: (logs: { readonly text: string }) => void ([text, steps] = [logs.text, 0]),
    onBatchBegin() {
      peak.take();
      for (const { session } of runs) watchParts(session);
      begun = performance.now();
    },
    async onBatchEnd() {
      const took = performance.now() - begun;
      const own = runs.map(({ session }) => takeParts(session, took));
      tensors = Math.max(tensors, peak.take());
      if (steps === WARM) for (const run of runs) held = Math.max(held, heldBytes(run));
      const usual = await stepOfPlain();
      beside.push(usual.all);
      if (steps++ >= WARM) {
        phases.note(text, took / usual.all);
        const lists = entryOf(beyond, text, () => new Lists());
        for (const spent of own)
          for (const [part, time] of spent)
            lists.note(part, (time - (usual.parts.get(usualPart(part)) ?? 0)) / usual.all);
      }
      peak.take();
      mark = performance.now();
    },
  };
  // A folder of its own: a run that is complete is not run again.
  const out = mkdtempSync(join(folder, `${name}-`));
  const watched = { data, batch, out, callbacks, onProgress, onOpen: (run: OpenRun) => void runs.push(run) };
  await runProgram(sourceOf(name), model, watched);
  return {
    phases: phases.medians(),
    beyond: new Map([...beyond].map(([phase, lists]) => [phase, lists.medians()])),
    events: events.medians(median(beside)),
    tensors: (tensors - rest) / ofPlain.tensors,
    held: held / ofPlain.held,
  };
}

/** Of several runs, the middle of each number. */
function row(name: string, all: readonly Measured[]) {
  const middle = (of: (one: Measured) => ReadonlyMap<string, number>) =>
    Object.fromEntries(
      [...new Set(all.flatMap((one) => [...of(one).keys()]))].map((key) => [
        key,
        median(all.flatMap((one) => of(one).get(key) ?? [])),
      ]),
    );
  const phases = middle(({ phases }) => phases);
  const dear = Object.entries(phases).filter(([, ratio]) => ratio >= DEAR);
  return {
    method: name,
    phases,
    ...(dear.length > 0 && {
      beyond: Object.fromEntries(
        dear.map(([phase]) => [
          phase,
          middle(({ beyond }) => beyond.get(phase) ?? new Map<string, number>()),
        ]),
      ),
    }),
    events: middle(({ events }) => events),
    tensors: median(all.map(({ tensors }) => tensors)),
    held: median(all.map(({ held }) => held)),
  };
}

type Row = ReturnType<typeof row> & { readonly repeats: number };
const results = "bench/results/methods.json";
const known: { readonly rows: readonly Row[] } = existsSync(results)
  ? JSON.parse(readFileSync(results, "utf8"))
  : { rows: [] };
const rows = new Map(known.rows.map((one) => [one.method, one]));
const asked = process.argv.slice(3);
const names = allMethods().map(({ name }) => name);
await measured("dense-control");
for (const name of names) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const all: Measured[] = [];
  try {
    while (all.length < REPEATS) all.push(await measured(name));
  } catch (cause) {
    console.error(`${name}: ${cause instanceof Error ? cause.message : String(cause)}`);
    process.exitCode = 1;
    continue;
  }
  rows.set(name, { ...row(name, all), repeats: REPEATS });
  // Row by row: what ran is kept, whatever becomes of the rest.
  console.log(name);
  writeResult("methods", {
    backend: backend.description,
    task: tasks.convolutions.is,
    batch,
    short,
    plain: ofPlain,
    rows: names.flatMap((one) => rows.get(one) ?? []),
  });
}
