import { arg, param, sigmoid, type Block, type GateKind, type Lie, type Setting } from "../types.js";

/** Steps over which the mean of the attention is taken. */
const horizon = 100;

/** Units between the two layers of the module of a group. */
const hiddenOf = (units: number, args: Setting["args"]): number =>
  Math.max(1, Math.round(units / arg({ args }, "reduction")));

const sizes = ({ groups }: Lie): number[] => groups.map(({ start, end }) => end - start);

/** Where the module of a group stands in the two matrices. */
function moduleOf(setting: Setting, group: number) {
  const all = sizes(setting);
  const before = all.slice(0, group).reduce((sum, n) => sum + n * hiddenOf(n, setting.args), 0);
  const units = all[group] ?? 0;
  return { units, hidden: hiddenOf(units, setting.args), before, start: setting.groups[group]?.start ?? 0 };
}

/**
 * Attention of channels by what they are (PCAS; Yamamoto, Maeno 2018, Channel pruning using attention statistics): a module for all
 * units that the same layers make, as squeeze and excitation has it (Hu et al. 2018). From the mean of each channel over its places,
 * x, it works out z = σ(W₂·max(0, W₁·x) + b) for each example, with units / `reduction` numbers between. The test value, which is the
 * score, is the mean of z over the examples of the last hundred steps (of all, while they are fewer).
 */
export const attention: GateKind = {
  guards: "units",
  draws: "activations",
  ofWeights: false,
  args: {
    reduction: { usual: 16, least: 1, most: 4096, fixed: true },
    start: { usual: 0, least: -10, most: 10 },
  },
  takesShare: false,
  freezes: false,
  params: {
    squeeze: ({ uniform, fanIn }) => (2 * uniform - 1) * Math.sqrt(6 / fanIn),
    excite: ({ uniform, fanIn }) => (2 * uniform - 1) * Math.sqrt(3 / fanIn),
    bias: ({ args: { start = 0 } }) => start,
  },
  blocks: {
    squeeze: (lie, args) =>
      sizes(lie).map((units): Block => ({ size: units * hiddenOf(units, args), fanIn: units })),
    excite: (lie, args) =>
      sizes(lie).map((units): Block => {
        const hidden = hiddenOf(units, args);
        return { size: units * hidden, fanIn: hidden };
      }),
  },
  kept: { mean: 1, steps: 0 },
  draw: (params) => ({
    z: param(params, "mean").slice(),
    back() {
      // A mean over steps that are past has no slope.
    },
  }),
  attend(params, setting, group, means, rows) {
    const { units, hidden, before, start } = moduleOf(setting, group);
    const [squeeze, excite] = [param(params, "squeeze"), param(params, "excite")];
    const bias = param(params, "bias");
    const inner = new Float64Array(rows * hidden);
    const z = new Float32Array(rows * units);
    for (let row = 0; row < rows; row++) {
      for (let h = 0; h < hidden; h++) {
        let sum = 0;
        for (let u = 0; u < units; u++)
          sum += (squeeze[before + h * units + u] ?? 0) * (means[row * units + u] ?? 0);
        inner[row * hidden + h] = Math.max(0, sum);
      }
      for (let u = 0; u < units; u++) {
        let sum = bias[start + u] ?? 0;
        for (let h = 0; h < hidden; h++)
          sum += (excite[before + h * units + u] ?? 0) * (inner[row * hidden + h] ?? 0);
        z[row * units + u] = sigmoid(sum);
      }
    }
    return {
      z,
      back(dz, into) {
        const [ofSqueeze, ofExcite] = [param(into, "squeeze"), param(into, "excite")];
        const ofBias = param(into, "bias");
        const ofMeans = new Float32Array(rows * units);
        const ofInner = new Float64Array(hidden);
        for (let row = 0; row < rows; row++) {
          ofInner.fill(0);
          for (let u = 0; u < units; u++) {
            const open = z[row * units + u] ?? 0;
            const slope = (dz[row * units + u] ?? 0) * open * (1 - open);
            ofBias[start + u] = (ofBias[start + u] ?? 0) + slope;
            for (let h = 0; h < hidden; h++) {
              const at = before + h * units + u;
              ofExcite[at] = (ofExcite[at] ?? 0) + slope * (inner[row * hidden + h] ?? 0);
              ofInner[h] = (ofInner[h] ?? 0) + slope * (excite[at] ?? 0);
            }
          }
          for (let h = 0; h < hidden; h++) {
            if (!((inner[row * hidden + h] ?? 0) > 0)) continue;
            const slope = ofInner[h] ?? 0;
            for (let u = 0; u < units; u++) {
              const [at, x] = [before + h * units + u, row * units + u];
              ofSqueeze[at] = (ofSqueeze[at] ?? 0) + slope * (means[x] ?? 0);
              ofMeans[x] = (ofMeans[x] ?? 0) + slope * (squeeze[at] ?? 0);
            }
          }
        }
        return ofMeans;
      },
    };
  },
  note(params, mean) {
    const [kept, steps] = [param(params, "mean"), param(params, "steps")];
    for (let u = 0; u < kept.length; u++) {
      const now = mean[u] ?? NaN;
      if (Number.isNaN(now)) continue;
      steps[u] = Math.min(horizon, (steps[u] ?? 0) + 1);
      kept[u] = (kept[u] ?? 0) + (now - (kept[u] ?? 0)) / (steps[u] ?? 1);
    }
  },
  through: "weights",
  term: null,
  test: (params) => param(params, "mean").slice(),
  scores: { gate: { of: (params) => param(params, "mean").slice(), back: null } },
};
