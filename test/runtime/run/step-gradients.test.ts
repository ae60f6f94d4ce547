import { describe, expect, it } from "vitest";
import { touchGates } from "../../../core/gates/state.js";
import { trainStep } from "../../../runtime/run/phase/step.js";
import type { Session } from "../../../runtime/run/host/session.js";
import type { Batch, BackendName } from "../../../runtime/types.js";
import type { OpenRun } from "../../../runtime/index.js";
import { differencesOn } from "../../helpers/backends.js";
import { slopeAt } from "../../core/masks/stage.js";
import { topology, type Ref } from "../../helpers/networks.js";
import { quarters, written } from "./fixtures.js";
import { runProgram } from "./program.js";

/**
 * Whole steps of training, in the middle of a phase: by how much plain descent moves every kind of number that trains, against central
 * differences of the loss that the step tells, penalties and terms of gates with it.
 */

const rate = 2 ** -9;

/** A join, a batch norm and a dense layer, without any kink. */
function smooth(): string {
  const b = topology();
  const conv = (name: string, from: Ref, strides: number): Ref =>
    b.call(
      "Conv2D",
      { filters: 3, kernel_size: [3, 3], strides: [strides, strides], padding: "same", activation: "tanh" },
      [from],
      name,
    );
  const stem = b.call("BatchNormalization", {}, [conv("stem", b.input([8, 8, 1]), 2)], "norm");
  const joined = b.call("Add", {}, [stem, conv("mid", stem, 1)]);
  const hidden = b.call(
    "Dense",
    { units: 4, activation: "tanh" },
    [b.call("Flatten", {}, [joined])],
    "hidden",
  );
  return written(b.build([b.call("Dense", { units: 4, activation: "softmax" }, [hidden], "head")]));
}

/** The arrays that a step may change, but for those of the network that no gradient moves. */
function arraysOf({ parameters, slots, state }: Session): ReadonlyMap<string, Float32Array> {
  return new Map([
    ...[...parameters].map(([key, { data }]) => [key, data] as const),
    ...[...slots].flatMap(([key, of]) =>
      Object.entries(of).map(([name, data]) => [`${key} ${name}`, data] as const),
    ),
    ...[...state.gates].flatMap(([id, { params }]) =>
      Object.entries(params).map(([name, data]) => [`gates ${id} ${name}`, data] as const),
    ),
  ]);
}

/** One step from here, which leaves everything as it was: its loss, and the arrays behind it. */
function tried(session: Session, batch: Batch): { loss: number; after: ReadonlyMap<string, Float32Array> } {
  const { phase, state, clock } = session;
  if (phase === null) throw new Error("no phase");
  const arrays = arraysOf(session);
  const before = new Map([...arrays].map(([key, data]) => [key, data.slice()]));
  const kept = structuredClone({ progress: phase.progress, clock: { ...clock } });
  const touched = () => [...state.gates.values()].forEach(touchGates);
  touched();
  session.executor.upload();
  const { loss } = trainStep(session, phase, batch);
  const after = new Map([...arrays].map(([key, data]) => [key, data.slice()]));
  for (const [key, data] of arrays) data.set(before.get(key) ?? []);
  Object.assign(phase.progress, kept.progress);
  Object.assign(clock, kept.clock);
  touched();
  session.executor.upload();
  return { loss, after };
}

interface Compared {
  readonly key: string;
  readonly found: number;
  readonly slope: number;
}

/** What trains in the step behind the third: a few of the weights, and what is no weight. */
function compared(session: Session, batch: Batch): readonly Compared[] {
  const { after } = tried(session, batch);
  const kept = [...session.state.gates.values()].flatMap(({ id, kind }) =>
    Object.keys(kind.kept ?? {}).map((one) => `gates ${id} ${one}`),
  );
  const arrays = [...arraysOf(session)].filter(([key]) => !kept.includes(key));
  const weights = arrays.filter(([key]) => /^(stem|mid|hidden|norm).*(kernel|gamma|beta)$/.test(key));
  const others = arrays.filter(
    ([key, data]) => own.test(key) && after.get(key)?.some((to, i) => to !== data[i]),
  );
  return [...weights, ...others].flatMap(([key, data]) => {
    const codes = session.state.shared.get(key);
    return [...new Set([5, 29].map((i) => i % data.length))].flatMap((i): readonly Compared[] => {
      // Weights of one cluster are one number.
      const code = codes?.[i] ?? 0;
      const members = code === 0 ? [i] : [...data.keys()].filter((n) => codes?.[n] === code);
      const at = data[i] ?? 0;
      const found = (at - (after.get(key)?.[i] ?? NaN)) / rate;
      const slope = slopeAt(data, i, () => {
        for (const n of members) data[n] = data[i] ?? 0;
        return tried(session, batch).loss;
      });
      for (const n of members) data[n] = at;
      return slope === null ? [] : [{ key, found, slope }];
    });
  });
}

/** States of the optimizer and parameters of gates that are no weights and train. */
const own = /^penalty .* value$|^gates /;

