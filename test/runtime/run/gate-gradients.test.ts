import { beforeAll, describe, expect, it } from "vitest";
import { gateNames, gateKind, type GateName } from "../../../core/gates/registry.js";
import type { LearnIr } from "../../../core/ir/types.js";
import { gateStep } from "../../../runtime/along/gate-step.js";
import { openGates, type LearnRule } from "../../../runtime/along/gates.js";
import { openBackend, type Backend } from "../../../runtime/backend/index.js";
import { createExecutor } from "../../../runtime/executor/index.js";
import { loadModel } from "../../../runtime/model/index.js";
import { newMaskState } from "../../../core/masks/state.js";
import { selectLayers } from "../../../runtime/run/steps/select-layers.js";
import { differencesOn } from "../../helpers/backends.js";
import { quarters, residualNetwork } from "./fixtures.js";

/** Gates through a network with joins and batch norms: gradients of weights and gates against central differences of its loss. */

const straight: ReadonlySet<GateName> = new Set(["bernoulli", "threshold", "score"]);
const smooth = gateNames.filter((name) => !straight.has(name));
const strength = 0.3;

function ruleOf(name: GateName, structure: "filters" | "weights"): LearnRule {
  const args = Object.fromEntries(
    Object.entries(gateKind(name).args).map(([key, { usual }]) => [
      key,
      // Noise that starts as it should is too small to tell its slopes.
      key === "start" && gateKind(name).draws !== "batch" ? -2 : typeof usual === "number" ? usual : 2,
    ]),
  );
  const share = gateKind(name).takesShare ? { to: 0.5 } : {};
  const ir: LearnIr = { kind: "learn", id: 1, text: "", structure, gate: { name, args }, strength, ...share };
  return { ir, active: () => true };
}

async function setting(backend: Backend, rule: LearnRule) {
  const { network, store } = await loadModel(residualNetwork(), { seed: 5 });
  const state = newMaskState(network.channels.count);
  const context = {
    original: network,
    network,
    parameters: store,
    slots: new Map(),
    state,
    seed: 2,
    layersOf: (
      selection: Parameters<typeof selectLayers>[1],
      structure: Parameters<typeof selectLayers>[2],
    ) => selectLayers(network, selection, structure),
  };
  openGates(context, [rule]);
  const moment = {
    step: 0,
    clock: 3,
    rows: 3,
    examples: 10,
    of: () => ({ key: 1, trainingFollows: true, value: (value: unknown) => Number(value) }),
  };
  const executor = createExecutor(network, store, backend, { seed: 1 });
  const { train } = quarters();
  const batch =
    train.kind === "indexed" ? await train.gather(Int32Array.from({ length: 3 }, (_, i) => i)) : null;
  if (batch === null) throw new Error("no examples");
  const step = () => {
    executor.upload();
    const gates = gateStep(context, [rule], moment);
    if (gates === null) throw new Error("no gates");
    // A batch norm in training moves its statistics, which the loss of a training step does not read.
    const result = executor.trainStep(batch, 3, [], undefined, gates.drawn);
    const gradients = new Map(result.gradients);
    const back = gates.back(gradients, result.ofDraws);
    return { loss: result.loss + back.term, gradients, back };
  };
  return { step, state, store };
}

describe.each(differencesOn())("on %s", (name) => {
  let backend: Backend;
  beforeAll(async () => void (backend = await openBackend({ backend: name })));

  it.each(
    smooth.flatMap((kind) =>
      (["filters", "weights"] as const)
        .filter((structure) => {
          const { guards } = gateKind(kind);
          return guards === "either" || (guards === "units") === (structure === "filters");
        })
        .map((structure) => [kind, structure] as const),
    ),
  )("gradients of %s on %s are those of the loss", async (kind, structure) => {
    const { step, state, store } = await setting(backend, ruleOf(kind, structure));
    const { gradients, back } = step();
    const { kept = {} } = gateKind(kind);
    const params = Object.keys(state.gates.get(1)?.params ?? {}).filter((one) => !(one in kept));
    const pairs = [...back.of.values()].map(({ data, gradient }) => ({ data, gradient }));
    expect(pairs).toHaveLength(params.length);
    for (const key of ["x1/kernel", "head/kernel"]) {
      const [data, gradient] = [store.get(key)?.data, gradients.get(key)];
      if (data === undefined || gradient === undefined) throw new Error(`no ${key}`);
      pairs.push({ data, gradient });
    }
    for (const { data, gradient } of pairs) {
      const stride = Math.max(1, Math.floor(data.length / 2));
      for (let i = 0; i < data.length; i += stride) {
        const value = data[i] ?? 0;
        const at = (move: number): number => {
          data[i] = value + move;
          const { loss } = step();
          data[i] = value;
          return loss;
        };
        const h = 4e-3;
        const slope = (at(h) - at(-h)) / (2 * h);
        expect(Math.abs((gradient[i] ?? NaN) - slope)).toBeLessThan(4e-3 + 0.05 * Math.abs(slope));
      }
    }
  });

  it.each([...straight])("%s hands the gradient of its draw on as it says", async (kind) => {
    const { step, state, store } = await setting(backend, ruleOf(kind, "weights"));
    const before = new Map([...store].map(([key, { data }]) => [key, data.slice()]));
    const { gradients, back } = step();
    const params = state.gates.get(1)?.params ?? {};
    const [[param, values]] = Object.entries(params) as [[string, Float32Array]];
    const slope = back.of.get(`gates 1|${param}`)?.gradient ?? new Float32Array(0);
    expect(values).toHaveLength(slope.length);
    expect(slope.every(Number.isFinite)).toBe(true);
    expect(slope.some((value) => value !== 0)).toBe(true);
    for (const [key, gradient] of gradients) expect(gradient.every(Number.isFinite), key).toBe(true);
    if (gateKind(kind).freezes)
      for (const key of back.rests) expect(gradients.get(key)?.every((g) => g === 0)).toBe(true);
    for (const [key, data] of before) if (!key.includes("moving")) expect(store.get(key)?.data).toEqual(data);
  });
});
