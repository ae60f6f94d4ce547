import fc from "fast-check";
import { expect, test } from "vitest";
import type {
  AmountIr,
  Estimate,
  PruneIr,
  RegrowIr,
  ScopeIr,
  StepIr,
  StructureIr,
} from "../../../core/ir/types.js";
import { harden } from "../../../core/masks/harden.js";
import { hold } from "../../../core/masks/hold.js";
import { measure } from "../../../core/masks/measure.js";
import {
  cutMaskState,
  dead,
  newMaskState,
  rememberStart,
  type MaskState,
} from "../../../core/masks/state.js";
import { absorb } from "../../../core/surgery/absorb.js";
import { slim, slimStore } from "../../../core/surgery/slim.js";
import type { ScoringContext } from "../../../runtime/scores/gather.js";
import { prune, regrow, restore } from "../../core/masks/setting.js";
import { criterionOf, momentOf, networkOf, pruneOf, settingOf } from "../../core/masks/setting.js";
import { cifarResNet, namedNetworks } from "../../helpers/networks.js";
import { foreseen } from "./setting.js";

/** Whatever a program does: a number that the plan calls exact is what the engine does, whatever the weights and scores are. */

const random = criterionOf("random");
const channelwise = ["filters", "units", "neurons", "channels"] as const;
const structures: fc.Arbitrary<StructureIr> = fc.oneof(
  fc.constantFrom<StructureIr>(...channelwise),
  fc.constantFrom<StructureIr>(
    "weights",
    "weights",
    "kernels",
    "rows",
    "columns",
    { blocks: [2, 3] },
    { strided: 2 },
    "layers",
  ),
);
const share = fc.constantFrom(0.1, 0.3, 0.5, 0.9, 1);
const amounts: fc.Arbitrary<AmountIr> = fc.oneof(
  share.map((value) => ({ drop: value }) as const),
  share.map((value) => ({ to: value }) as const),
  fc.integer({ min: 0, max: 9 }).map((value) => ({ count: value }) as const),
  fc.integer({ min: 1, max: 9 }).map((value) => ({ keep: value }) as const),
  fc.constant({ below: 0.4 } as const),
  share.map((value) => ({ budget: [{ measure: "nonzero params", relative: true, value }] }) as const),
);
const back: fc.Arbitrary<RegrowIr> = fc
  .record({
    includingDropped: fc.boolean(),
    values: fc.constantFrom("zero" as const, "fresh" as const),
    amount: fc.option(
      share.map((value) => ({ drop: value }) as const),
      { nil: undefined },
    ),
  })
  .map(({ amount, ...given }) => ({
    kind: "regrow",
    id: 99,
    text: "regrow",
    by: random,
    ...amount,
    ...given,
  }));
const prunes: fc.Arbitrary<PruneIr> = fc
  .record({
    structure: structures,
    scope: fc.constantFrom<ScopeIr>("local", "local", "global", "row", "sign", "er"),
    amount: amounts,
    manner: fc.constantFrom("held", "held", "held", "softly", "latently", "frozen"),
    joins: fc.constantFrom("couple", "couple", "skip", "agree"),
    keeping: fc.constantFrom(1, 2, { share: 0.25 }),
    aligned: fc.constantFrom(1, 1, 1, 4),
    regrow: fc.option(back, { nil: undefined, freq: 3 }),
  })
  .filter(({ structure: name, scope, amount, manner, joins, regrow: paired }) => {
    const single = name === "weights";
    const channels = channelwise.some((one) => one === name);
    if (!single && ["row", "sign", "er"].includes(scope)) return false;
    if (scope === "er" && amount.to === undefined) return false;
    if (joins !== "couple" && !channels) return false;
    if (joins === "agree" && (amount.budget !== undefined || amount.below !== undefined)) return false;
    if (name === "layers")
      return (
        (amount.drop !== undefined || amount.count !== undefined) && manner === "held" && paired === undefined
      );
    return manner === "held" || (paired === undefined && amount.budget === undefined);
  })
  .map(({ scope, regrow: paired, amount, ...given }) =>
    pruneOf({
      ...given,
      ...amount,
      by: random,
      scope,
      collapse: given.structure === "layers",
      ...(paired && { regrow: paired }),
    }),
  );
const regrows: fc.Arbitrary<RegrowIr> = fc.tuple(structures, back, share).map(([structure, one, value]) => ({
  ...one,
  structure: structure === "layers" ? "units" : structure,
  drop: value,
}));
const plainSteps = fc.constantFrom<StepIr>(
  { kind: "slim", id: 1, text: "slim" },
  { kind: "harden", id: 1, text: "harden masks" },
  { kind: "mark", id: 1, text: "mark m", name: "m" },
  { kind: "rewind", id: 1, text: "rewind masks", what: ["masks"], to: { mark: "m" } },
  {
    kind: "restore",
    id: 1,
    text: "restore",
    structure: "units",
    by: random,
    above: 0.5,
  },
  {
    kind: "train",
    id: 1,
    text: "train 1 step",
    finetune: false,
    steps: 1,
    rules: [],
    snapshots: [],
  },
);
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: prunes },
    { weight: 1, arbitrary: regrows },
    { weight: 3, arbitrary: plainSteps },
  ),
  { minLength: 1, maxLength: 6 },
);

