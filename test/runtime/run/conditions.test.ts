import { describe, expect, it } from "vitest";
import {
  openRun,
  sgd,
  sum,
  abs,
  type OpenRun,
  type ProgressEvent,
  type RunOptions,
} from "../../../runtime/index.js";
import { amountRows, reportData } from "../../../runtime/run/report/report-data.js";
import type { ExprIr } from "../../../core/ir/types.js";
import { wholeOf } from "../../../core/ir/sizes.js";
import { maskedView } from "../../../core/masks/masked.js";
import { dead } from "../../../core/masks/state.js";
import { costs } from "../../../core/network/costs.js";
import { DiagnosticError } from "../../../core/diagnostics/diagnostic.js";
import { measuresNow } from "../../../runtime/run/report/sizes.js";
import { options, quarters, residualNetwork, smallNetwork } from "./fixtures.js";

const network = smallNetwork();
const open = (more: RunOptions = {}): Promise<OpenRun> => openRun(options({ network, ...more }));
const rate = sgd({ rate: 0.05, momentum: 0.9 });

describe("until", () => {
  it("ends a phase at the end of the epoch in which it holds", async () => {
    const run = await open();
    const phase = await run.train(1, { epochs: 50, optimizer: rate, until: [">=", "accuracy", 0.9] });
    const seen: number[] = [];
    for await (const epoch of phase.epochs()) {
      seen.push(epoch);
      for await (const batch of phase.batches(epoch)) await phase.step(batch);
    }
    await phase.end();
    expect(seen.length).toBeLessThan(50);
    const accuracies = run.session.record.history.map(({ testAccuracy }) => testAccuracy ?? 0);
    expect(accuracies.at(-1)).toBeGreaterThanOrEqual(0.9);
    expect(accuracies.slice(0, -1).every((accuracy) => accuracy < 0.9)).toBe(true);
  });

  it("ends a repeat", async () => {
    const run = await open();
    let passes = 0;
    for await (const pass of run.repeat(1, 10)) {
      passes = pass;
      await run.prune(2, { structure: "units", by: sum(abs("w")), scope: "global", drop: 0.2 });
      if (await run.until(1, ["<=", "params", ["*", 0.6, "start.params"]])) break;
    }
    expect(passes).toBeGreaterThan(1);
    expect(passes).toBeLessThan(10);
  });
});

describe("require", () => {
  it("passes over what holds and ends the run at what does not", async () => {
    const run = await open();
    await run.require(1, ["<=", "macs", "start.macs"]);
    await expect(run.require(2, [">=", "accuracy", 1.1])).rejects.toThrow(/P7004/);
    await expect(run.require(3, ["<=", "speed", 1])).rejects.toThrow(/P7013/);
  });

  it("says accuracies as percentages", async () => {
    const run = await open();
    const failed = await run.require(1, [">", "accuracy", 1]).catch((cause: unknown) => cause);
    const notes = failed instanceof DiagnosticError ? failed.diagnostics[0]?.notes : [];
    expect(notes).toEqual([expect.stringMatching(/^accuracy is \d+(?:\.\d{1,2})?%$/)]);
  });

  it("says sizes in the unit that was asked for", async () => {
    const run = await open();
    const notesOf = async (id: number, condition: ExprIr) => {
      const failed = await run.require(id, condition).catch((cause: unknown) => cause);
      return failed instanceof DiagnosticError ? failed.diagnostics[0]?.notes : [];
    };
    const { params, macs } = measuresNow(run.session);
    const [p, m] = [params, macs].map((size) => size.toLocaleString("en"));
    const halved = ["<", "params", ["*", 0.5, "start.params"]] as const;
    expect(await notesOf(1, halved)).toEqual([`params is ${p}, 100% of ${p}`]);
    expect(await notesOf(2, ["and", halved, ["<", "macs", 10]])).toEqual([
      `params is ${p}, 100% of ${p}; macs is ${m}`,
    ]);
  });

  it.each([
    ["weights", "nonzero params", smallNetwork],
    ["kernels", "nonzero macs", residualNetwork],
    ["units", "nonzero params", residualNetwork],
    ["filters", "params", residualNetwork],
    ["filters", "bytes", residualNetwork],
    ["layers", "macs", residualNetwork],
    ["layers", "params", residualNetwork],
  ] as const)("finds what a budget of %s in %s kept to", async (structure, measure, make) => {
    const run = await open({ network: make() });
    const value = 0.6;
    const budget = [{ measure, value, relative: true }];
    await run.prune(1, { structure, by: sum(abs("w")), scope: "global", budget });
    expect(run.session.record.notes.join()).not.toMatch(/budget/);
    const held = ["<=", measure, ["*", value, `start.${wholeOf(measure)}`]] as const;
    await run.require(2, held);
    await run.slim(3);
    await run.require(4, held);
    expect(costs(run.session.network).params).toBe(measuresNow(run.session).params);
    run.session.executor.dispose();
  });

  it("counts zeros of dense tensors everywhere, and leaves them out only of what is nonzero", async () => {
    const run = await open({ network: residualNetwork() });
    const { session } = run;
    const whole = costs(session.loaded);
    await run.prune(1, { structure: "weights", by: sum(abs("w")), scope: "local", to: 0.9 });
    await run.prune(2, { structure: "filters", by: sum(abs("w")), scope: "local", drop: 0.25 });
    const now = measuresNow(session);
    await expect(run.require(3, ["<=", "macs", ["*", 0.2, "start.macs"]])).rejects.toThrow(/P7004/);
    const few = ["<", "nonzero params", ["*", 0.01, "start.params"]] as const;
    await expect(run.require(4, few)).rejects.toMatchObject({
      diagnostics: [{ notes: [expect.stringMatching(/^nonzero params is [\d,]+, [\d.]+% of [\d,]+$/)] }],
    });
    // The rest are those of a network that was cut to its living units.
    const isDead = (channel: number) => session.state.channels[channel] === dead;
    const { params, macs } = costs(session.network, isDead);
    expect(now).toMatchObject({ params, macs, bytes: 4 * params });
    const masked = [...maskedView(session).values()].flatMap(({ key, data }) => {
      const codes = session.state.elements.get(key);
      return codes === undefined ? [] : [...codes].filter((code, i) => code === dead && data[i] === 0);
    });
    expect(now["nonzero params"]).toBeLessThan(params);
    expect(now["nonzero params"]).toBeGreaterThanOrEqual(params - masked.length);
    const sizes = { params, macs, nonzeroParams: now["nonzero params"], nonzeroMacs: now["nonzero macs"] };
    const report = await reportData(session, { raw: 0, gzipped: 0 }, null);
    expect(report.after).toMatchObject(sizes);
    expect(report.before).toMatchObject({ params: whole.params, nonzeroParams: whole.params });
    expect(report.history.at(-1)).toMatchObject(sizes);
    expect(report.layers.reduce((all, row) => all + row.macs[1], 0)).toBe(macs);
  });

  it("needs data for accuracy only", async () => {
    const run = await open({ data: null });
    await run.require(1, ["<=", "params", "start.params"]);
    await expect(run.require(2, [">=", "accuracy", 0])).rejects.toThrow(/P7006/);
    await expect(run.train(3, { epochs: 1 })).rejects.toThrow(/P7006/);
  });
});

