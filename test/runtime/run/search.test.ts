import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Session } from "../../../runtime/run/host/session.js";
import { measuresNow } from "../../../runtime/run/report/sizes.js";
import { quarters, residualNetwork, smallNetwork } from "./fixtures.js";
import { killedEvery } from "./killed.js";
import { runProgram } from "./program.js";

const network = smallNetwork();
const root = await mkdtemp(join(tmpdir(), "espalier-search-"));
afterAll(() => rm(root, { recursive: true, force: true }));

const trained = "train 1 epoch with sgd(rate: 0.05, momentum: 0.9)\n";
/** One trial of everything that a trial can change. */
const block = (amount: string): string => `{
  prune filters by l1 amount ${amount}
  mark here
  finetune 1 epoch with sgd(rate: 0.05, momentum: 0.9) { prune weights in head by magnitude 5% every 2 steps }
  slim
  train 2 steps with adam(rate: 0.01) minimizing mean-squared-error
  rewind rate to start
}`;
const rows = ({ record }: Session) => record.searches[0]?.trials ?? [];
const told = ({ record }: Session): string[] =>
  record.events.filter(({ kind }) => kind === "search").map(({ text }) => text);
/** All that a run goes on from, journal and logs aside. */
const standing = ({ parameters, slots, state, optimizer, snapshots, network, ...session }: Session) => ({
  parameters,
  slots,
  state,
  optimizer,
  snapshots,
  topology: network.topology,
  slims: session.slims,
  clock: session.clock,
  dense: session.record.dense,
  amounts: session.record.amounts,
  history: session.record.history,
});
const search = `${trained}search share in 10%..80% by random(trials: 4) maximizing accuracy - 10% * (macs / start.macs)`;

describe("a search", () => {
  it("ends as a run with the best of its values alone, whatever the other trials did", async () => {
    const { run, result } = await runProgram(`${search} ${block("share")}`, network);
    const [row] = result.report.searches ?? [];
    const trials = rows(run.session);
    const results = trials.map((one) => one.result ?? NaN);
    const best = results.indexOf(Math.max(...results));
    expect(row).toMatchObject({ variable: "share", best: best + 1 });
    expect(new Set(trials.map(({ values }) => values)).size).toBe(4);
    const value = Number(trials[best]?.values);
    const alone = await runProgram(
      `${trained}repeat 1 times ${block(`${Number((100 * value).toFixed(4))}%`)}`,
      network,
    );
    expect(standing(run.session)).toEqual(standing(alone.run.session));
    expect(result.parameters).toEqual(alone.result.parameters);
    expect(result.metrics.accuracy).toBe(alone.result.metrics.accuracy);
    expect(told(run.session)).toHaveLength(5);
    expect(run.session.searches.size + run.session.lastGood.size).toBe(0);
  });

  it("ends as if it had not been killed, wherever it was", async () => {
    const source = `${trained}repeat 2 times { search share in 10%..80% per layer by ddpg(episodes: 3, warmup: 1, hidden: 8) maximizing accuracy
      subject to macs <= 40% ${block("share")} }`;
    const whole = await runProgram(source, network);
    const killed = await killedEvery(4, source, network, {
      out: join(root, "killed"),
      checkpointEvery: "3steps",
    });
    expect(standing(killed.run.session)).toEqual(standing(whole.run.session));
    expect(killed.run.session.record.events).toEqual(whole.run.session.record.events);
    expect(killed.run.session.record.searches).toEqual(whole.run.session.record.searches);
    expect(killed.written).toBeGreaterThan(20);
  });

  it("trains no proposal that is over a limit, and gives layers that share their units one value", async () => {
    const { run, told: heard } = await runProgram(
      `search share in 0%..80% per layer by random(trials: 6) maximizing accuracy subject to macs <= 40% {
        prune filters by l1 amount share
        train 1 step
        evaluate
      }`,
      residualNetwork(),
    );
    const { session } = run;
    const trials = rows(session);
    expect(Object.keys(trials[0]?.values ?? {})).toEqual(["stem, x2, y2", "x1", "y1"]);
    expect(trials.some(({ repaired }) => repaired === true)).toBe(true);
    expect(trials.every(({ result }) => result !== null)).toBe(true);
    // Each trial prunes once where it may train, and no rehearsal is told of.
    const pruned = heard.filter((one) => one.includes('"event":"prune"'));
    expect(pruned).toHaveLength(7);
    const { macs } = measuresNow(session);
    expect(macs).toBeLessThanOrEqual(0.4 * session.start.measures.macs);
  });

  it("brings proposals within limits on the scores of one pass, and re-fits nothing that no event reads", async () => {
    const gathered = async (prunes: string, limits: string): Promise<number> => {
      const { train, ...data } = quarters();
      if (train.kind !== "indexed") throw new Error("data in hand");
      let rows = 0;
      const counting = { ...train, gather: (at: Int32Array) => ((rows += at.length), train.gather(at)) };
      const { run } = await runProgram(
        `search share in 30%..80% by random(trials: 3) maximizing params ${limits} {\n${prunes}\n}`,
        network,
        { data: { ...data, train: counting } },
      );
      if (limits !== "") expect(rows > 0 && rowsOf(run.session)).toBe(true);
      return rows;
    };
    const rowsOf = (session: Session) => rows(session).some(({ repaired }) => repaired === true);
    const limits = "subject to params <= 40%";
    const refit = "prune filters by l1 amount share compensating by least-squares over 1 batches";
    const scored = "prune filters by taylor over 1 batches amount share";
    expect(await gathered(refit, limits)).toBe(await gathered(refit, ""));
    // One scoring more than without limits, where four passes score: the rest of the rows is read by the measures.
    const [free, walled] = [await gathered(scored, ""), await gathered(scored, limits)];
    expect(walled - free).toBe(Math.floor(free / 4));
    // A prune behind it may choose otherwise once layers are re-fitted.
    const again = `${refit}\nprune weights in head by magnitude 10%`;
    expect(await gathered(again, limits)).toBeGreaterThan(2 * (await gathered(again, "")));
  });

  it("sees what rules of a phase will take before it trains", async () => {
    const { run } = await runProgram(
      `search n in 1..6 by random(trials: 3) maximizing params subject to params <= 60% {
        train 1 epoch { prune units by random amount n every 2 steps }
      }`,
      network,
    );
    expect(rows(run.session).every(({ result }) => result !== null)).toBe(true);
    expect(measuresNow(run.session).params).toBeLessThanOrEqual(0.6 * run.session.start.measures.params);
  });
});