const copyOf = (state: MaskState): MaskState => {
  const copy = newMaskState(state.channels.length);
  copy.channels.set(state.channels);
  for (const [key, codes] of state.elements) copy.elements.set(key, codes.slice());
  for (const [key, values] of state.start) copy.start.set(key, values);
  return copy;
};

/** A run of the engine: what is dead after each step that counts something, and what is left of the network. */
class Run {
  setting: ScoringContext;
  marked: MaskState | null = null;
  readonly cuts: ((key: string, values: Float32Array) => Float32Array | null)[] = [];

  constructor(
    model: unknown,
    readonly seed: number,
  ) {
    this.setting = settingOf(model, seed);
    // What is frozen stands at these.
    rememberStart(this.setting.state, this.setting.parameters.values());
  }

  async step(
    step: StepIr,
    round: number,
  ): Promise<{ readonly dead: number; readonly layers: readonly { layer: string; live: number }[] } | null> {
    const { setting } = this;
    const { network, state } = setting;
    switch (step.kind) {
      case "prune":
        return prune(setting, step, momentOf(round));
      case "regrow":
        return regrow(setting, step, momentOf(round));
      case "restore":
        return restore(setting, step, momentOf(round));
      case "harden":
        harden(setting);
        return null;
      case "train":
        hold(setting);
        return null;
      case "mark":
        this.marked = copyOf(state);
        return null;
      case "rewind": {
        const earlier = copyOf(this.marked ?? newMaskState(state.channels.length));
        for (const [key, values] of state.start) earlier.start.set(key, values);
        const present = new Set(network.units.flatMap(({ channels }) => channels));
        state.channels.forEach((code, channel) => {
          if (code === dead && !present.has(channel)) earlier.channels[channel] = dead;
        });
        this.setting = { ...setting, state: earlier };
        hold(this.setting);
        return null;
      }
      case "slim": {
        harden(setting);
        const taken = absorb(network, setting.parameters, (channel) => state.channels[channel] === dead);
        state.channels.forEach((_, channel) => {
          if (taken.isDead(channel)) state.channels[channel] = dead;
        });
        for (const [key, codes] of state.elements) {
          const data = setting.parameters.get(key)?.data;
          codes.forEach((code, i) => {
            if (code === dead && data?.[i] !== 0) codes[i] = 0;
          });
        }
        const gone = new Set(
          taken.network.units
            .filter(({ root }) => state.channels[root] === dead)
            .flatMap(({ channels }) => channels),
        );
        const { slimming } = slim(taken.network, (channel) => gone.has(channel), { allowingCollapse: true });
        // The run would end here.
        if (slimming === null) throw new Ended();
        cutMaskState(state, slimming.cut);
        if (this.marked) cutMaskState(this.marked, slimming.cut);
        state.channels.forEach((_, channel) => {
          if (slimming.isDead(channel)) state.channels[channel] = dead;
        });
        this.setting = {
          ...setting,
          network: slimming.network,
          parameters: slimStore(slimming, setting.parameters),
        };
        return null;
      }
      default:
        return null;
    }
  }
}

class Ended extends Error {}

const exactly = (estimate: Estimate | null | undefined): number | null =>
  typeof estimate === "number" ? estimate : null;

const models = fc.constantFrom(...namedNetworks.values(), cifarResNet);

test("what the plan calls exact is what happens", async () => {
  let exact = 0;
  let all = 0;
  await fc.assert(
    fc.asyncProperty(models, steps, fc.integer({ min: 1, max: 1000 }), async (make, list, seed) => {
      const model = make();
      const network = networkOf(model);
      const { events } = foreseen(network, list).plan;
      const run = new Run(model, seed);
      let next = 0;
      for (const [i, one] of list.entries()) {
        try {
          const record = await run.step({ ...one, id: i + 1 }, i + 1);
          if (one.kind === "train" || one.kind === "harden") continue;
          next +=
            one.kind === "prune" &&
            one.regrow !== undefined &&
            events[next + 1]?.action === "regrow" &&
            events[next + 1]?.id === 99
              ? 2
              : 1;
          const event = events[next - 1];
          if (event === undefined) throw new Error("every step is an event");
          const what = `${i}: ${one.kind}`;
          if (record !== null) {
            all++;
            const told = exactly(event.dead);
            if (told !== null) {
              exact++;
              expect([what, told]).toEqual([what, record.dead]);
            }
            for (const { layer, live } of record.layers) {
              const planned = exactly(event.layers.find((each) => each.layer === layer)?.live);
              const readers = one.kind !== "rewind" && "structure" in one && one.structure === "channels";
              if (planned !== null && !readers) expect([what, layer, planned]).toEqual([what, layer, live]);
            }
          }
          const { setting } = run;
          const now = measure(setting.network, setting.state);
          for (const [name, told] of [
            ["params", event.params],
            ["macs", event.macs],
            ["nonzero params", event.nonzeroParams],
            ["nonzero macs", event.nonzeroMacs],
          ] as const) {
            const size = exactly(told);
            if (size !== null) expect([what, name, size]).toEqual([what, name, now[name]]);
          }
        } catch (ended) {
          if (!(ended instanceof Ended)) throw ended;
          return;
        }
      }
    }),
    { numRuns: Number(process.env["RUNS"] ?? 150) },
  );
  expect(exact).toBeGreaterThan(all / 5);
});
