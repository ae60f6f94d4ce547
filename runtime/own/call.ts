import { diagnostic } from "../../core/diagnostics/create.js";
import { DiagnosticError } from "../../core/diagnostics/diagnostic.js";
import { isObject } from "../../core/network/json.js";
import { tf } from "../backend/tf.js";
import { toolkit } from "../toolkit.js";
import type { OwnFunction } from "../types.js";
import { thrown } from "../user-code.js";

/** What is asked of functions in JavaScript, each mistake laid at the door of the function that made it. */

/** @throws DiagnosticError P7019, at the `use` of the function where a program names it */
export function blame(own: OwnFunction, what: string, notes: readonly string[] = [], help?: string): never {
  const { what: name, id } = own;
  const one = diagnostic("P7019", `${name} ${what}`, null, { notes, help });
  throw new DiagnosticError([id === null ? one : { ...one, statement: id }]);
}

/** What a function gives for targets and outputs of one shape. @throws DiagnosticError P7019 */
function called(own: OwnFunction, yTrue: tf.Tensor, yPred: tf.Tensor): unknown {
  // Functions of TensorFlow.js itself have other things to be given third.
  const withTools = own.ofNetwork !== true && own.compute.length >= 3;
  return atOnce(own, withTools ? [yTrue, yPred, toolkit] : [yTrue, yPred]);
}

/** What a function gives, and not what it promises. @throws DiagnosticError P7019 */
export function atOnce(own: OwnFunction, given: readonly unknown[]): unknown {
  // Whoever wrote it may have been told nothing of its types.
  const compute = own.compute as (...given: readonly unknown[]) => unknown;
  let value: unknown;
  try {
    value = compute(...given);
  } catch (cause) {
    const { reason, frames } = thrown(cause);
    return blame(own, `failed: ${reason}`, frames);
  }
  if (isObject(value) && typeof value["then"] === "function") {
    // What it comes to is no longer asked for, so that nobody would hear of it.
    Promise.resolve(value).catch(() => undefined);
    return blame(own, "gives a promise", [], "compute with tensors at once, without `async` and `await`");
  }
  return value;
}

/** Numbers, where they belong: neither a tensor nor anything else. @throws DiagnosticError P7019 */
export function numbersOf(own: OwnFunction, value: unknown, notes: readonly string[]): ArrayLike<unknown> {
  if (value instanceof tf.Tensor)
    return blame(own, "gives a tensor", [], "give its numbers: `return tensor.dataSync()`");
  return isNumbers(value) ? value : blame(own, `gives ${described(value)}, where numbers belong`, notes);
}

const isNumbers = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));

function tensorOf(own: OwnFunction, value: unknown, shape: readonly number[]): tf.Tensor {
  if (!(value instanceof tf.Tensor)) return noTensor(own, value, "(yTrue, yPred, { tf }) => …");
  if (value.dtype !== "float32" && value.dtype !== "int32" && value.dtype !== "bool")
    return blame(own, `gives a tensor of ${value.dtype}`);
  // A compiled model is trained as TensorFlow.js itself does it, which takes the mean of whatever there is.
  const most = own.ofNetwork ? shape.length : Math.max(1, shape.length - 1);
  const fits =
    value.shape.length <= most && value.shape.every((extent: number, axis: number) => extent === shape[axis]);
  if (fits) return value;
  const wanted = [shape.slice(0, 1), shape.slice(0, most)].map(written);
  return blame(
    own,
    `gives a tensor of shape ${written(value.shape)}`,
    [
      `for an output of shape ${written(shape)} it is a scalar or of shape ${[...new Set(wanted)].join(" or ")}`,
    ],
    "reduce it over the last axis: `tf.mean(x, -1)`",
  );
}

/** A value where a tensor belongs. @throws DiagnosticError P7019 */
export function noTensor(own: OwnFunction, value: unknown, signature: string): never {
  if (!(isObject(value) && "dataId" in value && "shape" in value))
    return blame(own, `gives no tensor but ${described(value)}`);
  return blame(
    own,
    "gives a tensor of another copy of TensorFlow.js",
    [],
    `compute with the \`tf\` that it is given: \`${signature}\``,
  );
}

export const written = (shape: readonly number[]): string => `[${shape.join(", ")}]`;

const described = (value: unknown): string =>
  value === null || value === undefined || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : Array.isArray(value)
      ? "a list"
      : `a value of type ${typeof value}`;

/** What a loss gives: a scalar, or one number for each row or position. @throws DiagnosticError P7019 */
export const lossOf = (own: OwnFunction, yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor =>
  tensorOf(own, called(own, yTrue, yPred), yPred.shape);

/** The mean that a metric has over a batch, as a scalar. @throws DiagnosticError P7019 */
export function metricOf(own: OwnFunction, yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
  const value = called(own, yTrue, yPred);
  return typeof value === "number"
    ? tf.scalar(value)
    : tf.mean(tf.cast(tensorOf(own, value, yPred.shape), "float32"));
}

/** A loss or metric that is no number where the outputs of the network are numbers. @throws DiagnosticError P7019 */
export function checkFinite(own: OwnFunction, value: number, outputs: Float32Array): void {
  if (Number.isFinite(value) || !allFinite(outputs)) return;
  const found = Number.isNaN(value) ? "what is not a number" : "infinity";
  blame(own, `gives ${found}`, [range(outputs)], "keep logarithms, roots and divisions away from 0");
}

/**
 * Differentiates a loss by the outputs of the network alone.
 * @throws DiagnosticError P7019 where TensorFlow.js cannot, where nothing of the outputs is left in it, where a slope is no number
 */
export function checkSlope(
  own: OwnFunction,
  yTrue: tf.Tensor,
  outputs: { readonly values: Float32Array; readonly shape: readonly number[] },
  read: (tensor: tf.Tensor) => Float32Array,
): void {
  const y = tf.tensor(outputs.values.slice(), [...outputs.shape], "float32");
  let slope: tf.Tensor | null | undefined;
  try {
    const mean = (): tf.Scalar => tf.mean(lossOf(own, yTrue, y));
    [slope] = tf.engine().gradients(mean, [y], undefined, true).grads;
  } catch (cause) {
    if (cause instanceof DiagnosticError) throw cause;
    return noGradient(own, cause);
  }
  if (!slope)
    return blame(
      own,
      "does not depend on the outputs of the network, as far as it can be differentiated",
      [],
      "compute with operations of `tf` all the way: rounding, comparisons and `dataSync` cut the way of gradients",
    );
  if (allFinite(outputs.values) && !allFinite(read(slope)))
    blame(
      own,
      "has a slope that is no number",
      [range(outputs.values)],
      "keep roots and divisions away from 0",
    );
}

/** What was thrown while TensorFlow.js differentiated. @throws DiagnosticError P7019 */
export function noGradient(own: OwnFunction, cause: unknown): never {
  const { reason, frames } = thrown(cause);
  const kernel = /gradient function not found for (\w+)/.exec(reason)?.[1];
  const why = kernel === undefined ? reason : `TensorFlow.js has no gradient for the kernel ${kernel}`;
  return blame(own, `cannot be differentiated: ${why}`, frames);
}

export const allFinite = (values: Float32Array): boolean => values.every((value) => Number.isFinite(value));

function range(outputs: Float32Array): string {
  let [least, most] = [Infinity, -Infinity];
  for (const value of outputs) [least, most] = [Math.min(least, value), Math.max(most, value)];
  return `the outputs of the network lie between ${Number(least.toPrecision(4))} and ${Number(most.toPrecision(4))}`;
}
