import { describe, expect, it } from "vitest";
import { agentKind, agentNames, type AgentName } from "../../../core/search/registry.js";
import type { Agent, Arguments, Point } from "../../../core/search/types.js";

/** Layers whose best values lie apart, and what an agent may know of them. */
const best = [0.2, 0.7, 0.5];
const decisions = best.map((_, i) => ({ cost: (i + 1) / 6, facts: [i / 3, ((2 * i) % 3) / 3, 0.5] }));
const reward = (point: Point): number => -point.reduce((sum, x, i) => sum + (x - (best[i] ?? 0)) ** 2, 0);

function open(name: AgentName, seed: number, set: Arguments = {}): Agent {
  const { args } = agentKind(name);
  const usual = Object.fromEntries(Object.entries(args).map(([key, one]) => [key, one.usual]));
  return agentKind(name).open({ seed, id: 4, decisions }, { ...usual, ...set });
}

function search(agent: Agent, trials: number): { readonly points: Point[]; readonly rewards: number[] } {
  const points: Point[] = [];
  for (let trial = 0; trial < trials; trial++) {
    const point = agent.propose(trial);
    points.push(point);
    agent.learn(point, reward(point));
  }
  return { points, rewards: points.map(reward) };
}

const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;
const small: Readonly<Partial<Record<AgentName, Arguments>>> = { ddpg: { hidden: 24, warmup: 20 } };

describe.each(agentNames)("%s", (name) => {
  it("gives shares, and the same again once it was told what it was told before", () => {
    const { points } = search(open(name, 5, small[name]), 45);
    for (const point of points) {
      expect(point).toHaveLength(3);
      for (const value of point) expect(value >= 0 && value <= 1).toBe(true);
    }
    const again = open(name, 5, small[name]);
    for (const point of points.slice(0, 40)) again.learn(point, reward(point));
    // It was asked for nothing before: what it proposes follows from what it was told.
    for (let trial = 40; trial < 45; trial++) {
      const point = points[trial] ?? [];
      expect(again.propose(trial)).toEqual(point);
      again.learn(point, reward(point));
    }
    expect(search(open(name, 6, small[name]), 1).points).not.toEqual(points.slice(0, 1));
  });
});

it.each(agentNames.filter((name) => name !== "random"))("%s finds more than drawing evenly", (name) => {
  const [trials, seeds] = [80, [1, 2, 3]];
  const found = (which: AgentName) =>
    seeds.map((seed) => search(open(which, seed, small[which]), trials).rewards);
  const [own, even] = [found(name), found("random")];
  const most = (runs: readonly (readonly number[])[]): number => mean(runs.map((one) => Math.max(...one)));
  expect(most(own)).toBeGreaterThan(most(even));
  expect(most(own)).toBeGreaterThan(-0.02);
  // What it learned it goes by: the last proposals of each search are better than those of chance.
  own.forEach((rewards, i) =>
    expect(mean(rewards.slice(-10))).toBeGreaterThan(mean(even[i]?.slice(-10) ?? []) / 2),
  );
});

it("rewards of any scale and place lead to the same proposals of ddpg and reinforce, up to rounding", () => {
  for (const name of ["ddpg", "reinforce"] as const) {
    const [plain, scaled] = [open(name, 1, small[name]), open(name, 1, small[name])];
    for (let trial = 0; trial < 30; trial++) {
      const point = plain.propose(trial);
      scaled.propose(trial).forEach((value, i) => expect(value).toBeCloseTo(point[i] ?? NaN, 6));
      plain.learn(point, reward(point));
      scaled.learn(point, 1e6 * reward(point) + 3e6);
    }
  }
});

it.each(agentNames)("every argument of %s counts", (name) => {
  const few: Arguments = {
    ...(name === "ddpg" && { hidden: 8, warmup: 4, batch: 8 }),
    ...(name === "reinforce" && { batch: 4 }),
    ...((name === "cem" || name === "evolution") && { population: 6 }),
  };
  const { args, counts } = agentKind(name);
  const found = (set: Arguments) => search(open(name, 5, { ...few, ...set }), 20).points;
  const usual = found({});
  for (const [key, { usual: value, whole }] of Object.entries(args)) {
    const now = few[key] ?? value;
    const other = whole === true ? now + 1 : now > 0.6 ? now / 2 : 1.5 * now;
    if (key !== counts) expect(found({ [key]: other }), key).not.toEqual(usual);
  }
});

/** Mean and deviation of what an agent of one decision proposes. */
function spreadOf(agent: Agent, from = 0): readonly [mean: number, deviation: number] {
  const values = Array.from({ length: 4000 }, (_, i) => agent.propose(from + i)[0] ?? NaN);
  const middle = mean(values);
  return [middle, Math.sqrt(mean(values.map((x) => (x - middle) ** 2)))];
}
const openOne = (name: AgentName, args: Arguments): Agent =>
  agentKind(name).open({ seed: 3, id: 1, decisions: [{ cost: 1, facts: [0.5] }] }, args);
const tell = (agent: Agent, ...told: readonly (readonly [point: number, reward: number])[]): void =>
  told.forEach(([point, result]) => agent.learn([point], result));

it("cem moves mean and deviation to those of the best, but for the share that smoothing keeps", () => {
  const agent = openOne("cem", { population: 4, elite: 0.5, smoothing: 0.25 });
  tell(agent, [0.3, 4], [0.9, 1], [0.5, 3], [0.1, 2]);
  // The best are 0.3 and 0.5, before it were 0.5 and 0.3.
  const [middle, deviation] = spreadOf(agent);
  expect(middle).toBeCloseTo(0.75 * 0.4 + 0.25 * 0.5, 2);
  expect(deviation).toBeCloseTo(0.75 * 0.1 + 0.25 * 0.3, 2);
});

it("evolution changes the best of the youngest by its spread, and forgets the oldest", () => {
  const agent = openOne("evolution", { population: 2, sample: 2, spread: 0.05 });
  tell(agent, [0.3, 5], [0.6, 1]);
  const [first, deviation] = spreadOf(agent, 2);
  expect(first).toBeCloseTo(0.3, 2);
  expect(deviation).toBeCloseTo(0.05, 2);
  tell(agent, [0.7, 0]);
  expect(spreadOf(agent, 2)[0]).toBeCloseTo(0.6, 2);
});

it("the noise of ddpg is gone in the end, and its first episodes are drawn evenly", () => {
  const args = { warmup: 4000, noise: 0.5, decay: 0.95, hidden: 8 };
  const [middle, deviation] = spreadOf(openOne("ddpg", args));
  expect(middle).toBeCloseTo(0.5, 1);
  expect(deviation).toBeCloseTo(Math.sqrt(1 / 12), 1);
  const agent = openOne("ddpg", { ...args, warmup: 0 });
  expect(Math.abs((agent.propose(0)[0] ?? 0) - (agent.propose(1)[0] ?? 0))).toBeGreaterThan(1e-3);
  expect(agent.propose(900)[0]).toBeCloseTo(agent.propose(901)[0] ?? NaN, 9);
});
