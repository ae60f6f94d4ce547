import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { maskedView } from "../../../core/masks/masked.js";
import { reinitialize } from "../../../core/masks/reinitialize.js";
import { latent, newMaskState } from "../../../core/masks/state.js";
import type { ParameterStore } from "../../../core/parameters.js";
import { createExecutor } from "../../../runtime/executor/index.js";
import { abs, openRun, sgd, sum, type OpenRun, type ProgressEvent } from "../../../runtime/index.js";
import type { Batch, Executor } from "../../../runtime/types.js";
import { options, residualNetwork, smallNetwork } from "./fixtures.js";

const network = smallNetwork();
const root = await mkdtemp(join(tmpdir(), "espalier-latent-"));
afterAll(() => rm(root, { recursive: true, force: true }));

const rate = 0.1;
const common = { by: sum(abs("w")), scope: "local", drop: 0.5, manner: "latently" } as const;
const specs = {
  weights: { ...common, structure: "weights", in: ["d1"] },
  filters: { ...common, structure: "filters", in: ["c1"] },
} as const;
type Structure = keyof typeof specs;
const own: Record<Structure, string> = { weights: "d1", filters: "c1" };

const copyOf = (store: ParameterStore): ParameterStore =>
  new Map([...store].map(([key, parameter]) => [key, { ...parameter, data: parameter.data.slice() }]));
const noise = {
  kind: "dense",
  data: Float32Array.from({ length: 5 * 64 }, (_, i) => Math.sin(i * i)),
  shape: [5, 8, 8, 1],
} as const;
const outputsOf = (executor: Executor): number[] =>
  executor.predict([noise]).flatMap(({ data }) => [...data]);

/** The definition, written out: dense weights that train, and a mask over them at every forward pass. */
class Definition {
  readonly weights: ParameterStore;
  masked: ReadonlyMap<string, readonly number[]>;
  /** Places that are zero for good. */
  readonly held = new Map<string, readonly number[]>();
  readonly #shown: ParameterStore;
  readonly #executor: Executor;

  /** `weights`: as they were before anything was pruned. */
  constructor(run: OpenRun, weights: ParameterStore) {
    this.weights = weights;
    this.masked = maskOf(run);
    this.#shown = copyOf(weights);
    this.#executor = createExecutor(run.session.network, this.#shown, run.session.backend, { seed: 3 });
  }

  #show(): void {
    for (const [key, { data }] of this.#shown) {
      data.set(this.weights.get(key)?.data ?? []);
      for (const i of this.masked.get(key) ?? []) data[i] = 0;
    }
    this.#executor.upload();
  }

  outputs(): number[] {
    this.#show();
    return outputsOf(this.#executor);
  }

  step(batch: Batch): void {
    this.#show();
    const { gradients } = this.#executor.trainStep(batch, 0);
    for (const [key, { data }] of this.weights) {
      const gradient = gradients.get(key);
      if (gradient !== undefined)
        for (let i = 0; i < data.length; i++) data[i] = (data[i] ?? 0) - rate * (gradient[i] ?? 0);
      else
        this.#shown.get(key)?.data.forEach((moved, i) => {
          if (this.masked.get(key)?.includes(i) !== true) data[i] = moved;
        });
    }
    this.zero(this.held);
  }

  zero(places: ReadonlyMap<string, readonly number[]>): void {
    for (const [key, indices] of places) for (const i of indices) (this.weights.get(key)?.data ?? [])[i] = 0;
  }

  set(weights: ReadonlyMap<string, { readonly data: Float32Array }>, layer = ""): void {
    for (const [key, { data }] of this.weights)
      if (key.startsWith(layer)) data.set(weights.get(key)?.data ?? []);
  }
}

/** The latent places of `d1` and `c1` by the codes: of a filter its kernel, and scale, shift and mean behind it. */
function maskOf({ session }: OpenRun): ReadonlyMap<string, readonly number[]> {
  const masked = new Map<string, readonly number[]>();
  for (const [key, codes] of session.state.elements)
    masked.set(
      key,
      [...codes.keys()].filter((i) => codes[i] === latent),
    );
  const kernel = session.loaded.layers.find(({ path }) => path === "c1")?.weights[0];
  const filters = [...(kernel?.bindings.find(({ role }) => role === "out")?.ids ?? [])];
  const isLatent = (i: number) => session.state.channels[filters[i % 6] ?? -1] === latent;
  for (const key of ["c1/kernel", "b1/gamma", "b1/beta", "b1/moving_mean"])
    masked.set(key, [...(session.parameters.get(key)?.data.keys() ?? [])].filter(isLatent));
  return masked;
}

