import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hold } from "../../../core/masks/hold.js";
import { maskedView } from "../../../core/masks/masked.js";
import { killChannels, killUnits } from "../../../core/masks/kill.js";
import { reviveChannels } from "../../../core/masks/revive.js";
import { dead, frozen, latent, rememberStart } from "../../../core/masks/state.js";
import type { PruningContext } from "../../../core/events/context.js";
import type { WeightInfo } from "../../../core/network/types.js";
import { spaceOf } from "../../../core/units/spaces.js";
import { fillSlices, gather } from "../../../core/units/slices.js";
import { namedNetworks } from "../../helpers/networks.js";
import { criterionOf, momentOf, prune, pruneOf, settingOf } from "./setting.js";

const everything = {};
const plain = () => settingOf(namedNetworks.get("plain")?.(), 1, true);

/** Gives all single weights a code, or every third. */
function killWeights(setting: PruningContext, code: number, every = 3): void {
  const space = spaceOf(setting, "weights", everything);
  killUnits(
    setting,
    space,
    Uint8Array.from({ length: space.units }, (_, unit) => (unit % every === 0 ? 1 : 0)),
    code,
  );
}

/** The first removable unit of the network, as flags. */
function oneUnit({ network, state }: PruningContext): Uint8Array {
  const flags = new Uint8Array(state.channels.length);
  for (const channel of network.units[0]?.channels ?? []) flags[channel] = 1;
  return flags;
}

/** Whether an element of a weight is in a slice of a flagged channel, by its index on every axis. */
function isIn({ shape, bindings }: WeightInfo, i: number, flags: ArrayLike<number>, role?: string): boolean {
  return bindings.some((binding) => {
    const inner = shape.slice(binding.axis + 1).reduce((a, b) => a * b, 1);
    const id = binding.ids[Math.floor(i / inner) % (shape[binding.axis] ?? 1)] ?? -1;
    return flags[id] === 1 && (role === undefined || binding.role === role);
  });
}

/** Moves all weights, as an update may. */
function update({ parameters }: PruningContext): void {
  for (const { data } of parameters.values())
    for (let i = 0; i < data.length; i++) data[i] = (data[i] ?? 0) + 0.25;
}

const weightsOf = ({ network }: PruningContext) => network.layers.flatMap(({ weights }) => weights);

test("slices are those whose index on a bound axis is of a flagged channel: filled, and left out", () => {
  fc.assert(
    fc.property(fc.constantFrom(...namedNetworks.keys()), fc.infiniteStream(fc.nat(2)), (name, draws) => {
      const setting = settingOf(namedNetworks.get(name)?.());
      const flags = new Uint8Array(setting.network.channels.count);
      for (const { channels } of setting.network.units) {
        const flag = draws.next().value === 0 ? 1 : 0;
        for (const channel of channels) flags[channel] = flag;
      }
      const flagged = (channel: number) => flags[channel] === 1;
      for (const weight of weightsOf(setting)) {
        const data = setting.parameters.get(weight.key)?.data ?? new Float32Array(0);
        const left = data.filter((_, i) => !isIn(weight, i, flags));
        expect(gather(weight, data, flagged)).toEqual(left);
        const filled = data.map((w, i) => (isIn(weight, i, flags) ? 7 : w));
        fillSlices(weight, data, flagged, 7);
        expect(data).toEqual(filled);
      }
    }),
    { numRuns: 40 },
  );
});

describe("the last values of what died", () => {
  test.each([frozen, latent])("are those of its own death, not of its channel's later: code %i", (code) => {
    const setting = plain();
    rememberStart(setting.state, setting.parameters.values());
    update(setting);
    const before = new Map([...setting.parameters].map(([key, { data }]) => [key, data.slice()]));
    killWeights(setting, code, 1);
    update(setting);
    hold(setting);
    killChannels(setting, oneUnit(setting), dead);
    let compared = 0;
    for (const { key, isKernel } of weightsOf(setting)) {
      const last = setting.state.last.get(key);
      if (!isKernel || last === undefined || !setting.state.elements.has(key)) continue;
      expect(last).toEqual(before.get(key));
      compared++;
    }
    expect(compared).toBeGreaterThan(2);
  });

  test("of a latent channel that hardens are those when it was masked", () => {
    const setting = plain();
    const flags = oneUnit(setting);
    const before = new Map([...setting.parameters].map(([key, { data }]) => [key, data.slice()]));
    killChannels(setting, flags, latent);
    update(setting);
    hold(setting);
    killChannels(setting, flags, dead);
    for (const weight of weightsOf(setting))
      before.get(weight.key)?.forEach((w, i) => {
        if (isIn(weight, i, flags) && !isIn(weight, i, flags, "in") && !weight.name.endsWith("variance"))
          expect(setting.state.last.get(weight.key)?.[i]).toBe(w);
      });
  });
});

describe("death goes before frost", () => {
  test("frozen weights of a dead unit are zero, and dead weights of a frozen one", () => {
    for (const [ofWeights, ofUnit] of [
      [frozen, dead],
      [dead, frozen],
    ] as const) {
      const setting = plain();
      rememberStart(setting.state, setting.parameters.values());
      const flags = oneUnit(setting);
      killWeights(setting, ofWeights);
      killChannels(setting, flags, ofUnit);
      for (let updates = 0; updates < 2; updates++) {
        for (const weight of weightsOf(setting)) {
          const codes = setting.state.elements.get(weight.key);
          setting.parameters.get(weight.key)?.data.forEach((w, i) => {
            const gone = ofUnit === dead ? isIn(weight, i, flags) : codes?.[i] === dead;
            if (gone && !weight.name.endsWith("variance")) expect(w).toBe(0);
          });
        }
        update(setting);
        hold(setting);
      }
    }
  });
});

test("what reads a unit that comes back fresh starts at zero, whether it was dead or frozen", () => {
  for (const code of [dead, frozen]) {
    const setting = plain();
    const flags = oneUnit(setting);
    rememberStart(setting.state, setting.parameters.values());
    killChannels(setting, flags, code);
    reviveChannels(setting, flags, "fresh", { seed: 1, round: 1 });
    let read = 0;
    for (const weight of weightsOf(setting))
      setting.parameters.get(weight.key)?.data.forEach((w, i) => {
        if (!isIn(weight, i, flags, "in")) return;
        expect(w).toBe(0);
        read++;
      });
    expect(read).toBeGreaterThan(0);
  }
});

test("units that die latently are ranked by what trains underneath, scales and shifts too; others by their masks", async () => {
  const setting = plain();
  const all = { structure: "filters", by: criterionOf(["abs", "gamma"]) } as const;
  const latently = pruneOf({ ...all, manner: "latently", to: 0.5 });
  await prune(setting, latently, momentOf(1));
  const before = setting.state.channels.slice();
  expect(before).toContain(latent);
  // Underneath, what died becomes the larger.
  for (const weight of weightsOf(setting))
    if (weight.name === "gamma")
      weight.bindings[0]?.ids.forEach((id, i) => {
        const data = setting.parameters.get(weight.key)?.data;
        if (data && before[setting.network.channels.find(id)] === latent) data[i] = 100 + i;
      });
  for (const { data } of maskedView(setting).values()) expect(data.some((w) => w > 50)).toBe(false);
  await prune(setting, latently, momentOf(2));
  for (const { root } of setting.network.units)
    if (before[root] === latent) expect(setting.state.channels[root]).toBe(0);
});
