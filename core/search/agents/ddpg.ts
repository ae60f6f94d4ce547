import { randomStream, type RandomStream } from "../../random.js";
import { adam, backward, copyOf, denseNetwork, follow, forward, outputOf } from "../dense-network.js";
import { deviation, evened } from "../facts.js";
import { rate, share, unit, whole, type AgentKind, type Decision, type Point } from "../types.js";

/** Episodes that are remembered, as in AMC. */
const remembered = 100;

interface Transition {
  readonly state: readonly number[];
  readonly action: number;
  readonly reward: number;
  /** Null behind the last decision. */
  readonly next: readonly number[] | null;
}

/**
 * Deep deterministic policy gradients (Lillicrap et al.: Continuous control with deep reinforcement learning; ICLR 2016) as AMC uses
 * them (He, Lin, Liu, Wang, Li and Han: AMC: AutoML for model compression and acceleration on mobile devices; ECCV 2018): decision by
 * decision an actor gives the value, from the facts of its layers, what was taken before and what is still to come; a critic learns what
 * reward follows. Every decision of a trial is given the reward of the trial, less a moving mean; beyond the paper it is divided by the
 * deviation of those remembered, so that its scale does not matter.
 */
export const ddpg: AgentKind = {
  args: {
    episodes: whole(100),
    warmup: whole(25, 0),
    noise: share(0.5),
    decay: share(0.95),
    hidden: whole(64, 1, 4096),
    rate: rate(1e-3),
    "critic-rate": rate(1e-2),
    batch: whole(64, 1, 4096),
    tracking: share(0.01),
    discount: { usual: 1, least: 0, most: 1 },
    baseline: share(0.5),
  },
  counts: "episodes",
  learnsAfter: "warmup",
  open({ seed, id, decisions }, args) {
    const { warmup = 25, noise = 0.5, decay = 0.95, hidden = 64, batch = 64 } = args;
    const { tracking = 0.01, discount = 1, baseline = 0.5 } = args;
    const states = stateOf(decisions);
    const inputs = states([], 0).length;
    const drawn = (what: number): RandomStream => randomStream(seed, "search ddpg", id, what);
    const actor = denseNetwork([inputs, hidden, hidden, 1], "sigmoid", drawn(0));
    const critic = denseNetwork([inputs + 1, hidden, hidden, 1], "linear", drawn(1));
    const [slowActor, slowCritic] = [copyOf(actor), copyOf(critic)];
    const actorStep = adam(actor, args.rate ?? 1e-3);
    const criticStep = adam(critic, args["critic-rate"] ?? 1e-2);
    const memory: Transition[] = [];
    let [episodes, updates, mean] = [0, 0, 0];

    const act = (network: typeof actor, rows: Float64Array): Float64Array => outputOf(forward(network, rows));

    function update(): void {
      const stream = randomStream(seed, "search replay", id, updates);
      const sample = Array.from(
        { length: batch },
        (_, i) => memory[stream.integer(i, memory.length)],
      ).flatMap((one) => one ?? []);
      const told = sample.reduce((sum, { reward }) => sum + reward, 0) / batch;
      mean = updates === 0 ? told : mean + baseline * (told - mean);
      updates++;
      const scale = deviation(memory.map(({ reward }) => reward));
      const nothing = new Array<number>(inputs).fill(0);
      const after = matrix(sample.map(({ next }) => next ?? nothing));
      const then = act(slowCritic, beside(after, act(slowActor, after)));
      const rows = matrix(sample.map(({ state }) => state));
      const tape = forward(
        critic,
        beside(
          rows,
          Float64Array.from(sample, ({ action }) => action),
        ),
      );
      const slopes = outputOf(tape).map((value, i) => {
        const { reward = 0, next = null } = sample[i] ?? {};
        const target = (reward - mean) / scale + (next === null ? 0 : discount * (then[i] ?? 0));
        return (2 * (value - target)) / batch;
      });
      backward(critic, tape, slopes, criticStep.gradients);
      criticStep.update();

      const actions = forward(actor, rows);
      const judged = forward(critic, beside(rows, outputOf(actions)));
      const up = backward(critic, judged, new Float64Array(batch).fill(-1 / batch));
      const byAction = Float64Array.from(sample, (_, i) => up[i * (inputs + 1) + inputs] ?? 0);
      backward(actor, actions, byAction, actorStep.gradients);
      actorStep.update();
      follow(slowActor, actor, tracking);
      follow(slowCritic, critic, tracking);
    }

    return {
      propose(trial) {
        const stream = randomStream(seed, "search noise", id, trial);
        const point: number[] = [];
        decisions.forEach((_, i) => {
          if (trial < warmup) return point.push(stream.uniform(i));
          const [best = 0] = act(actor, Float64Array.from(states(point, i)));
          return point.push(withNoise(best, noise * decay ** (trial - warmup), stream, i));
        });
        return point;
      },
      learn(point, reward) {
        decisions.forEach((_, i) =>
          memory.push({
            state: states(point, i),
            action: point[i] ?? 0,
            reward,
            next: i + 1 < decisions.length ? states(point, i + 1) : null,
          }),
        );
        memory.splice(0, memory.length - remembered * decisions.length);
        episodes++;
        if (episodes > warmup) for (let i = 0; i < decisions.length; i++) update();
      },
    };
  },
};

/** What an actor is shown of a decision: its facts from 0 to 1, what was taken so far and what is still to come, the value before. */
function stateOf(decisions: readonly Decision[]): (point: Point, at: number) => readonly number[] {
  const facts = evened(decisions.map((one) => one.facts));
  const costs = decisions.map(({ cost }) => cost);
  const all = Math.max(
    Number.EPSILON,
    costs.reduce((sum, cost) => sum + cost, 0),
  );
  return (point, at) => {
    const taken = costs.slice(0, at).reduce((sum, cost, i) => sum + cost * (point[i] ?? 0), 0);
    const rest = costs.slice(at + 1).reduce((sum, cost) => sum + cost, 0);
    return [...(facts[at] ?? []), taken / all, rest / all, at === 0 ? 1 : (point[at - 1] ?? 0), 1];
  };
}

/** Draws before the value is taken as it is. */
const tries = 64;

/** A value near this one: normal, within 0 and 1. */
function withNoise(value: number, spread: number, stream: RandomStream, decision: number): number {
  for (let i = 0; i < tries; i++) {
    const drawn = value + spread * stream.normal(decision * tries + i);
    if (drawn >= 0 && drawn <= 1) return drawn;
  }
  return unit(value);
}

const matrix = (rows: readonly (readonly number[])[]): Float64Array => Float64Array.from(rows.flat());

/** Rows with one number more each. */
function beside(rows: Float64Array, column: Float64Array): Float64Array {
  const width = rows.length / column.length;
  const wider = new Float64Array(rows.length + column.length);
  column.forEach((value, i) => {
    wider.set(rows.subarray(i * width, (i + 1) * width), i * (width + 1));
    wider[i * (width + 1) + width] = value;
  });
  return wider;
}
