import type { CallInfo, Network } from "../../core/network/types.js";
import { tf } from "../backend/tf.js";
import type { Backend } from "../backend/types.js";
import { builderOf } from "./layers/registry.js";
import type { CallContext, Pass, Runner } from "./pass.js";
import type { Variables } from "./variables.js";

/** One call, ready to run. */
export interface Node {
  readonly index: number;
  readonly layer: number;
  readonly call: CallInfo;
  readonly runner: Runner;
  readonly inputIds: readonly (Int32Array | null)[];
  readonly outputIds: Int32Array | null;
  /** Tensors nobody reads after this call. */
  readonly dead: readonly number[];
}

/** The network as a list of calls in execution order. Layers are built once, however often they are called. */
export function makePlan(network: Network, backend: Backend, variables: Variables): readonly Node[] {
  const runners = new Map<number, Runner>();
  const lastUse = new Map<number, number>();
  network.calls.forEach((call, i) => call.inputs.forEach((t) => lastUse.set(t, i)));
  for (const t of network.outputs) lastUse.delete(t);

  return network.calls.map((call, index) => {
    const layer = network.layers[call.layer];
    if (!layer) throw new Error(`call ${index} names a layer that does not exist`);
    const ids = (t: number): Int32Array | null => network.tensors[t]?.ids ?? null;
    let runner = runners.get(call.layer);
    if (!runner) {
      runner = builderOf(layer)({
        layer,
        config: { path: layer.path, values: layer.config },
        inputShapes: call.inputs.map((t) => network.tensors[t]?.shape ?? []),
        ops: backend.ops,
        read: (t) => backend.read(t),
        ...variables.of(layer),
      });
      runners.set(call.layer, runner);
    }
    const [output] = call.outputs;
    return {
      index,
      layer: call.layer,
      call,
      runner,
      inputIds: call.inputs.map(ids),
      outputIds: output === undefined ? null : ids(output),
      dead: [...new Set(call.inputs)].filter((t) => lastUse.get(t) === index),
    };
  });
}

/** What a pass hands to an onlooker at each call. May replace the outputs (by tensors that watch for gradients). */
export type Onlooker = (node: Node, outputs: readonly tf.Tensor[], input: tf.Tensor) => readonly tf.Tensor[];

/** What a pass asks at each call about what it reads first. May replace it, as an onlooker may. */
export type Reader = (node: Node, input: tf.Tensor) => tf.Tensor;

export interface Execution {
  readonly pass: Pass;
  /** Calls whose last activation the loss leaves out. */
  readonly logits: ReadonlySet<number>;
  /** Whether a tape records: then nothing may be disposed on the way. */
  readonly taped: boolean;
  readonly onlooker?: Onlooker;
  readonly reader?: Reader | undefined;
}

/** `x` [n, …, c] times `z` [n, c]. */
function byExample(x: tf.Tensor, z: tf.Tensor): tf.Tensor {
  const [rows = 1, width = 1] = z.shape;
  return tf.mul(x, tf.reshape(z, [rows, ...new Array<number>(x.rank - 2).fill(1), width]));
}

/** Runs the plan inside a tidy of the caller's; gives the outputs of the network. */
export function execute(
  network: Network,
  plan: readonly Node[],
  inputs: readonly tf.Tensor[],
  e: Execution,
): tf.Tensor[] {
  const values = new Map<number, tf.Tensor>();
  const masks = new Map<number, tf.Tensor>();
  /** Layers that do nothing pass the same tensor on: it lives under several numbers. */
  const holders = new Map<number, number>();
  const hold = (t: number, value: tf.Tensor): void => {
    values.set(t, value);
    holders.set(value.id, (holders.get(value.id) ?? 0) + 1);
  };
  const release = (t: number): void => {
    const value = values.get(t);
    if (!value) return;
    values.delete(t);
    const left = (holders.get(value.id) ?? 1) - 1;
    holders.set(value.id, left);
    if (left === 0) value.dispose();
  };
  const valueOf = (t: number): tf.Tensor => {
    const value = values.get(t);
    if (!value) throw new Error(`tensor ${t} is read before it is made`);
    return value;
  };

  network.inputs.forEach((t, i) => {
    const value = inputs[i];
    if (value) hold(t, value);
  });
  for (const node of plan) {
    const ins = node.call.inputs.map(valueOf);
    const [input] = ins;
    const times = e.pass.reads?.get(node.layer);
    const attend = e.pass.attended?.get(node.layer);
    if (input && times) ins[0] = byExample(input, times);
    else if (input && attend) ins[0] = attend.apply(input);
    if (ins[0] && e.reader) ins[0] = e.reader(node, ins[0]);
    const context: CallContext = {
      pass: node.call.inference ? { ...e.pass, mode: "inference" } : e.pass,
      inputs: ins,
      masks: node.call.inputs.map((t) => masks.get(t) ?? null),
      names: node.call.names,
      kwargs: node.call.kwargs,
      origin: node.call.origin,
      inputIds: node.inputIds,
      outputIds: node.outputIds,
      logits: e.logits.has(node.index),
    };
    let outs = e.taped ? node.runner.run(context) : tf.tidy(() => [...node.runner.run(context)]);
    const [first] = ins;
    if (e.onlooker && first) outs = e.onlooker(node, outs, first);
    const outMasks = node.runner.mask?.(context) ?? [];
    node.call.outputs.forEach((t, i) => {
      const value = outs[i];
      if (value) hold(t, value);
      const mask = outMasks[i];
      if (mask) masks.set(t, mask);
    });
    if (!e.taped) node.dead.forEach(release);
  }
  return network.outputs.map(valueOf);
}
