import { maskedData, placesOf, type Places } from "../../core/masks/masked.js";
import { dead, latent } from "../../core/masks/state.js";
import type { Session } from "../run/host/session.js";
import { sizeNow } from "../run/report/sizes.js";
import type { Standing, WatchedNetwork } from "./types.js";

/** The network of a run as it stands at this moment; worked out as far as it is asked for. */
export function watched(session: Session): WatchedNetwork {
  let size: Standing | undefined;
  const now = (): Standing => (size ??= sizeNow(session));
  let held: readonly Places[] | undefined;
  const data = (key: string): Float32Array => {
    const found = maskedData(session, key);
    if (found === undefined) throw new RangeError(`the network has no weight \`${key}\``);
    return found;
  };
  return {
    get step() {
      return session.clock.step;
    },
    get epoch() {
      return session.clock.epoch;
    },
    get params() {
      return now().params;
    },
    get macs() {
      return now().macs;
    },
    get nonzeroParams() {
      return now().nonzeroParams;
    },
    get nonzeroMacs() {
      return now().nonzeroMacs;
    },
    get sparsity() {
      return now().sparsity;
    },
    get layers() {
      return session.network.layers.map(({ path, className, weights }) => ({
        path,
        className,
        weights: weights.map(({ key, shape }) => ({ key, shape })),
      }));
    },
    weight: (key) => data(key).slice(),
    mask(key) {
      const mask = new Uint8Array(data(key).length).fill(1);
      const { network, state } = session;
      held ??= [dead, latent].map((code) => placesOf(network, state, code));
      for (const places of held) for (const place of places.get(key) ?? []) mask[place] = 0;
      return mask;
    },
    predict: (inputs) =>
      session.executor
        .predict(inputs.map((input) => ({ ...input, kind: "dense" })))
        .map(({ data: values, shape }) => ({ data: values, shape })),
  };
}
