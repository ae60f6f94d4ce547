import { randomStream } from "../../random.js";
import { share, unit, whole, type AgentKind, type Point } from "../types.js";

/**
 * Regularized evolution (Real, Aggarwal, Huang and Le: Regularized evolution for image classifier architecture search; AAAI 2019):
 * after a random population every trial is the best of a sample of the youngest, changed a little; the oldest is forgotten.
 */
export const evolution: AgentKind = {
  args: { trials: whole(50), population: whole(10, 2), sample: whole(3), spread: share(0.1) },
  counts: "trials",
  learnsAfter: "population",
  open({ seed, id, decisions }, { population = 10, sample = 3, spread = 0.1 }) {
    const youngest: { readonly point: Point; readonly reward: number }[] = [];
    return {
      propose(trial) {
        const stream = randomStream(seed, "search evolution", id, trial);
        if (trial < population || youngest.length === 0) return decisions.map((_, i) => stream.uniform(i));
        const order = stream.permutation(youngest.length);
        const drawn = [...order.slice(0, sample)].flatMap((i) => youngest[i] ?? []);
        const parent = drawn.reduce((best, one) => (one.reward > best.reward ? one : best));
        const changes = randomStream(seed, "search change", id, trial);
        const surely = changes.integer(0, decisions.length);
        return parent.point.map((value, i) => {
          const changed = i === surely || changes.uniform(2 * i + 1) < 1 / decisions.length;
          return changed ? unit(value + spread * changes.normal(2 * i + 2)) : value;
        });
      },
      learn(point, reward) {
        youngest.push({ point, reward });
        if (youngest.length > population) youngest.shift();
      },
    };
  },
};
