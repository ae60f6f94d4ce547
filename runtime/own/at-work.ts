import { raise } from "../../core/diagnostics/create.js";
import { DiagnosticError } from "../../core/diagnostics/diagnostic.js";
import type { OwnArguments } from "../../core/expr/own.js";
import type { OwnAtWork, OwnUnits } from "../../core/expr/own-units.js";
import { exportOf, javascript, type JavaScriptKind } from "../../core/ir/imports.js";
import { counted } from "../../core/ir/words.js";
import { tf } from "../backend/tf.js";
import { toolkit } from "../toolkit.js";
import { allFinite, atOnce, blame, noGradient, noTensor, numbersOf, written } from "./call.js";
import { refitted } from "./compensation.js";
import { ownGate } from "./gate.js";
import type { OwnOfProgram } from "./functions.js";

/** JavaScript at work: each mistake is laid at the door of the function that made it, as P7019. */
export function ownAtWork(functions: readonly OwnOfProgram[]): OwnAtWork {
  const find = (kind: Exclude<JavaScriptKind, "loss" | "metric" | "step">, name: string): OwnOfProgram =>
    functions.find((one) => one.kind === kind && one.name === name) ??
    raise("P7018", `the ${kind} \`${name}\` is not given`, {
      help: `give it in the options: \`${javascript[kind].option}: { ${JSON.stringify(name)}: … }\``,
    });
  return {
    score: (name, of, given) => score(find("criterion", name), of, given),
    penalty: (name, of, given) => penalty(find("penalty", name), of, given),
    gate(name, priced) {
      const own = find("gate", name);
      const kind = ownGate(own);
      return priced && kind.term === null
        ? blame(own, "has no `term` for a strength to multiply", [], "leave `strength` out")
        : kind;
    },
    compensation(name) {
      const own = find("compensation", name);
      return { on: own.on ?? "now", refit: (of, given) => refitted(own, of, given) };
    },
  };
}

/** The units as the function is told of them, and what the program gives it. */
const about = ({ layer, units, size }: OwnUnits, { takes }: OwnOfProgram, given: OwnArguments) => ({
  layer,
  units,
  size,
  args: { ...takes, ...given },
});

function score(own: OwnOfProgram, of: OwnUnits, given: OwnArguments): ArrayLike<number> {
  const { layer, units, size, living } = of;
  const values = Object.fromEntries([...of.values].map(([name, one]) => [exportOf(name), one.slice()]));
  let found: unknown;
  tf.tidy(() => {
    found = atOnce(own, [values, { ...about(of, own, given), living: living.slice(), tf: toolkit.tf }]);
  });
  const wanted = `${counted(units, "units")} of ${counted(size, "weights")}`;
  const numbers = numbersOf(own, found, [
    `layer \`${layer}\` has ${wanted}: one number for each unit, or one for each weight`,
  ]);
  if (numbers.length !== units && numbers.length !== units * size)
    return blame(own, `gives ${counted(numbers.length, "numbers")} for ${wanted}`, [
      `layer \`${layer}\` wants one for each unit, ${units}, or one for each weight, ${units * size}`,
    ]);
  const width = numbers.length / units;
  const sums = new Float64Array(units);
  for (let unit = 0; unit < units; unit++) {
    for (let i = 0; i < width; i++) sums[unit] = (sums[unit] ?? 0) + Number(numbers[unit * width + i]);
    if (living[unit] === 1 && Number.isNaN(sums[unit]))
      blame(
        own,
        "gives what is not a number",
        [`for unit ${unit} of layer \`${layer}\`, which lives`],
        "keep logarithms, roots and divisions away from 0",
      );
  }
  return sums;
}

function penalty(own: OwnOfProgram, of: OwnUnits, given: OwnArguments): ReturnType<OwnAtWork["penalty"]> {
  const { layer, units, size } = of;
  return tf.tidy(() => {
    const tensors = new Map(
      [...of.values].map(([name, values]) => [name, tf.tensor2d(Float32Array.from(values), [units, size])]),
    );
    const pulled = [...tensors].flatMap(([name, tensor]) => (name === "w" || name === "dw" ? [tensor] : []));
    const compute = (): tf.Scalar => {
      const value = atOnce(own, [Object.fromEntries(tensors), { ...about(of, own, given), tf: toolkit.tf }]);
      if (!(value instanceof tf.Tensor)) return noTensor(own, value, "({ w }, { tf }) => …");
      if (value.size !== 1)
        blame(own, `gives a tensor of shape ${written(value.shape)}`, [], "add it up: `tf.sum(x)`");
      return tf.reshape(tf.cast(value, "float32"), []);
    };
    let found: { readonly value: tf.Scalar; readonly grads: readonly (tf.Tensor | null | undefined)[] };
    try {
      found = tf.engine().gradients(compute, pulled, undefined, true);
    } catch (cause) {
      if (cause instanceof DiagnosticError) throw cause;
      return noGradient(own, cause);
    }
    const [value] = found.value.dataSync();
    const slopes = found.grads.flatMap((one) => (one ? [one.dataSync() as Float32Array] : []));
    if (slopes.length === 0)
      blame(
        own,
        "does not depend on the weights, as far as it can be differentiated",
        [],
        "compute with operations of `tf` all the way: rounding, comparisons and `dataSync` cut the way of gradients",
      );
    const weights = of.values.get("w") ?? of.values.get("dw");
    const finite = weights === undefined || allFinite(Float32Array.from(weights));
    if (finite && (!Number.isFinite(value) || !slopes.every(allFinite)))
      blame(
        own,
        Number.isFinite(value) ? "has a slope that is no number" : "gives what is not a number",
        [`for ${counted(units, "units")} of layer \`${layer}\``],
        "keep logarithms, roots and divisions away from 0",
      );
    const slope = new Float32Array(units * size);
    for (const one of slopes)
      for (let i = 0; i < slope.length; i++) slope[i] = (slope[i] ?? 0) + (one[i] ?? 0);
    return { value: value ?? NaN, slope };
  });
}
