import { deepEqual, notDeepEqual } from "node:assert/strict";
import { reinitialize } from "../../core/masks/reinitialize.js";
import { harden } from "../../core/masks/harden.js";
import { invertElements } from "../../core/masks/invert.js";
import { shuffleElements } from "../../core/masks/shuffle.js";
import { maskedData } from "../../core/masks/masked.js";
import { dead, frozen } from "../../core/masks/state.js";
import { spaceOf } from "../../core/units/spaces.js";
import { scoreUnits } from "../../runtime/scores/scores.js";
import { topology } from "../helpers/networks.js";
import { denseSetting } from "../core/masks/vectors.js";
import { momentOf, prune, restore, settingOf } from "../core/masks/setting.js";
import { exact, planOf, statementOf, statementsOf } from "./method.js";
import { near, type Vector } from "./vector.js";

/** A convolution of 2×2 kernels, two channels in, two filters, whose weights these are (row, column, channel, filter); then a dense layer. */
function convolution(kernel: readonly number[]) {
  const b = topology();
  const config = { filters: 2, kernel_size: [2, 2], use_bias: false };
  const flat = b.call("Flatten", {}, [b.call("Conv2D", config, [b.input([3, 3, 2])], "conv")]);
  const setting = settingOf(b.build([b.call("Dense", { units: 2, use_bias: false }, [flat])]));
  setting.parameters.get("conv/kernel")?.data.set(kernel);
  return { ...setting, layersOf: () => ["conv"] };
}

/** The sums of distances of four filters of two weights. */
async function distances(): Promise<void> {
  const b = topology();
  const config = { filters: 4, kernel_size: [1, 2], use_bias: false };
  const flat = b.call("Flatten", {}, [b.call("Conv2D", config, [b.input([2, 3, 1])], "conv")]);
  const setting = settingOf(b.build([b.call("Dense", { units: 2 }, [flat])]));
  // Filters (0, 0), (1, 0), (0, 1), (5, 5).
  setting.parameters.get("conv/kernel")?.data.set([0, 1, 0, 5, 0, 0, 1, 5]);
  const { by: criterion, ...said } = statementOf("fpgm", "prune");
  const space = spaceOf(setting, said.structure, {});
  const { units } = await scoreUnits(setting, { id: 1, criterion, space, moment: momentOf() });
  near(units, [9.071068, 8.817338, 8.817338, 19.877316]);
}

/** Sums of |w|: kernels 10, 8 of filter 0 and 8.4, 3.2 of filter 1; the row with 0.1 and 0.3 is the lightest. */
const kernel = [1, 0.1, 2, 2, 3, 0.3, 2, 0.5, 4, 4, 2, 0.4, 2, 4, 2, 0.3];
const zeroed = (at: readonly number[]) => kernel.map((value, i) => (at.includes(i) ? 0 : value));

const grain = (method: string, about: string, share: string, dead: readonly number[]): Vector => ({
  vector: "grains",
  method,
  about,
  async check() {
    const setting = convolution(kernel);
    await prune(setting, { ...statementOf(method, "prune"), to: Number(share) }, momentOf());
    near(setting.parameters.get("conv/kernel")?.data ?? [], zeroed(dead));
  },
});

/** Exact counts in LeNet-300-100: of its weights, or of its 400 hidden units. */
const share = (method: string, about: string, count: number): Vector => ({
  vector: "count",
  method,
  about: `of LeNet-300-100 ${about} go, a fifth of each layer`,
  check: () => deepEqual(exact(planOf(method)[0]?.dead ?? -1), count),
});

/** A dense kernel as a `reinitialize` of a method leaves it: `held` elements are dead. */
function remade(
  method: string,
  at: number,
  { start, held }: { readonly start: readonly number[]; readonly held: number },
): Float32Array {
  const { setting, w, key } = denseSetting(start);
  setting.state.start.set(key, Float32Array.from(start));
  setting.state.elements.set(
    key,
    Uint8Array.from(start, (_, i) => Number(i === held)),
  );
  const { by } = statementOf(method, "reinitialize", {}, at);
  reinitialize(setting, [...setting.layersOf({}, "weights")], by, 1, 1);
  return w;
}

/** A method takes the masks of another network, and weights with them where it says so. */
async function taken(method: string, folder: string): Promise<void> {
  const [masks, weights] = statementsOf(method, "load");
  deepEqual([masks?.what, masks?.path], ["masks", folder]);
  if (weights !== undefined)
    deepEqual([weights.what, weights.path, weights.except], ["weights", folder, masks?.except]);
}