async function stepOf(network: string, before: string, rules: string, backend: BackendName) {
  const runs: OpenRun[] = [];
  const data = quarters(24, 8);
  const batch =
    data.train.kind === "indexed" ? await data.train.gather(Int32Array.of(0, 1, 2, 3, 4, 5)) : null;
  if (batch === null) throw new Error("no batch");
  let list: readonly Compared[] | null = null;
  let within = false;
  await runProgram(`${before}\ntrain 4 steps batch 8 with sgd(rate: ${rate}) { ${rules} }`, network, {
    data: quarters(24, 8),
    backend,
    onOpen: (run) => void runs.push(run),
    onProgress(event) {
      const session = runs[0]?.session;
      if (event.kind !== "step" || event.step !== 3 || within || session === undefined) return;
      within = true;
      list = compared(session, batch);
      within = false;
    },
  });
  if (list === null) throw new Error("no third step");
  return list as readonly Compared[];
}

const bell = "penalty bell(p, at, sd) = exp(p - sd - 0.5 * ((w - at) / exp(sd))^2)\n";
const mixture = `penalize weights
  by log(exp(p) + exp(q)) - log(1e-30 + bell(p: p, at: 0, sd: s) + bell(p: q, at: high, sd: t))
  with trained p = 1, q = 0, high = 0.3, s = -2, t = -1.4 strength 0.01`;
const gate = (structure: string, kind: string, penalty: string): string =>
  `learn masks on ${structure} by ${kind}  penalize ${structure} by ${penalty} strength 0.3`;

/** What is asked, what comes before, the rules, and of how many numbers beside the weights. */
const cases: readonly (readonly [string, string, string, number])[] = [
  [
    "weights, norms and activations",
    "",
    "penalize filters by mean(a^2) * norm(w) * abs(gamma) strength 0.5",
    0,
  ],
  ["weights and what they read", "", "penalize weights by abs(w) * mean(x^2) strength 0.05", 0],
  ["members of joins", "", "penalize filters by members.std(norm(w)) + beta^2 strength 0.5", 0],
  ["gradients of weights", "", "penalize weights by abs(w * g) strength 2", 0],
  ["gradients of units", "", "penalize units by sum(w * g)^2 strength 20", 0],
  [
    "gradients beside others",
    "",
    "penalize weights by abs(w * g) strength 2  penalize filters by mean(a^2) strength 0.5  penalize weights by w^2 strength 0.1",
    0,
  ],
  ["a mixture that trains", bell, mixture, 5],
  [
    "a strength that trains",
    "",
    "penalize weights by (exp(zeta) * w^2 - 0.1 * zeta) / alive among bottom 50% by magnitude global with trained zeta = 0 strength 1",
    1,
  ],
  [
    "numbers beside activations",
    "",
    "penalize filters by (mean(a^2) - level)^2 with trained level = 0.1 strength 0.5",
    1,
  ],
  ["scales", "", gate("filters", "scale strength 0.2", "gate^2 * norm(w)"), 1],
  ["hard-concrete", "", gate("filters", "hard-concrete strength 0.2", "gate * sum(w^2)"), 1],
  ["sigmoids", "", gate("weights", "sigmoid(temperature: 2) strength 0.01", "gate * abs(w)"), 2],
  [
    "log-normal noise and its signal",
    "",
    gate("units", "log-normal(start: -2) strength 0.2", "0.1 * sqrt(snr)"),
    4,
  ],
  ["horseshoe noise and its mode", "", gate("units", "horseshoe(start: -2) strength 0.2", "gate^2"), 8],
  [
    "variational dropout",
    "",
    gate("weights", "variational-dropout(start: -3) strength 0.01", "0.01 * alpha^2"),
    2,
  ],
  [
    "attention beside a mixed penalty",
    "",
    gate("filters", "attention(reduction: 2)", "mean(a^2) * norm(w)"),
    3,
  ],
  ["places of kernels", "", gate("taps", "softmax(temperature: 2)", "gate^2 * size"), 2],
  ["places shared by kernels", "", gate("taps", "shared-softmax(temperature: 2)", "gate * sum(w^2)"), 2],
  [
    "a pull with multipliers",
    "",
    "pull weights toward pruned(by magnitude to 50%) with multipliers strength 0.5 every step",
    0,
  ],
  [
    "clusters that penalties and pulls act on",
    "quantize weights to 2 bits by kmeans",
    "penalize weights by w^2 strength 0.1  pull weights toward pruned(by magnitude to 50%) strength 0.5 every step",
    0,
  ],
];

const network = smooth();
describe.each(differencesOn())("on %s", (backend) => {
  it.each(cases)("%s: what trains goes down the slope of the loss", async (_, before, rules, others) => {
    const list = await stepOf(network, before, rules, backend);
    expect(list.filter(({ key }) => own.test(key)).length).toBeGreaterThanOrEqual(others);
    expect(list.filter(({ slope }) => Math.abs(slope) > 0.01).length).toBeGreaterThan(2);
    for (const { key, found, slope } of list)
      expect(Math.abs(found - slope), `${key}: ${found}, ${slope}`).toBeLessThan(
        1e-3 + 0.02 * Math.abs(slope),
      );
  });
});
