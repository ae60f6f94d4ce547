import { field, heldLayer, isJsonArray, type HeldLayer } from "../../../core/network/json.js";
import { tf } from "../../backend/tf.js";
import { flag } from "../../../core/network/config.js";
import type { Build, Builder, CallContext } from "../pass.js";
import { kept } from "./noise.js";
import { makeCell, type Cell } from "./cells.js";
import { recurrentRunner, unroll, type Unrolled } from "./unroll.js";

/** One direction of a recurrent layer; `ids` number the channels of its output. */
export type Sweep = (
  context: CallContext,
  x: tf.Tensor,
  initial: readonly tf.Tensor[],
  ids: Int32Array | null,
) => Unrolled;

export interface SweepParts extends HeldLayer {
  /** Prefix of its weights: "", "forward_". */
  readonly scope: string;
  readonly backwards: boolean;
}

type CellSpec = HeldLayer & { readonly scope: string };

/** The cells of a layer, first to last. */
function cellsOf({ className, config, scope }: SweepParts): readonly CellSpec[] {
  const cell = className === "RNN" ? heldLayer(config["cell"]) : { className, config };
  if (!cell) return [];
  const cells = cell.className === "StackedRNNCells" ? field(cell.config, "cells") : undefined;
  if (!isJsonArray(cells)) return [{ ...cell, scope }];
  return cells.flatMap((item, i) => {
    const inner = heldLayer(item);
    return inner ? [{ ...inner, scope: `${scope}cell_${i}_` }] : [];
  });
}

/** Builds one direction. States are listed from the last cell to the first, as tfjs-layers does. */
export function makeSweep(build: Build, parts: SweepParts): Sweep {
  const cells = cellsOf(parts).map((spec): Cell =>
    makeCell({
      className: spec.className,
      config: { path: build.layer.path, values: spec.config },
      ops: build.ops,
      weight: (name) => build.weight(`${spec.scope}${name}`),
    }),
  );
  const [first] = cells;
  const last = cells[cells.length - 1];
  if (!first || !last) throw new Error(`${build.layer.path} has no cell`);
  const own = { path: build.layer.path, values: parts.config };
  const sequences = flag(own, "return_sequences", false);
  const zeros = flag(own, "zero_output_for_mask", false);

  return (context, x, initial, ids) => {
    const [n = 1, , width = 1] = x.shape;
    const dropped = (
      rate: number,
      stream: string,
      shape: number[],
      axis: Int32Array | null,
    ): tf.Tensor | null =>
      rate === 0 || context.pass.mode !== "training"
        ? null
        : kept(context, `${parts.scope}${stream}`, shape, axis, rate);
    const noise = dropped(first.dropout, "input", [n, 1, width], context.inputIds[0] ?? null);
    const noises = cells.map((cell, i) =>
      dropped(cell.recurrentDropout, `state ${i}`, [n, cell.units], cell === last ? ids : null),
    );
    const between = cells.map((cell, i) =>
      i === 0 ? null : dropped(cell.dropout, `input ${i}`, [n, cells[i - 1]?.units ?? 1], null),
    );
    const fromNothing = [...cells]
      .reverse()
      .flatMap((cell) => new Array<tf.Tensor>(cell.states).fill(tf.zeros([n, cell.units])));
    const starts = cells.map((cell) => cell.start());
    const step = (z: tf.Tensor, before: readonly tf.Tensor[]): readonly tf.Tensor[] => {
      const after: (readonly tf.Tensor[])[] = [];
      let at = before.length;
      let input = z;
      cells.forEach((cell, i) => {
        at -= cell.states;
        const drop = between[i];
        const projected = i === 0 ? input : cell.project(drop ? tf.mul(input, drop) : input);
        const states = starts[i]?.(projected, before.slice(at, at + cell.states), noises[i] ?? null) ?? [];
        after.unshift(states);
        input = states[0] ?? input;
      });
      return after.flat();
    };
    return unroll({
      z: first.project(noise ? tf.mul(x, noise) : x),
      mask: context.masks[0] ?? null,
      initial: initial.length > 0 ? initial : fromNothing,
      backwards: parts.backwards,
      sequences,
      zeros,
      step,
    });
  };
}

/** SimpleRNN, GRU, LSTM, and RNN over one or several of their cells. */
export const recurrent: Builder = (build) => {
  const { className, config } = build.layer;
  const backwards = flag(build.config, "go_backwards", false);
  const sweep = makeSweep(build, { className, config, scope: "", backwards });
  return recurrentRunner(build.config, (context, x, initial) =>
    sweep(context, x, initial, context.outputIds),
  );
};
