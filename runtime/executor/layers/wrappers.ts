import { field, heldLayer, type HeldLayer } from "../../../core/network/json.js";
import type { LayerInfo } from "../../../core/network/types.js";
import { tf } from "../../backend/tf.js";
import { flag } from "../../../core/network/config.js";
import { only, passMask, type Builder } from "../pass.js";
import { makeSweep } from "./recurrent.js";

/** The layer that a wrapper wraps. */
function innerOf({ path, config }: LayerInfo): HeldLayer {
  const inner = heldLayer(config["layer"]);
  if (!inner) throw new Error(`${path} wraps no layer`);
  return inner;
}

/** TimeDistributed: time is folded into the batch, and the inner layer called once. */
export function timeDistributed(builderOf: (layer: LayerInfo) => Builder): Builder {
  return (build) => {
    const layer: LayerInfo = { ...build.layer, ...innerOf(build.layer) };
    const config = { path: layer.path, values: layer.config };
    const inputShapes = build.inputShapes.map((shape) => [null, ...shape.slice(2)]);
    const runner = builderOf(layer)({ ...build, layer, config, inputShapes });
    return {
      run: (context) => {
        const x = only(context);
        const [n = 1, steps = 1, ...rest] = x.shape;
        const [y] = runner.run({ ...context, inputs: [tf.reshape(x, [n * steps, ...rest])], masks: [null] });
        if (!y) throw new Error(`${build.layer.path} gives nothing`);
        return [tf.reshape(y, [n, steps, ...y.shape.slice(1)])];
      },
      mask: passMask,
    };
  };
}

function merged(mode: unknown, forward: tf.Tensor, backward: tf.Tensor): readonly tf.Tensor[] {
  switch (mode) {
    case null:
      return [forward, backward];
    case "sum":
      return [tf.add(forward, backward)];
    case "mul":
      return [tf.mul(forward, backward)];
    case "ave":
      return [tf.mul(0.5, tf.add(forward, backward))];
    default:
      return [tf.concat([forward, backward], -1)];
  }
}

/** Bidirectional (Schuster and Paliwal 1997): the same kind of layer forward and backward in time. */
export const bidirectional: Builder = (build) => {
  const inner = innerOf(build.layer);
  const config = { path: build.layer.path, values: inner.config };
  const reversed = flag(config, "go_backwards", false);
  const sequences = flag(config, "return_sequences", false);
  const withStates = flag(config, "return_state", false);
  const mode = field(build.layer.config, "merge_mode");
  const forward = makeSweep(build, { ...inner, scope: "forward_", backwards: reversed });
  const backward = makeSweep(build, { ...inner, scope: "backward_", backwards: !reversed });
  return {
    run: (context) => {
      const [x, ...initial] = context.inputs;
      if (!x) throw new Error("a recurrent layer was called without inputs");
      const half = initial.length / 2;
      const [idsThere, idsBack] = directions(context.outputIds, mode);
      const there = forward(context, x, initial.slice(0, half), idsThere);
      const back = backward(context, x, initial.slice(half), idsBack);
      const again = sequences ? tf.reverse(back.output, 1) : back.output;
      const outputs = merged(mode, there.output, again);
      return withStates ? [...outputs, ...there.states, ...back.states] : outputs;
    },
    mask: (context) => {
      const mask = sequences ? (context.masks[0] ?? null) : null;
      return mode === null ? [mask, mask] : [mask];
    },
  };
};

/** Channel numbers of the units of each direction: a concatenation lists one after the other. */
function directions(ids: Int32Array | null, mode: unknown): readonly [Int32Array | null, Int32Array | null] {
  if (!ids || (mode !== undefined && mode !== "concat")) return [ids, ids];
  return [ids.subarray(0, ids.length / 2), ids.subarray(ids.length / 2)];
}
