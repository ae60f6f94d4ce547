import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { ExprIr } from "../../../core/ir/types.js";
import { grouped } from "../../../core/ir/words.js";
import { openRun } from "../../../runtime/index.js";
import type { Session } from "../../../runtime/run/host/session.js";
import { measureCondition } from "../../../runtime/run/report/condition.js";
import { options, smallNetwork } from "./fixtures.js";
import { killedEvery } from "./killed.js";
import { runProgram } from "./program.js";

const network = smallNetwork();
const root = await mkdtemp(join(tmpdir(), "espalier-quantize-"));
afterAll(() => rm(root, { recursive: true, force: true }));

const dataOf = ({ parameters }: Pick<Session, "parameters">, key: string): Float32Array =>
  parameters.get(key)?.data ?? new Float32Array(0);

/** How many different values the members of each cluster have. */
function valuesByCluster(session: Session, key: string): number[] {
  const values = new Map<number, Set<number>>();
  session.state.shared.get(key)?.forEach((code, i) => {
    if (code > 0) values.set(code, (values.get(code) ?? new Set()).add(dataOf(session, key)[i] ?? NaN));
  });
  return [...values.values()].map(({ size }) => size);
}
const members = (session: Session, key: string): number =>
  [...(session.state.shared.get(key) ?? [])].filter((code) => code > 0).length;
const kernels = ["c1/kernel", "c2/kernel", "d1/kernel", "head/kernel"];
const text = (session: Session, kind: string): string[] =>
  session.record.events.filter((event) => event.kind === kind).map((event) => event.text);