async function train(
  run: OpenRun,
  id: number,
  steps: number,
  each: (batch: Batch) => void = () => undefined,
) {
  const phase = await run.train(id, { steps, optimizer: sgd({ rate }) });
  for await (const epoch of phase.epochs())
    for await (const batch of phase.batches(epoch)) {
      await phase.step(batch);
      each(batch);
    }
  await phase.end();
}

const valuesOf = (store: ParameterStore) =>
  Object.fromEntries([...store].map(([key, { data }]) => [key, data]));

interface Case {
  readonly run: OpenRun;
  readonly defined: Definition;
  readonly structure: Structure;
  /** The weights as loaded, and at the mark `dense`, just before the prune. */
  readonly start: ParameterStore;
  readonly dense: ParameterStore;
}

const other = join(root, "other");
let saved: ParameterStore;
beforeAll(async () => {
  const run = await openRun(options({ network, seed: 8, out: other }));
  await run.prune(1, { structure: "weights", in: ["head"], by: sum(abs("w")), scope: "local", drop: 0.5 });
  saved = copyOf((await run.finish()).parameters);
});

/** Each with what it does by its definition. */
const statements: Readonly<Record<string, (it: Case) => Promise<unknown>>> = {
  "rewind rate": ({ run }) => run.rewind(9, { what: ["rate"], to: "start" }),
  "rewind optimizer": ({ run }) => run.rewind(9, { what: ["optimizer"], to: { mark: "dense" } }),
  "rewind weights to start": async ({ run, defined, start }) => {
    await run.rewind(9, { what: ["weights"], to: "start" });
    defined.set(start);
  },
  "rewind weights to a mark before the masks": async ({ run, defined, dense }) => {
    await run.rewind(9, { what: ["weights"], to: { mark: "dense" } });
    defined.set(dense);
  },
  "rewind weights to a mark under the masks": async ({ run, defined }) => {
    const now = copyOf(defined.weights);
    await run.mark(8, "masked");
    await train(run, 7, 2);
    await run.rewind(9, { what: ["weights"], to: { mark: "masked" } });
    defined.set(now);
  },
  "rewind masks": async ({ run, defined }) => {
    await run.rewind(9, { what: ["masks"], to: { mark: "dense" } });
    defined.masked = new Map();
  },
  "rewind of all": async ({ run, defined, dense }) => {
    await run.rewind(9, { what: ["weights", "masks", "optimizer", "rate"], to: { mark: "dense" } });
    defined.set(dense);
    defined.masked = new Map();
  },
  "reinitialize of another layer": async ({ run, defined }) => {
    await run.reinitialize(9, { in: ["c2"] });
    defined.set(run.session.parameters, "c2/");
  },
  "reinitialize of its own layer": async ({ run, defined, structure }) => {
    const { network: now, journal, options: given } = run.session;
    const body = { network: now, parameters: defined.weights, slots: new Map() };
    const state = newMaskState(now.channels.count);
    reinitialize({ ...body, state }, [own[structure]], undefined, given.seed, 1 + journal.results.length);
    await run.reinitialize(9, { in: [own[structure]] });
  },
  "load weights": async ({ run, defined }) => {
    await run.load(9, "weights", other, {});
    defined.set(saved);
  },
  "load weights of another layer": async ({ run, defined }) => {
    await run.load(9, "weights", other, { in: ["c2"] });
    defined.set(saved, "c2/");
  },
  "load masks of another layer": async ({ run, defined }) => {
    await run.load(9, "masks", other, { in: ["head"] });
    const zeros = [...(saved.get("head/kernel")?.data ?? [])].flatMap((w, i) => (w === 0 ? [i] : []));
    expect(zeros).toHaveLength(20);
    defined.held.set("head/kernel", zeros);
    defined.zero(defined.held);
  },
  mark: ({ run }) => run.mark(9, "now"),
  "shuffle masks of another layer": ({ run }) => run.shuffle(9, { in: ["c2"] }),
  "harden masks in another layer": ({ run }) => run.harden(9, { in: ["c2"] }),
  "harden masks in its own layer": async ({ run, defined, structure }) => {
    await run.harden(9, { in: [own[structure]] });
    for (const [key, places] of defined.masked) defined.held.set(key, places);
    // What reads a filter dies with it.
    const gone = new Set(defined.masked.get("b1/gamma"));
    const readers = [...(defined.weights.get("c2/kernel")?.data.keys() ?? [])];
    defined.held.set(
      "c2/kernel",
      readers.filter((i) => gone.has(Math.floor(i / 8) % 6)),
    );
    defined.zero(defined.held);
  },
};

