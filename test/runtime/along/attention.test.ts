import { beforeAll, describe, expect, it } from "vitest";
import type { LearnIr } from "../../../core/ir/types.js";
import { randomStream } from "../../../core/random.js";
import { openBackend, type Backend } from "../../../runtime/backend/index.js";
import { createExecutor } from "../../../runtime/executor/index.js";
import { gateStep } from "../../../runtime/along/gate-step.js";
import { openGates } from "../../../runtime/along/gates.js";
import type { Batch } from "../../../runtime/types.js";
import { differencesOn } from "../../helpers/backends.js";
import { topology } from "../../helpers/networks.js";
import { momentOf, settingOf } from "../../core/masks/setting.js";

/** Modules of attention inside of a pass: what they learn, and what flows back through them, against finite differences. */

let backend: Backend;

const learn: LearnIr = {
  kind: "learn",
  id: 1,
  text: "",
  structure: "units",
  gate: { name: "attention", args: { reduction: 2, start: 0.5 } },
  strength: 0,
};
const rule = { ir: learn, active: () => true };

/** A convolution that is read by a convolution and, flattened, by a dense layer. */
function network(trainable = true) {
  const b = topology();
  const first = b.call(
    "Conv2D",
    { filters: 4, kernel_size: [2, 2], activation: "tanh", trainable },
    [b.input([4, 4, 2])],
    "first",
  );
  const second = b.call(
    "Conv2D",
    { filters: 3, kernel_size: [1, 1], activation: "tanh", trainable },
    [first],
    "second",
  );
  const both = b.call("Concatenate", {}, [b.call("Flatten", {}, [first]), b.call("Flatten", {}, [second])]);
  return settingOf(b.build([b.call("Dense", { units: 2, trainable }, [both], "last")]), 2);
}

const rows = 5;
const normal = (n: number, what: string) => {
  const stream = randomStream(3, what);
  return Float32Array.from({ length: n }, (_, i) => stream.normal(i));
};
const batch: Batch = {
  inputs: [{ kind: "dense", data: normal(rows * 32, "inputs"), shape: [rows, 4, 4, 2] }],
  targets: [{ kind: "dense", data: normal(rows * 2, "targets"), shape: [rows, 2] }],
  size: rows,
};

function training(trainable = true) {
  const setting = network(trainable);
  openGates(setting, [rule]);
  const executor = createExecutor(setting.network, setting.parameters, backend, {
    seed: 4,
    losses: [{ name: "mean-squared-error" }],
  });
  const moment = { step: 0, clock: 0, rows, examples: rows, of: () => momentOf() };
  const step = () => {
    executor.upload();
    const gates = gateStep(setting, [rule], moment);
    const { loss, gradients, ofDraws } = executor.trainStep(batch, 1, [], undefined, gates?.drawn);
    const all = new Map(gradients);
    const learned = gates?.back(all, ofDraws);
    return { loss, gradients: all, of: learned?.of ?? new Map<string, never>(), done: () => learned?.done() };
  };
  const [gates] = setting.state.gates.values();
  return { setting, step, params: gates?.params ?? {} };
}

describe.each(differencesOn())("on %s", (name) => {
  beforeAll(async () => void (backend = await openBackend({ backend: name })));

  it("learn, and hand on, what finite differences say, wherever their units are read", () => {
    const { setting, step } = training();
    const { of, gradients } = step();
    const weights = [...setting.parameters.values()].map(({ key, data }) => ({
      key,
      data,
      gradient: gradients.get(key) ?? new Float32Array(0),
    }));
    const own = [...of].map(([key, { data, gradient }]) => ({ key, data, gradient }));
    expect(own.map(({ data }) => data.length)).toEqual([4 * 2 + 3 * 2, 4 * 2 + 3 * 2, 7]);
    let steep = 0;
    for (const { key, data, gradient } of [...own, ...weights])
      for (let n = 0; n < 4; n++) {
        const i = (n * 5) % data.length;
        const at = data[i] ?? 0;
        const lossAt = (move: number): number => {
          data[i] = at + move;
          const { loss } = step();
          data[i] = at;
          return loss;
        };
        const slope = (lossAt(0.01) - lossAt(-0.01)) / 0.02;
        if (Math.abs(slope) > 1e-3) steep++;
        expect(Math.abs((gradient[i] ?? NaN) - slope), `${key}[${i}]`).toBeLessThan(
          0.01 * (1 + Math.abs(slope)),
        );
      }
    expect(steep).toBeGreaterThan(15);
  });

  it("learn the same where nothing of the network trains", () => {
    const [trained, frozen] = [training(), training(false)];
    const [a, b] = [trained.step(), frozen.step()];
    expect([...b.of].map(([, { gradient }]) => gradient)).toEqual(
      [...a.of].map(([, { gradient }]) => gradient),
    );
    expect([...b.of.values()].some(({ gradient }) => gradient.some((x) => x !== 0))).toBe(true);
  });

  it("keep the mean of what they gave, which is their value outside of training", () => {
    const { step, params } = training();
    const mean = params["mean"] ?? new Float32Array(0);
    expect([...mean]).toEqual(new Array(7).fill(1));
    step().done();
    const once = mean.slice();
    for (const value of once) expect(value > 0 && value < 1).toBe(true);
    step().done();
    once.forEach((value, i) => expect(mean[i]).toBeCloseTo(value, 6));
    expect([...(params["steps"] ?? [])]).toEqual(new Array(7).fill(2));
  });
});