describe("quantize", () => {
  it("moves a cluster by the sum of the gradients of its weights", async () => {
    const stepOf = async (shares: boolean): Promise<Session> => {
      const run = await openRun(options({ network }));
      await run.quantize(1, { bits: 2 });
      const codes = new Map(run.session.state.shared);
      if (!shares) run.session.state.shared.clear();
      const phase = await run.train(2, { steps: 1, optimizer: { name: "sgd", rate: 0.01, args: {} } });
      for await (const epoch of phase.epochs())
        for await (const batch of phase.batches(epoch)) await phase.step(batch);
      await phase.end();
      for (const [key, one] of codes) run.session.state.shared.set(key, one);
      return run.session;
    };
    const [together, alone] = [await stepOf(true), await stepOf(false)];
    const start = await openRun(options({ network }));
    await start.quantize(1, { bits: 2 });
    for (const key of kernels) {
      const before = dataOf(start.session, key);
      const moved = dataOf(alone, key).map((value, i) => value - (before[i] ?? 0));
      const sums = new Map<number, number>();
      const codes = together.state.shared.get(key) ?? new Int32Array(0);
      codes.forEach((code, i) => sums.set(code, (sums.get(code) ?? 0) + (moved[i] ?? 0)));
      dataOf(together, key).forEach((value, i) =>
        expect(value - (before[i] ?? 0)).toBeCloseTo(sums.get(codes[i] ?? 0) ?? NaN, 4),
      );
      expect(Math.max(...moved.map(Math.abs))).toBeGreaterThan(1e-4);
    }
  });

  it("leaves few values, which stay shared whatever a phase does to weights, and what is dead at zero", async () => {
    const { run, result } = await runProgram(
      `train 1 epoch
      prune weights by magnitude local 50%
      quantize weights in c*, d1 to 3 bits
      train 2 epochs with adamw(rate: 0.01, weight-decay: 0.1, clip-norm: 0.5) {
        penalize weights by l2 strength 0.01
        update only top 30% by abs(g)
      }`,
      network,
    );
    const { session } = run;
    for (const key of kernels.slice(0, 3)) {
      expect(valuesByCluster(session, key).every((count) => count === 1)).toBe(true);
      const living = [...dataOf(session, key)].filter((value) => value !== 0);
      expect(living).toHaveLength(dataOf(session, key).length / 2);
      expect(new Set(living).size).toBeLessThanOrEqual(8);
    }
    expect(session.state.shared.has("head/kernel")).toBe(false);
    expect(new Set(dataOf(session, "head/kernel")).size).toBeGreaterThan(8);
    const { stored } = result.report;
    expect(stored?.layers.map(({ layer, bits }) => [layer, bits])).toEqual([
      ["c1", 3],
      ["c2", 3],
      ["d1", 3],
      ["head", null],
    ]);
    for (const { sparse, shared, dense } of stored?.layers.slice(1, 3) ?? [])
      expect([sparse < dense, shared < sparse]).toEqual([true, true]);
  });

  it("stays shared under an optimizer whose state is of weights that were apart", async () => {
    const { run } = await runProgram(
      `train 1 epoch with sgd(rate: 0.05, momentum: 0.9)
      mark early
      quantize weights in c2 to 2 bits
      rewind optimizer to early
      finetune 3 steps`,
      network,
    );
    expect(valuesByCluster(run.session, "c2/kernel")).toEqual([1, 1, 1, 1]);
  });

  it("loses by sharing, and less once the values have trained", async () => {
    const lossOf = async (rest: string) =>
      (await runProgram(`train 4 epochs with adam(rate: 0.01)\n${rest}`, network)).result.report.after.loss ??
      NaN;
    const apart = await lossOf("");
    const shared = await lossOf("quantize weights to 1 bits");
    const trained = await lossOf("quantize weights to 1 bits\nfinetune 3 epochs");
    expect(shared).toBeGreaterThan(apart);
    expect(trained).toBeLessThan(shared);
  });

  it("gives convolutions 8 bits and others 5 where nothing is said", async () => {
    const { run } = await runProgram("quantize weights by kmeans", network);
    const sizes = kernels.map((key) => new Set(dataOf(run.session, key)).size);
    expect(sizes[0]).toBeGreaterThan(40);
    expect(sizes[1]).toBeGreaterThan(100);
    expect([sizes[2], sizes[3]].every((size = 0) => size > 8 && size <= 32)).toBe(true);
  });

  it("lets the dead leave, and what comes back stand alone", async () => {
    const { run } = await runProgram(
      `quantize weights to 2 bits
      prune weights in d1 by magnitude local 50%
      regrow weights in d1 random 10%
      train 1 epoch`,
      network,
    );
    const { session } = run;
    const data = dataOf(session, "d1/kernel");
    const living = data.filter((value) => value !== 0).length;
    expect([members(session, "d1/kernel"), living]).toEqual([360, 396]);
    expect(valuesByCluster(session, "d1/kernel").every((count) => count === 1)).toBe(true);
    expect(new Set(data).size).toBeGreaterThan(20);
  });

  it("goes back with the weights, and not with the masks", async () => {
    const clusters = async (rewinds: string) =>
      (
        await runProgram(
          `quantize weights to 2 bits\nmark shared\nprune weights in d1 by magnitude local 50%\ntrain 1 epoch\n${rewinds}`,
          network,
        )
      ).run.session;
    expect(members(await clusters("rewind weights, masks to shared"), "d1/kernel")).toBe(720);
    expect(members(await clusters("rewind weights to shared"), "d1/kernel")).toBe(360);
    expect(members(await clusters("rewind masks to shared"), "d1/kernel")).toBe(360);
    expect((await clusters("rewind weights to start")).state.shared.size).toBe(0);
  });

  it("ends where weights are drawn anew, and is cut along by slim", async () => {
    const { run } = await runProgram(
      `quantize weights to 2 bits
      reinitialize in c1
      train 1 epoch
      prune neurons in d1 by l1 2
      slim
      finetune 1 epoch`,
      network,
    );
    const { session } = run;
    expect([...session.state.shared.keys()]).toEqual(kernels.slice(1));
    for (const key of kernels.slice(1)) {
      expect(session.state.shared.get(key)?.length).toBe(dataOf(session, key).length);
      expect(valuesByCluster(session, key)).toHaveLength(new Set(dataOf(session, key)).size);
    }
  });

  it("parts what a constraint sets apart", async () => {
    const norm = { class_name: "MaxNorm", config: { max_value: 0.5, axis: 0 } };
    const { run } = await runProgram(
      "quantize weights to 2 bits\ntrain 1 epoch",
      smallNetwork({ dense: { kernel_constraint: norm } }),
    );
    const values = (key: string) => new Set(dataOf(run.session, key)).size;
    expect([values("d1/kernel") > 4, values("c2/kernel") <= 4]).toEqual([true, true]);
    expect(valuesByCluster(run.session, "d1/kernel").every((count) => count === 1)).toBe(true);
  });

  it("goes on as if nothing had been where a process was killed, again and again", async () => {
    const program = `train 1 epoch
      prune weights by magnitude local 50%
      quantize weights to 3 bits
      mark shared
      finetune 1 epoch
      repeat up to 2 times while params >= 70% { prune filters by l1 2; finetune 1 epoch }
      prune neurons by l1 2
      slim
      rewind weights to shared
      finetune 1 epoch`;
    const whole = await runProgram(program, network);
    const killed = await killedEvery(4, program, network, {
      out: join(root, "killed"),
      checkpointEvery: "2steps",
    });
    expect(killed.kills).toBeGreaterThan(4);
    const standing = ({ parameters, slots, state }: Session) => ({ parameters, slots, state });
    expect(standing(killed.run.session)).toEqual(standing(whole.run.session));
    expect(killed.run.session.record.events).toEqual(whole.run.session.record.events);
    expect(killed.result.report.stored).toEqual(whole.result.report.stored);
    expect(text(killed.run.session, "quantize")).toHaveLength(1);
  });

  it("refuses what loops by hand may ask for", async () => {
    const run = await openRun(options({ network }));
    await expect(run.quantize(1, { bits: 17 })).rejects.toThrow("16 bits");
    await expect(run.quantize(1, { bits: 0 })).rejects.toThrow("at least 1");
    const { run: gated } = await runProgram(
      "train 1 epoch { learn masks on weights in d1 by scale strength 1e-3 }",
      network,
    );
    await expect(gated.quantize(9, { in: "c1", bits: 3 })).resolves.toBeUndefined();
    await expect(gated.quantize(9, { bits: 3 })).rejects.toThrow("not part of the weights yet");
  });
});

