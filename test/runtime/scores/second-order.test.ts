import { tf } from "../../../runtime/backend/tf.js";
import { beforeAll, expect, it } from "vitest";
import { newMaskState } from "../../../core/masks/state.js";
import { spaceOf } from "../../../core/units/spaces.js";
import { openBackend } from "../../../runtime/backend/index.js";
import type { Backend } from "../../../runtime/backend/types.js";
import { createExecutor } from "../../../runtime/executor/index.js";
import type { ScoringContext } from "../../../runtime/scores/gather.js";
import { scoreUnits } from "../../../runtime/scores/scores.js";
import type { Batch } from "../../../runtime/types.js";
import type { ExprIr } from "../../../core/ir/types.js";
import { momentOf } from "../../core/masks/setting.js";
import { chain, dense, initialStore, network } from "../executor/helpers.js";

let backend: Backend;
beforeAll(async () => {
  backend = await openBackend({ backend: "cpu" });
});

const inputs = 3;
const hidden = 2;
const xs = [
  [0.5, -1, 2],
  [1, 0.3, -0.7],
  [-0.2, 1.5, 0.4],
];
const ys = [0.3, -0.8, 1.1];
const batch: Batch = {
  inputs: [dense([3, inputs], ...xs.flat())],
  targets: [dense([3, 1], ...ys)],
  size: 3,
};

/** y = v · tanh(W x), and the mean squared error of three examples. */
function setting(latent = false) {
  const net = network(
    chain(
      [inputs],
      ["Dense", { units: hidden, activation: "tanh", use_bias: false }],
      ["Dense", { units: 1, activation: "linear", use_bias: false }],
    ),
  );
  const parameters = initialStore(net, 3);
  const executor = createExecutor(net, parameters, backend, {
    seed: 1,
    losses: [{ name: "mean-squared-error" }],
  });
  const context: ScoringContext = {
    original: net,
    network: net,
    parameters,
    slots: new Map(),
    state: newMaskState(net.channels.count, { keepsLast: latent }),
    seed: 1,
    executor,
    batches: (count) => Array.from({ length: count }, () => batch),
    layersOf: () => net.layers.filter(({ className }) => className === "Dense").map(({ path }) => path),
  };
  return { context, executor };
}

/** The gradient by hand, in double precision, of all weights one after the other. */
function gradientAt(w: readonly number[]): number[] {
  const first = w.slice(0, inputs * hidden);
  const second = w.slice(inputs * hidden);
  const g = w.map(() => 0);
  xs.forEach((x, n) => {
    const a = second.map((_, j) =>
      Math.tanh(x.reduce((sum, value, i) => sum + value * (first[i * hidden + j] ?? 0), 0)),
    );
    const r = a.reduce((sum, value, j) => sum + value * (second[j] ?? 0), -(ys[n] ?? 0));
    const dy = (2 * r) / xs.length;
    a.forEach((value, j) => {
      g[inputs * hidden + j] = (g[inputs * hidden + j] ?? 0) + dy * value;
      const back = dy * (second[j] ?? 0) * (1 - value ** 2);
      x.forEach((input, i) => (g[i * hidden + j] = (g[i * hidden + j] ?? 0) + back * input));
    });
  });
  return g;
}

/** The Hessian by hand: differences of that gradient, exact to nine digits. */
function hessianAt(w: readonly number[]): number[][] {
  return w.map((_, i) => {
    const moved = (by: number) => gradientAt(w.map((value, k) => (k === i ? value + by : value)));
    const [ahead, behind] = [moved(1e-5), moved(-1e-5)];
    return ahead.map((value, k) => (value - (behind[k] ?? 0)) / 2e-5);
  });
}

async function scores(
  context: ScoringContext,
  expr: ExprIr,
  probes?: number,
  id = 1,
): Promise<readonly number[]> {
  const criterion = { name: "s", expr, ...(probes !== undefined && { probes }) };
  const space = spaceOf(context, "weights", {});
  return [...(await scoreUnits(context, { id, criterion, space, moment: momentOf() })).units];
}

const weightsOf = ({ parameters }: ScoringContext) =>
  [...parameters.values()].flatMap(({ data }) => [...data]);

it("`hg` is the Hessian times the gradient, and leaves weights and tensors as they were", async () => {
  const { context, executor } = setting();
  const w = weightsOf(context);
  const h = hessianAt(w);
  const g = gradientAt(w);
  const { numTensors } = tf.memory();
  const found = await scores(context, "hg");
  h.forEach((row, i) => {
    const exact = row.reduce((sum, value, k) => sum + value * (g[k] ?? 0), 0);
    expect(found[i]).toBeCloseTo(exact, 3);
  });
  expect(weightsOf(context)).toEqual(w);
  const after = executor.gradients(batch, "loss").gradients;
  expect([...after.values()].flatMap((one) => [...one])[0]).toBeCloseTo(g[0] ?? NaN, 5);
  await scores(context, "hg");
  expect(tf.memory().numTensors).toBeLessThanOrEqual(numTensors + w.length);
  executor.dispose();
});

it("`h` comes near the diagonal of the Hessian with the number of probes", async () => {
  const { context, executor } = setting();
  const exact = hessianAt(weightsOf(context)).map((row, i) => row[i] ?? NaN);
  const off = async (probes: number) => {
    const found = await scores(context, "h", probes);
    return Math.hypot(...found.map((value, i) => value - (exact[i] ?? NaN)));
  };
  expect(await off(400)).toBeLessThan(0.15 * Math.hypot(...exact));
  expect(await off(400)).toBeLessThan(await off(4));
  executor.dispose();
});

it("probes hang on the seed, the statement and the moment, and on nothing before", async () => {
  const { context, executor } = setting();
  const found = await scores(context, "h", 2);
  expect(await scores(context, "h", 2)).toEqual(found);
  expect(await scores(context, "h", 2, 2)).not.toEqual(found);
  expect(await scores({ ...context, seed: 2 }, "h", 2)).not.toEqual(found);
  executor.dispose();
});

it("what is dead does not move: the Hessian is that of what lives", async () => {
  const { context, executor } = setting();
  const [key, first] = [...context.parameters][0] ?? [];
  if (key === undefined || first === undefined) throw new Error("no weights");
  first.data[0] = 0;
  context.state.elements.set(
    key,
    Uint8Array.from(first.data, (_, i) => (i === 0 ? 1 : 0)),
  );
  executor.upload([key]);
  const w = weightsOf(context);
  const g = gradientAt(w).map((value, i) => (i === 0 ? 0 : value));
  const found = await scores(context, "hg");
  hessianAt(w).forEach((row, i) => {
    const exact = row.reduce((sum, value, k) => sum + value * (g[k] ?? 0), 0);
    expect(found[i]).toBeCloseTo(exact, 3);
  });
  executor.dispose();
});
