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
  const part = (compute: OwnFunction["compute"] | undefined, name: string): OwnFunction | null =>
    compute === undefined ? null : { ...own, what: `\`${name}\` of ${own.what}`, compute };
  const ofTest = part(test, "test") ?? own;
  const ofScore = part(score, "score") ?? ofTest;
  const ofTerm = part(term, "term");
  const middle = (units: number): Float32Array => new Float32Array(units).fill(0.5);
  const made: GateKind = {
    ...unseen,
    params: Object.fromEntries(Object.entries(params).map(([name, start]) => [name, () => start])),
    draw(all, { units }, uniform) {
      const draws = Float32Array.from({ length: units }, (_, unit) => uniform(unit, 0));
      return {
        z: valueOf(own, all, draws),
        back: (dz, into) => slopes(own, all, draws, { weights: dz, into, needed: true }),
      };
    },
    term:
      ofTerm === null
        ? null
        : {
            per: "unit",
            bound: false,
            usual: 0,
            add(all, { units }, weight, into) {
              const values = valueOf(ofTerm, all, middle(units));
              slopes(ofTerm, all, middle(units), { weights: weight, into, needed: true });
              return values.reduce((sum, value, unit) => sum + value * (weight[unit] ?? 0), 0);
            },
          },
    test: (all, { units }) => valueOf(ofTest, all, middle(units)),
    scores: {
      gate: {
        of: (all, { units }: Setting) => valueOf(ofScore, all, middle(units)),
        back: (along, all, { units }, into) =>
          slopes(ofScore, all, middle(units), { weights: along, into, needed: false }),
      },
    },
  };
  kinds.set(own, made);
  return made;
}

/** What a function gives for these parameters, as a tensor of a number for every unit. */
function called(
  own: OwnFunction,
  params: Readonly<Record<string, tf.Tensor>>,
  draws: Float32Array,
): tf.Tensor {
  const units = draws.length;
  const uniform = tf.tensor1d(draws);
  const value = atOnce(own, [params, { units, uniform, tf: toolkit.tf }]);
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
function valueOf(own: OwnFunction, params: Params, draws: Float32Array): Float32Array {
  return tf.tidy(() => {
    const values = Float32Array.from(called(own, tensors(params), draws).dataSync());
    if (!allFinite(values) && Object.values(params).every(allFinite))
      blame(own, "gives what is not a number", [], "keep logarithms, roots and divisions away from 0");
    return values;
  });
}

/** Adds the slopes of Σ weight · value to those of the parameters. @throws DiagnosticError P7019 where there are none */
function slopes(
  own: OwnFunction,
  params: Params,
  draws: Float32Array,
  {
    weights,
    into,
    needed,
  }: { readonly weights: Float64Array; readonly into: Params; readonly needed: boolean },
): void {
  tf.tidy(() => {
    const all = tensors(params);
    const names = Object.keys(all);
    const sources = Object.values(all);
    const weight = tf.tensor1d(Float32Array.from(weights.subarray(0, draws.length)));
    let grads: readonly (tf.Tensor | null | undefined)[];
    try {
      const sum = (): tf.Scalar => tf.sum(tf.mul(called(own, all, draws), weight));
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
