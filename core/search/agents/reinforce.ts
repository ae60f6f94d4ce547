import { randomStream } from "../../random.js";
import { adam, backward, denseNetwork, forward, outputOf } from "../dense-network.js";
import { deviation, evened, mean } from "../facts.js";
import { rate, whole, type AgentKind, type Point } from "../types.js";

/**
 * REINFORCE (Williams: Simple statistical gradient-following algorithms for connectionist reinforcement learning; 1992), as in Huang, Zhou,
 * You and Neumann: Learning to prune filters in convolutional neural networks; WACV 2018. A network gives a probability for each
 * decision; the value proposed is how many of `draws` coins fall so. After every `batch` trials it moves toward what was better than
 * their mean. What a decision is known by are its facts and its number.
 */
export const reinforce: AgentKind = {
  args: {
    rollouts: whole(100),
    batch: whole(10, 2),
    draws: whole(32, 1, 4096),
    hidden: whole(32, 1, 4096),
    rate: rate(0.05),
  },
  counts: "rollouts",
  learnsAfter: "batch",
  open({ seed, id, decisions }, args) {
    const { batch = 10, draws = 32, hidden = 32 } = args;
    const facts = evened(decisions.map((one) => one.facts));
    const rows = Float64Array.from(
      facts.flatMap((row, i) => [...row, ...decisions.map((_, k) => (k === i ? 1 : 0))]),
    );
    const inputs = rows.length / decisions.length;
    const policy = denseNetwork([inputs, hidden, 1], "linear", randomStream(seed, "search reinforce", id));
    const step = adam(policy, args.rate ?? 0.05);
    let rollouts: { readonly point: Point; readonly reward: number }[] = [];
    const chances = () => {
      const tape = forward(policy, rows);
      return { tape, chance: outputOf(tape).map((x) => 1 / (1 + Math.exp(-x))) };
    };
    return {
      propose(trial) {
        const stream = randomStream(seed, "search rollout", id, trial);
        const { chance } = chances();
        return decisions.map((_, i) => {
          let fallen = 0;
          for (let k = 0; k < draws; k++) if (stream.uniform(i * draws + k) < (chance[i] ?? 0)) fallen++;
          return fallen / draws;
        });
      },
      learn(point, reward) {
        rollouts.push({ point, reward });
        if (rollouts.length < batch) return;
        const rewards = rollouts.map((one) => one.reward);
        const [middle, scale] = [mean(rewards), deviation(rewards)];
        const { tape, chance } = chances();
        // The slope of the logarithm of a binomial probability by its log-odds is how many fell beyond the expected.
        const slopes = chance.map((p, i) =>
          mean(rollouts.map((one) => (-(one.reward - middle) / scale) * draws * ((one.point[i] ?? 0) - p))),
        );
        rollouts = [];
        backward(policy, tape, slopes, step.gradients);
        step.update();
      },
    };
  },
};
