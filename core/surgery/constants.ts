import { varying, zeroSlices } from "../network/layers/constants.js";
import { layerClass, type ConstantCall } from "../network/layers/index.js";
import type { LayerInfo, Network, WeightInfo } from "../network/types.js";
import type { ParameterStore } from "../parameters.js";

/**
 * Follows channels that hold one value at every position of every example, whatever the input: filters whose kernel is
 * all zero give their activated bias. A value is NaN where the channel varies, over examples or over positions.
 */
export type Constants = ReadonlyMap<number, Float64Array>;

/** Zero slices of a kernel whose values are not in the store. */
export type ZeroSlices = (weight: WeightInfo, axis: number) => readonly boolean[];

export function findConstants(network: Network, store: ParameterStore, zeros?: ZeroSlices): Constants {
  const barriers = new Set(network.barriers.map(({ layer }) => layer));
  const constants = new Map<number, Float64Array>();
  const widthOf = (tensor: number): number => network.tensors[tensor]?.ids?.length ?? 0;
  for (const call of network.calls) {
    const layer = network.layers[call.layer];
    if (!layer) continue;
    const inputs = call.inputs.map((tensor) => constants.get(tensor) ?? varying(widthOf(tensor)));
    call.outputs.forEach((out, i) => {
      const width = widthOf(out);
      const rule = i > 0 || barriers.has(layer.path) ? null : layerClass(layer.className).constants;
      constants.set(out, rule?.(constantCall(layer, inputs, width, store, zeros)) ?? varying(width));
    });
  }
  return constants;
}

/** A call as the rule for constants of its class sees it. */
export function constantCall(
  layer: LayerInfo,
  inputs: readonly Float64Array[],
  width: number,
  store: ParameterStore,
  zeros?: ZeroSlices,
): ConstantCall {
  const weight: ConstantCall["weight"] = (name) => layer.weights.find((w) => w.name === name);
  const data: ConstantCall["data"] = (name) => store.get(weight(name)?.key ?? "")?.data;
  return {
    config: layer.config,
    inputs,
    width,
    weight,
    data,
    zeros: (one, axis) => {
      const values = data(one.name);
      return values === undefined ? zeros?.(one, axis) : zeroSlices(one, values, axis);
    },
  };
}