describe.each(["weights", "filters"] as const)("%s that died latently", (structure) => {
  it.each(Object.keys(statements))("train on underneath past `%s`", async (name) => {
    const run = await openRun(options({ network }));
    const start = copyOf(run.session.parameters);
    await train(run, 1, 3);
    await run.mark(2, "dense");
    const dense = copyOf(run.session.parameters);
    await run.prune(3, specs[structure]);
    const defined = new Definition(run, copyOf(dense));
    expect([...defined.masked.values()].flat().length).toBeGreaterThan(20);
    await train(run, 4, 4, (batch) => defined.step(batch));
    expect(valuesOf(run.session.parameters)).toEqual(valuesOf(defined.weights));

    await statements[name]?.({ run, defined, structure, start, dense });
    expect(valuesOf(run.session.parameters)).toEqual(valuesOf(defined.weights));
    expect(outputsOf(run.session.executor)).toEqual(defined.outputs());
    await train(run, 10, 3, (batch) => defined.step(batch));
    expect(valuesOf(run.session.parameters)).toEqual(valuesOf(defined.weights));
    expect(outputsOf(run.session.executor)).toEqual(defined.outputs());
    run.session.executor.dispose();
  });

  it("are saved, counted and given back as zeros", async () => {
    const out = join(root, `saved ${structure}`);
    const run = await openRun(options({ network, out }));
    await run.prune(1, specs[structure]);
    await train(run, 2, 3);
    const before = outputsOf(run.session.executor);
    const masked = maskOf(run);
    const { parameters, report } = await run.finish();
    for (const [key, places] of masked) for (const i of places) expect(parameters.get(key)?.data[i]).toBe(0);
    const { density, channels } = report.layers.find(({ layer }) => layer === own[structure]) ?? {};
    const [all = NaN, living = NaN] = channels ?? [];
    expect([living / all, density]).toEqual(structure === "filters" ? [0.5, 1] : [1, 0.5]);
    const again = await openRun(options({ network: join(out, "model.json") }));
    expect(outputsOf(again.session.executor)).toEqual(before);
  });

  it("make the slimmed network that their masks showed", async () => {
    const run = await openRun(options({ network }));
    await train(run, 1, 3);
    await run.prune(2, specs[structure]);
    await train(run, 3, 3);
    await run.rewind(4, { what: ["rate"], to: "start" });
    const before = outputsOf(run.session.executor);
    await run.slim(5);
    outputsOf(run.session.executor).forEach((y, i) => expect(y).toBeCloseTo(before[i] ?? NaN, 5));
    expect(run.session.record.notes.join()).toMatch(/moved the output by at most 0\.00/);
  });

  it("are the same after a kill and a resume as without", async () => {
    class Crash extends Error {}
    const loop = async (out: string, resume: boolean, crashes: boolean): Promise<OpenRun> => {
      const onProgress = (event: ProgressEvent): void => {
        if (crashes && event.kind === "checkpoint" && event.step === 5) throw new Crash();
      };
      const run = await openRun(options({ network, out, resume, onProgress, checkpointEvery: "1steps" }));
      await train(run, 1, 2);
      await run.prune(2, specs[structure]);
      await run.mark(3, "masked");
      await train(run, 4, 5);
      await run.rewind(5, { what: ["weights"], to: { mark: "masked" } });
      await train(run, 6, 2);
      return run;
    };
    const whole = await loop(join(root, `whole ${structure}`), false, false);
    const out = join(root, `killed ${structure}`);
    await expect(loop(out, false, true)).rejects.toThrow(Crash);
    const resumed = await loop(out, true, false);
    expect(valuesOf(resumed.session.parameters)).toEqual(valuesOf(whole.session.parameters));
    expect(valuesOf(maskedView(resumed.session))).toEqual(valuesOf(maskedView(whole.session)));
  });
});

