import { planAbsorption } from "../../core/surgery/absorb-plan.js";
import { dead, living } from "../../core/masks/state.js";
import type { Parameter } from "../../core/parameters.js";
import { rowsOf } from "./pools.js";
import type { Trial } from "./trial.js";

const none: ReadonlySet<number> = new Set();

/**
 * Units that a `slim` finds to hold one value, because deaths of single elements left nothing of the kernel that makes them, or because
 * they came back as zeros. How many of a layer are emptied follows from the share of its elements that is dead; which, is drawn.
 */
export function absorbedBy(trial: Trial): ReadonlySet<number> {
  const { network, state, dice } = trial;
  const zeros = new Map<string, Set<number>>();
  const find = (channel: number): number => network.channels.find(channel);
  let possible = trial.blank || !trial.ledger.areFixed("weights");
  for (const { kernels, share, count, inside } of trial.elements.gone())
    for (const kernel of kernels) {
      const weight = network.layers
        .flatMap(({ weights }) => weights)
        .find(({ key }) => key === kernel.weight.key);
      const { ids, role } = weight?.bindings.find((one) => one.role !== "in") ?? {};
      if (weight === undefined || ids === undefined) continue;
      const size = weight.shape.reduce((a, b) => a * b, 1) / ids.length;
      // What stays of every group stays of every output, where groups lie inside one: not those over channels of a depthwise kernel.
      const keeps = inside !== null && inside.keep > 0 && (role === "out" || inside.of === "kernel");
      if (count + 1e-6 < size || keeps) continue;
      possible = true;
      const alive = [...ids].filter((id) => state.channels[id] === living);
      const emptied = dice.overGroups(
        alive.length,
        1,
        share ** Math.min(size, rowsOf(kernel).size),
        (x) => x,
      );
      const order = dice.scores(alive.length);
      const lowest = [...alive.keys()].sort((a, b) => (order[a] ?? 0) - (order[b] ?? 0)).slice(0, emptied);
      zeros.set(weight.key, new Set(lowest.map((i) => find(alive[i] ?? -1))));
    }
  if (possible) trial.blurChannels();
  // Half of the draws are of a network that has learned biases, and has found a use for what the file holds nothing in.
  const learned = (trial.draw ?? 0) % 2 === 1;
  const idle = learned ? none : trial.idle;
  const any = trial.fresh.size > 0 || idle.size > 0 || [...zeros.values()].some((roots) => roots.size > 0);
  if (!any) return new Set();
  trial.work += 4 * network.channels.count;
  const store = new Map<string, Parameter>();
  const bias = learned ? 0.1 : 0;
  for (const { weights } of network.layers)
    for (const { key, name, shape, trainable } of weights)
      if (name === "bias")
        store.set(key, { key, shape, trainable, data: new Float32Array(shape[0] ?? 0).fill(bias) });
  const isDead = (channel: number): boolean => state.channels[channel] === dead;
  const isZero = (key: string, id: number): boolean =>
    isDead(id) || idle.has(find(id)) || trial.fresh.has(find(id)) || zeros.get(key)?.has(find(id)) === true;
  const plan = planAbsorption(network, store, isDead, (weight, axis) =>
    [...(weight.bindings.find((binding) => binding.axis === axis)?.ids ?? [])].map((id) =>
      isZero(weight.key, id),
    ),
  );
  return plan.absorbed;
}
