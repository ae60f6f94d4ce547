import { guardedKeys } from "../gates/values.js";
import { placesOf, ungatedView } from "../masks/masked.js";
import { dead, frozen, latent, soft, type Body } from "../masks/state.js";
import type { LayerInfo } from "../network/types.js";
import { linearLayer } from "./linear.js";
import { problemOf, type Problem } from "./refit.js";

/** What an event took from the layers that stay. */
export interface Lost {
  /** In the order of the network, with the index of each layer. */
  readonly problems: readonly { readonly index: number; readonly problem: Problem }[];
  /** Paths of layers that lost weights and cannot be re-fitted. */
  readonly others: readonly string[];
}

/** `before`: the weights as the network computed with them, by key; `channels`: codes then. */
export function lostIn(
  body: Pick<Body, "network" | "parameters" | "state">,
  before: { readonly weights: ReadonlyMap<string, Float32Array>; readonly channels: Uint8Array },
): Lost {
  const { network, parameters, state } = body;
  const held = heldIn(body);
  const view = ungatedView(body);
  const guarded = state.gates.size === 0 ? new Set<string>() : guardedKeys(network, state.gates);
  const problems: Lost["problems"][number][] = [];
  const others: string[] = [];
  network.layers.forEach((info, index) => {
    if (!losesWeights(info, body, before)) return;
    const layer = linearLayer(info);
    const kernel = layer === null ? undefined : parameters.get(layer.kernel)?.data;
    const was = layer === null ? undefined : before.weights.get(layer.kernel);
    if (layer === null || kernel === undefined || was === undefined || guarded.has(layer.kernel)) {
      others.push(info.path);
      return;
    }
    const bias = layer.bias === null ? null : (parameters.get(layer.bias)?.data ?? null);
    const biasWas = layer.bias === null ? null : (before.weights.get(layer.bias) ?? null);
    const problem = problemOf(
      layer,
      { kernel: was, bias: biasWas },
      { kernel, bias },
      {
        kernel: held(layer.kernel, kernel.length),
        bias: held(layer.bias ?? "", layer.outputs),
      },
      {
        kernel: view.get(layer.kernel)?.data ?? kernel,
        bias: bias && (view.get(layer.bias ?? "")?.data ?? bias),
      },
    );
    if (problem !== null) problems.push({ index, problem });
  });
  return { problems, others };
}

/** Whether weights of outputs that stay became zero: by their own death, or as what they read died. */
function losesWeights(
  { weights }: LayerInfo,
  { parameters, state }: Pick<Body, "parameters" | "state">,
  {
    weights: before,
    channels,
  }: { readonly weights: ReadonlyMap<string, Float32Array>; readonly channels: Uint8Array },
): boolean {
  const died = (channel: number): boolean => state.channels[channel] === dead && channels[channel] !== dead;
  return weights.some(({ key, isKernel, bindings }) => {
    const [was, now] = [before.get(key), parameters.get(key)?.data];
    if (!isKernel || was === undefined || now === undefined) return false;
    if (bindings.some(({ role, ids }) => role === "in" && ids.some(died)))
      return was.some((value, i) => value !== 0 && now[i] === 0);
    const codes = state.elements.get(key);
    return codes !== undefined && was.some((value, i) => value !== 0 && codes[i] === dead);
  });
}

/** Elements (1) of weights that masks hold: what is left of them may change. */
export function heldIn({
  network,
  state,
}: Pick<Body, "network" | "state">): (key: string, length: number) => Uint8Array {
  const held = [dead, latent, soft, frozen].map((code) => placesOf(network, state, code));
  return (key, length) => {
    const flags = new Uint8Array(length);
    for (const places of held) places.get(key)?.forEach((i) => (flags[i] = 1));
    return flags;
  };
}
