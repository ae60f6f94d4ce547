import { readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import { compile } from "../../compiler/compile.js";
import { harden } from "../../core/masks/harden.js";
import { topology } from "../helpers/networks.js";
import { networkOf, settingOf } from "../core/masks/setting.js";
import { exact } from "../golden/method.js";
import { bitsOf, pruned, zerosIn } from "./masks.js";

/** What the TensorFlow Model Optimization toolkit did; see tfmot_sparsity.py. */
interface Schedule {
  readonly class: string;
  readonly config: Readonly<Record<string, number>>;
  /** By step from 1: whether masks are made anew before the step, and the sparsity. */
  readonly steps: readonly (readonly [now: 0 | 1, sparsity: number])[];
}
/** One layer in a training that moves nothing: weights in our own order. */
interface Trained {
  readonly shape: readonly number[];
  readonly weights: readonly number[];
  /** After every step. */
  readonly masks: readonly string[];
  /** The weights behind strip_pruning. */
  readonly stripped: readonly number[];
}
interface Blocks extends Trained {
  readonly block: readonly [number, number];
  readonly pooling: "AVG" | "MAX";
  readonly sparsity: number;
}
const recorded: {
  readonly schedules: readonly Schedule[];
  readonly trained: Readonly<Record<"PolynomialDecay" | "ConstantSparsity" | "equal sizes", Trained>>;
  readonly nm: readonly Trained[];
  readonly blocks: readonly Blocks[];
} = JSON.parse(readFileSync(new URL("tfmot-sparsity.json", import.meta.url), "utf8"));

/** Steps and shares of a rule's events in a training of so many steps, on a layer of a million weights. */
function eventsOf(rule: string, steps: number): readonly (readonly [step: number, share: number])[] {
  const b = topology();
  const network = networkOf(
    b.build([b.call("Dense", { units: 1000, use_bias: false }, [b.input([1000])], "l")]),
  );
  const source = `train ${steps} steps {\n  prune weights in l by magnitude local ${rule} softly\n}\nharden masks\n`;
  const { plan, diagnostics } = compile(source, { network, data: { examples: 1000 }, batch: 1, emit: false });
  if (plan === null) throw new Error(diagnostics.map(({ message }) => message).join("; "));
  return plan.events.flatMap((event) =>
    event.action === "prune" ? [[event.step ?? NaN, exact(event.dead) / 1e6] as const] : [],
  );
}

/** The recorded schedules, in order, as a rule says them. */
const rules = [
  "from 0% to 90% cubic every 5 steps during steps 0..20",
  "from 20% to 80% cubic every 4 steps during steps 4..20",
  "from 0% to 75% cubic every 5 steps during steps 0..17",
  "from 50% to 90% linear every 3 steps during steps 0..12",
  "to 50% every 5 steps",
  "to 50% every 4 steps during steps 6..14",
] as const;

describe("schedules of the toolkit, step by step", () => {
  const told = ({ steps }: Schedule) =>
    steps.flatMap(([now, share], i) => (now === 1 ? [[i + 1, share] as const] : []));

  // Its step t is the update that masks are made before, ours the one they are made behind.
  it.each([0, 1, 3, 4].map((which) => [rules[which] ?? "", recorded.schedules[which]] as const))(
    "%s",
    (rule, schedule) => {
      if (schedule === undefined) throw new Error("not recorded");
      const events = eventsOf(rule, schedule.steps.length);
      const theirs = told(schedule);
      expect(events.map(([step]) => step)).toEqual(theirs.map(([step]) => step));
      events.forEach(([, share], i) => expect(share).toBeCloseTo(theirs[i]?.[1] ?? NaN, 5));
    },
  );

  it("a target lands where the window ends, which the toolkit misses beside its grid", () => {
    const [, , schedule] = recorded.schedules;
    if (schedule === undefined) throw new Error("not recorded");
    const theirs = told(schedule);
    const ours = eventsOf(rules[2], schedule.steps.length);
    expect(theirs.map(([step]) => step)).toEqual([5, 10, 15]);
    expect(theirs.at(-1)?.[1]).toBeLessThan(0.75);
    expect(ours).toEqual([
      [5, expect.closeTo(theirs[0]?.[1] ?? NaN, 5)],
      [10, expect.closeTo(theirs[1]?.[1] ?? NaN, 5)],
      [17, 0.75],
    ]);
  });

  it("a grid counts from the start of the phase, where the toolkit's counts from the start of its window", () => {
    const [, , , , , schedule] = recorded.schedules;
    if (schedule === undefined) throw new Error("not recorded");
    expect(told(schedule).map(([step]) => step)).toEqual([6, 10, 14]);
    expect(eventsOf(rules[5], schedule.steps.length).map(([step]) => step)).toEqual([8, 12]);
    const at = eventsOf("to 50% at steps 6, 10, 14", schedule.steps.length);
    expect(at).toEqual(told(schedule).map(([step]) => [step, 0.5]));
  });
});

/** A network of one recorded layer, `l`. */
function settingWith({ shape, weights }: Trained) {
  const b = topology();
  const units = shape.at(-1) ?? 1;
  const made =
    shape.length === 2
      ? b.call("Dense", { units, use_bias: false }, [b.input([shape[0] ?? 1])], "l")
      : b.call(
          "Conv2D",
          { filters: units, kernel_size: shape.slice(0, 2), use_bias: false },
          [b.input([...shape.slice(0, 3)])],
          "l",
        );
  const setting = settingOf(b.build([made]));
  const data = setting.parameters.get("l/kernel")?.data ?? new Float32Array();
  data.set(weights);
  return { setting, data };
}

describe("masks of the toolkit", () => {
  it.each([
    ["PolynomialDecay", [0.4625, 0.7, 0.7875, 0.8], 3],
    ["ConstantSparsity", [0.6, 0.6, 0.6], 4],
  ] as const)("%s: the same weights at every event", async (name, shares, interval) => {
    const layer = recorded.trained[name];
    const { setting, data } = settingWith(layer);
    for (const [i, share] of shares.entries()) {
      await pruned(setting, `prune weights in l by magnitude local to ${100 * share}% softly\nharden masks`);
      expect(bitsOf(data)).toBe(layer.masks[interval * (i + 1) - 1]);
    }
    harden(setting);
    layer.stripped.forEach((value, i) => expect(data[i]).toBeCloseTo(value, 6));
  });

  it.each(recorded.nm.map((layer, i) => [i, layer] as const))("n:m, layer %i", async (i, layer) => {
    const { setting, data } = settingWith(layer);
    // The toolkit says how many of a run go, the language how many stay.
    await pruned(setting, `prune ${i === 3 ? "1:4" : "2:4"} of weights in l by magnitude`);
    expect(bitsOf(data)).toBe(layer.masks[0]);
  });

  const sentence = ({ block, pooling, sparsity }: Blocks) =>
    `prune blocks(${block.join("x")}) in l by ${pooling === "AVG" ? "mean" : "max"}(abs(w)) local to ${100 * sparsity}%`;

  it.each(recorded.blocks.slice(0, -1).map((layer) => [sentence(layer), layer] as const))(
    "%s",
    async (said, layer) => {
      const { setting, data } = settingWith(layer);
      await pruned(setting, said);
      expect(bitsOf(data)).toBe(layer.masks[0]);
    },
  );

  it("blocks are scored where they are cut, where the toolkit's lie a row off once two rows are missing", async () => {
    const layer = recorded.blocks.at(-1);
    if (layer === undefined) throw new Error("not recorded");
    const { setting, data } = settingWith(layer);
    await pruned(setting, sentence(layer));
    const [theirs = ""] = layer.masks;
    expect(bitsOf(data)).not.toBe(theirs);
    // Three by three blocks: the largest weight of each, of those that a mask takes and of those that it leaves.
    const largest = (mask: string, bit: string) =>
      [...Array(9).keys()].flatMap((block) => {
        const own = layer.weights.flatMap((value, i) =>
          3 * Math.floor(i / 20) + Math.floor((i % 5) / 2) === block ? [{ size: Math.abs(value), i }] : [],
        );
        return own.every(({ i }) => mask[i] === bit) ? [Math.max(...own.map(({ size }) => size))] : [];
      });
    const ours = bitsOf(data);
    expect(largest(ours, "0").length + largest(ours, "1").length).toBe(9);
    expect(Math.max(...largest(ours, "0"))).toBeLessThan(Math.min(...largest(ours, "1")));
    expect(Math.max(...largest(theirs, "0"))).toBeGreaterThan(Math.min(...largest(theirs, "1")));
  });
});

test("of equal sizes as many go as were asked for, where the toolkit keeps all that equal its threshold", async () => {
  const layer = recorded.trained["equal sizes"];
  const { setting, data } = settingWith(layer);
  await pruned(setting, "prune weights in l by magnitude local to 50%");
  expect([zerosIn(layer.masks[0] ?? ""), zerosIn(bitsOf(data))]).toEqual([1, 4]);
});
