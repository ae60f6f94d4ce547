import {
  arg,
  param,
  scoreOf,
  sigmoid as logistic,
  type GateKind,
  type Params,
  type Setting,
} from "../types.js";

/** σ(β·s) of every unit. */
const soft = (params: Params, setting: Setting): Float32Array =>
  param(params, "s").map((s) => logistic(arg(setting, "temperature") * s));

/** z at s = s₀ and β = 1 is 1. */
const norm = (setting: Setting): number => 1 / logistic(arg(setting, "start"));

/**
 * Continuous sparsification (Savarese, Silva, Maire 2020, Winning the lottery with continuous sparsification): z = σ(β·s) / σ(s₀),
 * without draws, while β grows. The term is Σ z. Once its training is over a gate is 1/σ(s₀) where s > 0, else 0. Before another
 * training s becomes min(β·s, s₀): what closed stays closed, the others begin anew.
 */
export const sigmoid: GateKind = {
  guards: "either",
  draws: "batch",
  ofWeights: false,
  args: {
    start: { usual: 0, least: -10, most: 10 },
    temperature: {
      usual: { from: 1, to: 200, curve: "exponential" },
      least: 0,
      most: 1e6,
      open: true,
      moves: true,
    },
  },
  takesShare: false,
  freezes: false,
  params: { s: ({ args: { start = 0 } }) => start },
  draw(params, setting) {
    const share = soft(params, setting);
    const scale = norm(setting);
    const steep = scale * arg(setting, "temperature");
    return {
      z: share.map((x) => x * scale),
      back(dz, into) {
        const slope = param(into, "s");
        for (let i = 0; i < dz.length; i++) {
          const x = share[i] ?? 0;
          slope[i] = (slope[i] ?? 0) + (dz[i] ?? 0) * steep * x * (1 - x);
        }
      },
    };
  },
  through: "weights",
  term: {
    per: "unit",
    bound: false,
    usual: 0,
    add(params, setting, weight, into) {
      const share = soft(params, setting);
      const slope = param(into, "s");
      const scale = norm(setting);
      const steep = scale * arg(setting, "temperature");
      let total = 0;
      for (let i = 0; i < share.length; i++) {
        const [x, w] = [share[i] ?? 0, weight[i] ?? 0];
        total += w * x * scale;
        slope[i] = (slope[i] ?? 0) + w * steep * x * (1 - x);
      }
      return total;
    },
  },
  test(params, setting) {
    const scale = norm(setting);
    if (setting.settled) return param(params, "s").map((s) => (s > 0 ? scale : 0));
    return soft(params, setting).map((x) => x * scale);
  },
  scores: {
    gate: scoreOf(
      "s",
      (s, setting) => (setting.settled ? Number(s > 0) : logistic(arg(setting, "temperature") * s)),
      (s, setting) => {
        const beta = arg(setting, "temperature");
        const x = logistic(beta * s);
        return setting.settled ? 0 : beta * x * (1 - x);
      },
    ),
  },
  again(params, args) {
    const s = param(params, "s");
    const [beta, start] = [arg({ args }, "temperature"), arg({ args }, "start")];
    for (let i = 0; i < s.length; i++) s[i] = Math.min(beta * (s[i] ?? 0), start);
  },
};
