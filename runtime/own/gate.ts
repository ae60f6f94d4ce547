import { DiagnosticError } from "../../core/diagnostics/diagnostic.js";
import type { GateKind, Params, Setting } from "../../core/gates/types.js";
import { unseen } from "../../core/gates/unseen.js";
import { counted } from "../../core/ir/words.js";
import { tf } from "../backend/tf.js";
import { toolkit } from "../toolkit.js";
import type { OwnFunction } from "../types.js";
import { allFinite, atOnce, blame, noGradient, noTensor, written } from "./call.js";
import type { OwnOfProgram } from "./functions.js";

const kinds = new WeakMap<OwnOfProgram, GateKind>();

/** A kind of gate in JavaScript: its functions give tensors, and TensorFlow.js differentiates them. */
export function ownGate(own: OwnOfProgram): GateKind {
  const known = kinds.get(own);
  if (known !== undefined) return known;
  const { params = {}, test, term, score } = own.gate ?? {};
  const part = (compute: OwnFunction["compute"] | undefined, name: string): Part | null =>
    compute === undefined ? null : { ...own, what: `\`${name}\` of ${own.what}`, compute };
  const ofTest = part(test, "test") ?? own;
  const ofScore = part(score, "score") ?? ofTest;
  const ofTerm = part(term, "term");
  const made: GateKind = {
    ...unseen,
    params: Object.fromEntries(Object.entries(params).map(([name, start]) => [name, () => start])),
    draw(all, setting, uniform) {
      const draws = Float32Array.from({ length: setting.units }, (_, unit) => uniform(unit, 0));
      return {
        z: valueOf(own, all, setting, draws),
        back: (dz, into) => slopes(own, all, setting, { draws, weights: dz, into, needed: true }),
      };
    },
    term:
      ofTerm === null
        ? null
        : {
            per: "unit",
            bound: false,
            usual: 0,
            add(all, setting, weight, into) {
              const values = valueOf(ofTerm, all, setting);
              slopes(ofTerm, all, setting, { weights: weight, into, needed: true });
              return values.reduce((sum, value, unit) => sum + value * (weight[unit] ?? 0), 0);
            },
          },
    test: (all, setting) => valueOf(ofTest, all, setting),
    scores: {
      gate: {
        of: (all, setting) => valueOf(ofScore, all, setting),
        back: (along, all, setting, into) =>
          slopes(ofScore, all, setting, { weights: along, into, needed: false }),
      },
    },
  };
  kinds.set(own, made);
  return made;
}

/** A function of a gate, and what the gate takes with the usual values. */
type Part = OwnFunction & Pick<OwnOfProgram, "takes">;

/** What is drawn for every unit outside of a step of training. */
const middle = ({ units }: Setting): Float32Array => new Float32Array(units).fill(0.5);

/** What a function gives for these parameters, as a tensor of a number for every unit. */
function called(
  own: Part,
  params: Readonly<Record<string, tf.Tensor>>,
  { units, args }: Setting,
  draws: Float32Array,
): tf.Tensor {
  const uniform = tf.tensor1d(draws);
  const given = { units, uniform, args: { ...own.takes, ...args }, tf: toolkit.tf };
  const value = atOnce(own, [params, given]);
  if (!(value instanceof tf.Tensor)) return noTensor(own, value, "({ s }, { tf }) => …");
  if (value.size !== units || value.rank !== 1)
    blame(own, `gives a tensor of shape ${written(value.shape)} for ${counted(units, "units")}`, [
      `a number for every unit has shape ${written([units])}`,
    ]);
  return tf.cast(value, "float32");
}

const tensors = (params: Params): Record<string, tf.Tensor> =>
  Object.fromEntries(Object.entries(params).map(([name, data]) => [name, tf.tensor1d(data.slice())]));

/** @throws DiagnosticError P7019 for anything but a number for every unit */
function valueOf(own: Part, params: Params, setting: Setting, draws = middle(setting)): Float32Array {
  return tf.tidy(() => {
    const values = Float32Array.from(called(own, tensors(params), setting, draws).dataSync());
    if (!allFinite(values) && Object.values(params).every(allFinite))
      blame(own, "gives what is not a number", [], "keep logarithms, roots and divisions away from 0");
    return values;
  });
}

/** Adds the slopes of Σ weight · value to those of the parameters. @throws DiagnosticError P7019 where there are none */
function slopes(
  own: Part,
  params: Params,
  setting: Setting,
  {
    weights,
    into,
    needed,
    draws = middle(setting),
  }: {
    readonly weights: Float64Array;
    readonly into: Params;
    readonly needed: boolean;
    readonly draws?: Float32Array;
  },
): void {
  tf.tidy(() => {
    const all = tensors(params);
    const names = Object.keys(all);
    const sources = Object.values(all);
    const weight = tf.tensor1d(Float32Array.from(weights.subarray(0, draws.length)));
    let grads: readonly (tf.Tensor | null | undefined)[];
    try {
      const sum = (): tf.Scalar => tf.sum(tf.mul(called(own, all, setting, draws), weight));
      ({ grads } = tf.engine().gradients(sum, sources, undefined, true));
    } catch (cause) {
      if (cause instanceof DiagnosticError) throw cause;
      return noGradient(own, cause);
    }
    if (needed && !grads.some((one) => one))
      blame(
        own,
        "does not depend on its parameters, as far as it can be differentiated",
        [],
        "compute with operations of `tf` all the way: rounding, comparisons and `dataSync` cut the way of gradients",
      );
    names.forEach((name, nth) => {
      const [slope, told] = [grads[nth]?.dataSync(), into[name]];
      if (slope === undefined || told === undefined) return;
      if (![...slope].every(Number.isFinite))
        blame(own, "has a slope that is no number", [], "keep roots and divisions away from 0");
      for (let i = 0; i < told.length; i++) told[i] = (told[i] ?? 0) + (slope[i] ?? 0);
    });
  });
}
