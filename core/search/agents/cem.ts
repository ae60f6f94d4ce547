import { randomStream } from "../../random.js";
import { share, unit, whole, type AgentKind, type Point } from "../types.js";

/** No coordinate is settled for good. */
const leastSpread = 0.02;

/**
 * The cross-entropy method (Rubinstein: The cross-entropy method for combinatorial and continuous optimization; 1999): every generation
 * is drawn from normal distributions, whose means and deviations then move toward those of the best of it.
 */
export const cem: AgentKind = {
  args: { trials: whole(50), population: whole(10, 2), elite: share(0.3), smoothing: share(0.3) },
  counts: "trials",
  learnsAfter: "population",
  open({ seed, id, decisions }, { population = 10, elite = 0.3, smoothing = 0.3 }) {
    const mean = decisions.map(() => 0.5);
    const spread = decisions.map(() => 0.3);
    let generation: { readonly point: Point; readonly reward: number }[] = [];
    return {
      propose(trial) {
        const stream = randomStream(seed, "search cem", id, trial);
        return decisions.map((_, i) => unit((mean[i] ?? 0) + (spread[i] ?? 0) * stream.normal(i)));
      },
      learn(point, reward) {
        generation.push({ point, reward });
        if (generation.length < population) return;
        const best = generation
          .toSorted((a, b) => b.reward - a.reward)
          .slice(0, Math.max(2, Math.round(elite * population)));
        generation = [];
        decisions.forEach((_, i) => {
          const values = best.map((one) => one.point[i] ?? 0);
          const middle = values.reduce((sum, value) => sum + value, 0) / values.length;
          const square = values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / values.length;
          const moved = (from: number, to: number): number => smoothing * from + (1 - smoothing) * to;
          mean[i] = moved(mean[i] ?? 0, middle);
          spread[i] = Math.max(leastSpread, moved(spread[i] ?? 0, Math.sqrt(square)));
        });
      },
    };
  },
};