describe("shuffled masks", () => {
  it("keep every kind of death in number, and what trains underneath where it stays latent", async () => {
    const run = await openRun(options({ network }));
    const { structure, by, scope } = specs.weights;
    await run.prune(1, { structure, by, scope, in: ["d1"], drop: 0.2 });
    await run.prune(2, { ...specs.weights, drop: 0.3 });
    await run.prune(3, { structure: "units", by, scope, in: ["c1"], drop: 0.4 });
    await run.prune(4, { structure: "filters", by, scope, in: ["c2"], drop: 0.4, manner: "latently" });
    await train(run, 5, 3);
    const { state, parameters } = run.session;
    const codes = () => [...(state.elements.get("d1/kernel") ?? [])];
    const counts = (list: readonly number[]) =>
      [0, 1, 2].map((code) => list.filter((c) => c === code).length);
    const data = parameters.get("d1/kernel")?.data ?? new Float32Array(0);
    const [before, weights, channels] = [codes(), data.slice(), state.channels.slice()];
    await run.shuffle(6, {});
    expect(codes()).not.toEqual(before);
    expect(counts([...state.channels])).toEqual(counts([...channels]));
    channels.forEach((code, channel) => expect(state.channels[channel] === latent).toBe(code === latent));
    const start = state.start.get("d1/kernel") ?? [];
    const held = maskedView(run.session).get("d1/kernel")?.data ?? [];
    codes().forEach((code, i) => {
      if (code === latent && before[i] !== 1) expect(data[i]).toBe(weights[i]);
      if (code === latent) expect(held[i]).toBe(0);
      if (code === 1) expect(data[i]).toBe(0);
      if (code === 0) expect(data[i]).toBe(before[i] === 0 ? weights[i] : start[i]);
    });
  });
});

describe("harden masks in a selection", () => {
  const open = async (manner: "softly" | "latently") => {
    const run = await openRun(options({ network: residualNetwork() }));
    const all = { structure: "filters", by: sum(abs("w")), scope: "global", manner } as const;
    await run.prune(1, { ...all, drop: 0.4 });
    return run;
  };
  const statesOf = ({ session: { network: now, state } }: OpenRun) =>
    now.units
      .map(({ channels }) => [...new Set([...channels].map((channel) => state.channels[channel]))])
      .map((codes) => {
        expect(codes).toHaveLength(1);
        return codes[0];
      });

  it.each(["softly", "latently"] as const)(
    "takes a unit whole, where all that make it are meant: %s",
    async (manner) => {
      const run = await open(manner);
      const before = statesOf(run);
      const coupled = ["stem", "x2", "y2"];
      await run.harden(2, { in: ["x2"] });
      expect(statesOf(run)).toEqual(before);
      await run.harden(3, { in: ["x1"] });
      const inner = statesOf(run);
      expect(inner).not.toEqual(before);
      await run.harden(4, { in: coupled });
      const after = statesOf(run);
      run.session.network.units.forEach(({ producers }, i) => {
        const paths = producers.map((layer) => run.session.network.layers[layer]?.path ?? "");
        const hardened = paths.every((path) => [...coupled, "x1"].includes(path));
        expect(after[i]).toBe(before[i] !== 0 && hardened ? 1 : before[i]);
        expect(inner[i]).toBe(before[i] !== 0 && paths.every((path) => path === "x1") ? 1 : before[i]);
      });
    },
  );
});

describe("units that died softly", () => {
  it.each([
    ["rewind rate", (run: OpenRun) => run.rewind(9, { what: ["rate"], to: "start" })],
    ["rewind weights", (run: OpenRun) => run.rewind(9, { what: ["weights"], to: "start" })],
    ["reinitialize", (run: OpenRun) => run.reinitialize(9, {})],
    ["load weights", (run: OpenRun) => run.load(9, "weights", other, {})],
  ] as const)("stay so past `%s`, until the next update", async (_, act) => {
    for (const structure of ["weights", "filters"] as const) {
      const run = await openRun(options({ network }));
      await run.prune(1, { ...specs[structure], manner: "softly" });
      const { state, parameters } = run.session;
      const codes = () =>
        JSON.stringify([[...state.channels], [...state.elements.values()].map((v) => [...v])]);
      const before = codes();
      await act(run);
      expect(codes()).toBe(before);
      const kernel = parameters.get(`${own[structure]}/kernel`)?.data ?? new Float32Array(0);
      expect(kernel.filter((w) => w === 0)).toHaveLength(kernel.length / 2);
      await train(run, 10, 1);
      expect(codes()).not.toContain("3");
    }
  });
});
