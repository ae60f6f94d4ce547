import { readFileSync } from "node:fs";
import { afterEach, expect, it, vi } from "vitest";
import {
  openRun,
  runInWorker,
  serveRuns,
  type ImportedLoop,
  type ProgressEvent,
  type RunOptions,
} from "../../../runtime/browser/index.js";
import { options, smallNetwork } from "../run/fixtures.js";

const network = JSON.parse(readFileSync(smallNetwork(), "utf8"));
const loop: ImportedLoop = async (given = {}) => {
  const run = await openRun(options(given));
  const phase = await run.train(1, { epochs: given.epochs ?? 1 });
  for await (const epoch of phase.epochs())
    for await (const batch of phase.batches(epoch)) await phase.step(batch);
  await phase.end();
  return run.finish();
};

let end = (): void => undefined;
afterEach(() => {
  end();
  vi.unstubAllGlobals();
});

/** A worker as its page sees it, and what is served there. */
function worker(served: ImportedLoop, fixed: RunOptions = {}): MessagePort {
  const { port1, port2 } = new MessageChannel();
  const stop = serveRuns(served, { latency: false, ...fixed }, port2);
  port1.start();
  port2.start();
  end = () => {
    stop();
    port1.close();
  };
  return port1;
}

it("runs there, tells its progress and hands the network over", async () => {
  const events: ProgressEvent[] = [];
  const { artifacts, report, metrics } = await runInWorker(
    worker(loop),
    { network },
    {
      onProgress: (event) => events.push(event),
    },
  );
  expect(events.filter(({ kind }) => kind === "step")).toHaveLength(6);
  expect(artifacts.weightData.byteLength).toBe(4 * report.after.params);
  expect(metrics.accuracy).toBe(report.after.accuracy);
});

it("is ended by the page's signal, and by one that was aborted before", async () => {
  const abort = new AbortController();
  const port = worker(loop);
  const onProgress = (event: ProgressEvent) =>
    void (event.kind === "step" && event.step === 2 && abort.abort());
  const long = { network, epochs: 1000 };
  await expect(runInWorker(port, long, { signal: abort.signal, onProgress })).rejects.toThrow(/P7009/);
  await expect(runInWorker(port, long, { signal: abort.signal })).rejects.toThrow(/P7009/);
});

it("what it serves with holds where the page gives nothing else; addresses are the page's", async () => {
  vi.stubGlobal("location", { href: "https://page.test/digits/" });
  const given: unknown[] = [];
  const port = worker(
    async ({ network: from } = {}) => {
      given.push(from);
      return { artifacts: () => ({ weightData: new ArrayBuffer(0) }), report: {}, metrics: {} } as never;
    },
    { network: "fixed.json" },
  );
  await runInWorker(port, {});
  await runInWorker(port, { network: "model.json" });
  await runInWorker(port, { network: new URL("https://models.test/a.json") });
  expect(given).toEqual(["fixed.json", "https://page.test/digits/model.json", "https://models.test/a.json"]);
});

it("two runs of one worker do not hear each other", async () => {
  const port = worker(async ({ seed = 0 } = {}) => {
    if (seed === 1) throw new RangeError("one");
    return { artifacts: () => ({ weightData: new ArrayBuffer(seed) }), report: {}, metrics: {} } as never;
  });
  const [failed, done] = await Promise.allSettled([
    runInWorker(port, { seed: 1 }),
    runInWorker(port, { seed: 2 }),
  ]);
  expect(failed).toMatchObject({ reason: { message: expect.stringMatching(/P7022.*one/) } });
  expect(done).toMatchObject({ value: { artifacts: { weightData: { byteLength: 2 } } } });
});

it("options that cannot be posted, and scripts that do not load, are told", async () => {
  await expect(runInWorker(worker(loop), { network: () => network })).rejects.toThrow(/P7010.*posted/);
  const broken = Object.assign(new EventTarget(), { postMessage: () => undefined });
  const running = runInWorker(broken, {});
  broken.dispatchEvent(new Event("error"));
  await expect(running).rejects.toThrow(/P7022.*cannot be loaded/);
});