describe("a moving target", () => {
  it("moves over the passes of a repeat, and over the window of its rule", async () => {
    const run = await open();
    const dead: number[] = [];
    const target = { moving: { from: 0, to: 0.5, curve: "linear" } } as const;
    for await (const _ of run.repeat(1, 5)) {
      await run.prune(2, { structure: "weights", by: sum(abs("w")), scope: "global", to: target });
      dead.push(amountRows(run.session)[0]?.achieved ?? NaN);
    }
    const total = amountRows(run.session)[0]?.total ?? NaN;
    expect(dead).toEqual([0.1, 0.2, 0.3, 0.4, 0.5].map((share) => Math.round(share * total)));
  });
});

describe("data", () => {
  it("that streams trains by its own batches, counted where it does not say how many", async () => {
    const base = quarters();
    const events: ProgressEvent[] = [];
    const split = base.train;
    const data = {
      ...base,
      train: {
        kind: "streamed" as const,
        batches: () => null,
        *open({ epoch }: { epoch: number }) {
          for (let k = 0; k < 3; k++) {
            const batch = split.kind === "indexed" ? split.gather(Int32Array.of(k, k + epoch)) : null;
            if (batch !== null && !(batch instanceof Promise)) yield batch;
          }
        },
      },
    };
    const run = await open({ data, onProgress: (event) => events.push(event) });
    const phase = await run.train(1, { epochs: 2 });
    for await (const epoch of phase.epochs())
      for await (const batch of phase.batches(epoch)) await phase.step(batch);
    await phase.end();
    expect(events.filter(({ kind }) => kind === "step")).toHaveLength(6);
  });
});

describe("an optimizer", () => {
  it("refuses arguments it does not take", async () => {
    const run = await open();
    await expect(run.train(1, { epochs: 1, optimizer: sgd({ rate: 0.1, beta1: 0.5 }) })).rejects.toThrow(
      /P7010/,
    );
  });
});

describe("settings that cannot be", () => {
  it.each<[string, RunOptions]>([
    ["no network", { network: null }],
    ["a batch of none", { batch: 0 }],
    ["a seed that is no whole number", { seed: 0.5 }],
    ["resuming without a place", { resume: true }],
    ["an interval that is none", { checkpointEvery: "often" }],
  ])("are refused: %s", async (_, wrong) => {
    await expect(open(wrong)).rejects.toThrow(/P7010/);
  });
});