export const structures: readonly Vector[] = [
  {
    vector: "G10",
    method: "fpgm",
    about:
      "of filters (0, 0), (1, 0), (0, 1), (5, 5) the second and third lie nearest to all, not the one of zeros",
    check: distances,
  },
  grain("granularity-weight", "of 16 weights the two smallest go", "0.125", [1, 5]),
  grain("granularity-vector", "of eight rows of kernels the lightest goes", "0.125", [1, 5]),
  grain("granularity-kernel", "of four kernels the one of sum 3.2 goes", "0.25", [3, 7, 11, 15]),
  grain("granularity-filter", "of two filters the one of sum 11.6 goes", "0.5", [1, 3, 5, 7, 9, 11, 13, 15]),
  {
    vector: "grains",
    method: "pfec",
    about: "of two filters with sums 18 and 11.6 the second goes",
    async check() {
      const setting = convolution(kernel);
      await prune(setting, statementOf("pfec", "prune", { share: "50%" }), momentOf());
      near(setting.parameters.get("conv/kernel")?.data ?? [], zeroed([1, 3, 5, 7, 9, 11, 13, 15]));
    },
  },
  {
    vector: "grains",
    method: "block",
    about: "of two blocks of four inputs the lighter goes, whatever its largest weight",
    async check() {
      const { setting, w } = denseSetting([1, 1, 1, 1, 2, 0.1, 0.1, 0.1]);
      await prune(setting, { ...statementOf("block", "prune"), to: 0.5 }, momentOf());
      near(w, [1, 1, 1, 1, 0, 0, 0, 0]);
    },
  },
  {
    vector: "zeros",
    method: "frozen-at-start",
    about: "the smallest are held at their first values, not at zero",
    async check() {
      const { setting, w, key } = denseSetting([0.5, -1, 0.2, 0.1]);
      setting.state.start.set(key, Float32Array.from([1, 2, 3, 4]));
      await prune(setting, statementOf("frozen-at-start", "prune", { sparsity: "50%" }), momentOf());
      near(maskedData(setting, key) ?? w, [0.5, -1, 3, 4]);
    },
  },
  {
    vector: "moves",
    method: "frozen-if-grown",
    about: "of the smallest, those that shrank are zero and those that grew are held at their first values",
    async check() {
      const { setting, w, key } = denseSetting([0.5, -1, 0.2, 0.1, -0.3, 0.4, 2, 0.6]);
      setting.state.start.set(key, Float32Array.from([1, 2, -0.1, 4, -0.2, 0.4, 3, 0.7]));
      const set = { sparsity: "75%" };
      const act = (at: number) =>
        prune(setting, statementOf("frozen-if-grown", "prune", set, at), momentOf());
      await act(0);
      await restore(setting, statementOf("frozen-if-grown", "restore", set), momentOf());
      harden(setting);
      await act(1);
      // 0.4 did not move; -1 and 2 are the largest, which stay.
      near(w, [0, -1, -0.1, 0, -0.2, 0, 2, 0]);
      near(setting.state.elements.get(key) ?? [], [dead, 0, frozen, dead, frozen, dead, 0, dead]);
    },
  },
  {
    vector: "places",
    method: "shuffled-masks",
    about: "a layer keeps as many weights as before, at other places",
    check() {
      const { setting, key } = denseSetting(Array.from({ length: 40 }, (_, i) => i + 1));
      const before = Uint8Array.from({ length: 40 }, (_, i) => Number(i < 15));
      setting.state.elements.set(key, before.slice());
      deepEqual(statementsOf("shuffled-masks", "shuffle").length, 1);
      shuffleElements(setting, [...setting.layersOf({}, "weights")], 1, 1);
      const after = setting.state.elements.get(key) ?? new Uint8Array();
      deepEqual(
        after.reduce((sum, code) => sum + code, 0),
        15,
      );
      notDeepEqual(after, before);
    },
  },
  {
    vector: "draws",
    method: "reinitialized-weights",
    about: "what was pruned stays zero, everything else is drawn anew",
    check() {
      const values = Array.from({ length: 40 }, (_, i) => i + 1);
      const { setting, w, key } = denseSetting(values);
      setting.state.elements.set(
        key,
        Uint8Array.from(values, (_, i) => Number(i < 15)),
      );
      deepEqual(statementsOf("reinitialized-weights", "reinitialize").length, 1);
      reinitialize(setting, [...setting.layersOf({}, "weights")], undefined, 1, 1);
      values.forEach((value, i) => {
        if (i < 15) deepEqual(w[i], 0);
        else notDeepEqual(w[i], value);
      });
    },
  },
  {
    vector: "architecture",
    method: "rethinking",
    about: "the network is that of `pfec`, drawn anew",
    check() {
      const [own] = statementsOf("rethinking", "prune");
      const [its] = statementsOf("pfec", "prune");
      deepEqual({ ...own, id: 0 }, { ...its, id: 0 });
      deepEqual(statementsOf("rethinking", "reinitialize").length, 1);
    },
  },
  {
    vector: "count",
    method: "random-weights",
    about: "exactly 90 % of LeNet-300-100's weights go, none of the last layer",
    check() {
      const [event] = planOf("random-weights");
      deepEqual(event?.dead, Math.round(0.9 * 265200));
      deepEqual(
        event?.layers.some(({ total }) => total === 1000),
        false,
      );
    },
  },
  {
    vector: "count",
    method: "dsr",
    about: "from event to event exactly 90 % of LeNet-300-100's weights are dead",
    check() {
      const events = planOf("dsr", { epochs: "10 epochs", interval: "100 steps" });
      const grown = events.filter(({ action }) => action === "regrow");
      for (const { dead } of grown) deepEqual(exact(dead), 0.9 * 266200);
      deepEqual(grown.length > 5, true);
    },
  },
  share("random-unstructured", "53,240 weights", 53240),
  share("ln-structured", "80 units", 80),
  share("ln-structured-inputs", "80 units that layers read", 80),
  share("random-structured", "80 units", 80),
  {
    vector: "grains",
    method: "ln-structured",
    about: "of two filters with squares 46 and 36.6 the second goes",
    async check() {
      const setting = convolution(kernel);
      await prune(setting, { ...statementOf("ln-structured", "prune"), drop: 0.5 }, momentOf());
      near(setting.parameters.get("conv/kernel")?.data ?? [], zeroed([1, 3, 5, 7, 9, 11, 13, 15]));
    },
  },
  {
    vector: "grains",
    method: "intra-kernel-strided",
    about: "of two input maps the lighter, beside the lattice, loses every other place",
    async check() {
      const setting = convolution(kernel);
      await prune(setting, { ...statementOf("intra-kernel-strided", "prune"), drop: 0.5 }, momentOf());
      near(setting.parameters.get("conv/kernel")?.data ?? [], zeroed([6, 7, 14, 15]));
    },
  },
  {
    vector: "grains",
    method: "tfmot-block",
    about: "of two blocks of four inputs the one of the smaller mean goes, whatever its largest weight",
    async check() {
      const { setting, w } = denseSetting([1, 1, 1, 1, 2, 0.1, 0.1, 0.1]);
      await prune(setting, { ...statementOf("tfmot-block", "prune", {}, 2), to: 0.5 }, momentOf());
      near(w, [1, 1, 1, 1, 0, 0, 0, 0]);
    },
  },
  {
    vector: "edge of chaos",
    method: "hayou-rescale",
    about: "the squares of 1, −2, 0.5 and a dead 3 add up to 2 afterwards",
    check: () =>
      near(
        remade("hayou-rescale", 0, { start: [1, -2, 0.5, 3], held: 3 }),
        [0.617213, -1.234427, 0.308607, 0],
      ),
  },
  {
    vector: "isometry",
    method: "signal-propagation",
    about: "one column of 3, 4 and a dead 5 comes to 0.6, 0.8 and 0",
    check: () => near(remade("signal-propagation", 1, { start: [3, 4, 5], held: 2 }), [0.6, 0.8, 0]),
  },
  {
    vector: "signs",
    method: "signed-constant",
    about: "1, −1, 3, −3 become √5, −√5, √5 and, where dead, 0",
    check: () =>
      near(
        remade("signed-constant", 0, { start: [1, -1, 3, -3], held: 3 }),
        [2.236068, -2.236068, 2.236068, 0],
      ),
  },
  {
    vector: "places",
    method: "shuffled-weights",
    about: "the living values of a layer stay, at other living places",
    check() {
      const start = Array.from({ length: 40 }, (_, i) => i + 1);
      const values = [...remade("shuffled-weights", 0, { start, held: 7 })];
      deepEqual(values[7], 0);
      notDeepEqual(
        values,
        start.map((value, i) => (i === 7 ? 0 : value)),
      );
      deepEqual(
        values.toSorted((a, b) => a - b),
        [0, ...start.filter((value) => value !== 8)],
      );
    },
  },
  {
    vector: "places",
    method: "inverted-masks",
    about: "of 3, 1, 2, 4, 5 a prune to a fifth and its inversion leave the 1, at its value at the start",
    async check() {
      const { setting, w, key } = denseSetting([3, 1, 2, 4, 5]);
      setting.state.start.set(key, Float32Array.from([9, 8, 7, 6, 5]));
      deepEqual(statementsOf("inverted-masks", "invert").length, 1);
      await prune(setting, statementOf("inverted-masks", "prune"), momentOf());
      invertElements(setting, [...setting.layersOf({}, "weights")], 1, 1);
      near(w, [0, 8, 0, 0, 0]);
    },
  },
  {
    vector: "half",
    method: "dcp",
    about: "a layer is emptied, and in two rounds, each of half of what is dead, three quarters come back",
    check() {
      const set = { share: "25%", rounds: "2" };
      const [emptied, back] = [statementOf("dcp", "prune", set), statementOf("dcp", "regrow", set)];
      deepEqual(
        [emptied.structure, emptied.to, back.structure, back.values],
        ["channels", 1, "channels", "last"],
      );
      near([(1 - Number(back.drop)) ** 2], [0.25]);
    },
  },
  {
    vector: "ticket",
    method: "ticket-transfer",
    about: "masks and weights come from one folder, those of the last layer from neither",
    check: () => taken("ticket-transfer", "ticket"),
  },
  {
    vector: "ticket",
    method: "custom-from-mask",
    about: "masks come from a folder, and weights do not",
    check: () => taken("custom-from-mask", "masks"),
  },
];
