import fc from "fast-check";
import { expect, test } from "vitest";
import { networkKey, thinned, timedCalls } from "../../../core/latency/calls.js";
import { latencyModel, layersWithoutTimes, predictLatency, timeAt } from "../../../core/latency/model.js";
import { isWhole, wholeTime } from "../../../core/latency/table.js";
import { deadFlags, LiveCounts } from "../../../core/network/costs.js";
import { measure } from "../../../core/masks/measure.js";
import { newMaskState } from "../../../core/masks/state.js";
import { slim } from "../../../core/surgery/slim.js";
import { byProducts, tableOf } from "../../helpers/latency.js";
import { chain } from "../../helpers/latency-networks.js";

const network = chain([8, 12, 16]);
const table = tableOf(
  network,
  byProducts(() => 0.01),
  0.5,
);
const times = latencyModel(network, table);

test("what a table says of the network as loaded is what was measured of it", () => {
  const all = predictLatency(times, network, new LiveCounts(), () => true);
  expect(all).toBeCloseTo(wholeTime(table), 12);
  expect(times.besides).toBeCloseTo(0.5, 12);
  expect(layersWithoutTimes(network, table)).toEqual([]);
});

test("times that grow with products are foreseen to the digit, dead or slimmed", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 12 }), (first, second) => {
      const dead = deadFlags(network, () => false);
      for (const { channels, producers } of network.units) {
        const made = network.layers[producers[0] ?? -1]?.path;
        const place = network.channels.position[channels[0] ?? -1] ?? 0;
        if ((made === "c0" && place >= first) || (made === "c1" && place >= second))
          for (const channel of channels) dead[channel] = 1;
      }
      // 3 channels in, 16 filters behind, 10 classes.
      const wanted = 0.5 + 0.01 * (3 * first + first * second + second * 16 + 16 * 10);
      const found = predictLatency(times, network, new LiveCounts(dead), () => true);
      expect(found).toBeCloseTo(wanted, 9);
      const smaller = slim(network, (channel) => dead[channel] === 1).slimming?.network ?? network;
      const whole = newMaskState(smaller.channels.count);
      expect(measure(smaller, whole, { times }).latency).toBeCloseTo(wanted, 9);
      expect(measure(smaller, whole).latency).toBeNaN();
    }),
  );
});

test("layers that do the same work share a row, whatever they are called; what may not change has one count", () => {
  const [first, second] = [chain([8, 8, 8]), chain([8, 8, 8], "other")];
  const keys = (of: typeof first) => timedCalls(of).map(({ key }) => key);
  expect(keys(first)).toEqual(keys(second));
  expect(networkKey(first)).toBe(networkKey(second));
  expect(networkKey(first)).not.toBe(networkKey(network));
  const [c0, c1, c2] = timedCalls(network).filter(({ layer }) => layer.className === "Conv2D");
  expect([c0?.in, c0?.out]).toEqual([[3], [1, 2, 4, 6, 8]]);
  expect([c1?.in, c1?.out]).toEqual([
    [1, 2, 4, 6, 8],
    [1, 3, 6, 9, 12],
  ]);
  expect(c2?.key).not.toBe(c1?.key);
  expect(timedCalls(network).map(({ layer }) => layer.className)).not.toContain("Flatten");
});

test("a time never falls where channels come: what falls is noise, and half of it is taken off each side", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { minLength: 1, maxLength: 9 }),
      (noise) => {
        let n = 0;
        const noisy = tableOf(
          network,
          (_, read, made) => 0.01 * read * made + (noise[n++ % noise.length] ?? 0),
        );
        for (const row of latencyModel(network, noisy).rows.values())
          for (const read of row.in)
            for (const made of row.out) {
              const here = timeAt(row, read, made);
              expect(timeAt(row, read + 0.5, made)).toBeGreaterThanOrEqual(here - 1e-9);
              expect(timeAt(row, read, made + 0.5)).toBeGreaterThanOrEqual(here - 1e-9);
            }
      },
    ),
  );
});

test("how the whole fell where it was thinner says how much of it follows the layers", () => {
  const sum = (kept: number): number => {
    const live = new LiveCounts(thinned(network, kept));
    return predictLatency(times, network, live, () => true) - times.besides;
  };
  const wholes = [1, 0.5, 0.25].map((kept) => ({ kept, ms: 2 + 3 * sum(kept) }));
  const fitted = latencyModel(network, { ...table, wholes });
  expect(fitted.scale).toBeCloseTo(3, 9);
  expect(fitted.besides).toBeCloseTo(2, 9);
  // However it fell, nothing takes less than no time.
  const steep = wholes.map(({ kept, ms }) => ({ kept, ms: kept === 1 ? ms : 0.001 }));
  expect(latencyModel(network, { ...table, wholes: steep }).besides).toBeGreaterThanOrEqual(0);
  const rising = wholes.map(({ kept, ms }) => ({ kept, ms: kept === 1 ? ms : (wholes[0]?.ms ?? 0) + 1 }));
  expect(latencyModel(network, { ...table, wholes: rising }).scale).toBe(0);
});

test("a row of too few times, or of counts that do not ascend, is none", () => {
  const row = table.rows.find(({ ms }) => ms.length > 4);
  if (row === undefined) throw new Error("a row");
  expect(isWhole(row)).toBe(true);
  expect(isWhole({ ...row, ms: row.ms.slice(1) })).toBe(false);
  expect(isWhole({ ...row, out: [...row.out].reverse() })).toBe(false);
  const cut = { ...table, rows: table.rows.map((one) => ({ ...one, ms: one.ms.slice(0, 2) })) };
  expect(layersWithoutTimes(network, cut)).not.toEqual([]);
});
