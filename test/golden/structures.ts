import { deepEqual, notDeepEqual } from "node:assert/strict";
import { reinitialize } from "../../core/masks/reinitialize.js";
import { shuffleElements } from "../../core/masks/shuffle.js";
import { maskedData } from "../../core/masks/masked.js";
import { spaceOf } from "../../core/units/spaces.js";
import { scoreUnits } from "../../runtime/scores/scores.js";
import { topology } from "../helpers/networks.js";
import { denseSetting } from "../core/masks/vectors.js";
import { momentOf, prune, settingOf } from "../core/masks/setting.js";
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
];