describe("sizes of code", () => {
  const shared = "prune weights by magnitude local to 50%\nquantize weights to 3 bits by kmeans\n";

  it("are compared as the report gives them, by name and as shares of the dense network", async () => {
    const { run, result } = await runProgram(shared, network);
    const { all } = result.report.stored ?? { all: { dense: NaN, sparse: NaN, coded: NaN } };
    for (const [name, size] of [
      ["csr bytes", all.sparse],
      ["huffman bytes", all.coded],
    ] as const) {
      const share = ["*", size / all.dense, "start.bytes"] as const;
      await run.require(9, ["and", ["<=", name, size], ["<=", name, share]]);
      const measured = (limit: ExprIr) => measureCondition(run.session, ["<", name, limit]);
      expect(await measured(size)).toEqual({ holds: false, text: `${name} is ${grouped(size)}` });
      const { text: told } = await measured(["*", 0.5, "start.bytes"]);
      expect(told).toMatch(/^\w+ bytes is [\d,]+, [\d.]+% of [\d,]+$/);
    }
    expect(all.coded).toBeLessThan(all.sparse);
  });

  it("end loops and requirements of programs", async () => {
    const source = `repeat up to 8 times { prune weights by magnitude local 30% } until csr bytes <= 60%
require csr bytes <= 60% and huffman bytes <= bytes`;
    const { run } = await runProgram(source, network);
    expect(text(run.session, "prune").length).toBeGreaterThan(1);
    expect(text(run.session, "prune").length).toBeLessThan(8);
    await expect(runProgram(`${shared}require huffman bytes <= 1%`, network)).rejects.toThrow(/P7004/);
  });

  it("are rewards and limits of a search, whose trials are measured behind their block", async () => {
    const limited = `search share in 10%..90% by random(trials: 6) maximizing csr bytes subject to csr bytes <= 60%`;
    const { run } = await runProgram(`${limited} { prune weights by magnitude local to share }`, network);
    const trials = run.session.record.searches[0]?.trials ?? [];
    const over = trials.filter(({ result }) => result === null);
    expect(over.length).toBeGreaterThan(0);
    expect(over.every((one) => one.text.endsWith("over the limit of csr bytes"))).toBe(true);
    expect(trials.length - over.length).toBeGreaterThan(0);
    await run.require(9, ["<=", "csr bytes", ["*", 0.6, "start.bytes"]]);
  });
});
