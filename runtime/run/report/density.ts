import { maskedView } from "../../../core/masks/masked.js";
import type { HistoryPoint } from "../../report/types.js";
import { measuresNow } from "../steps/evaluate-on.js";
import { kernelDensity } from "./kernel-density.js";
import type { Session } from "../host/session.js";

/** Share of the kernel weights of the network as loaded that are there and not zero. */
export function density(session: Session): number {
  const { loaded, network } = session;
  const parameters = maskedView(session);
  let [all, left] = [0, 0];
  for (const layer of loaded.layers)
    for (const weight of layer.weights)
      if (weight.isKernel) all += weight.shape.reduce((product, n) => product * n, 1);
  for (const layer of network.layers) {
    const { nonzero } = kernelDensity(layer, parameters);
    left += nonzero;
  }
  return all === 0 ? 1 : left / all;
}

/** Where the run stands and how large the network is there. */
export function sizeNow(
  session: Session,
): Pick<HistoryPoint, "step" | "epoch" | "sparsity" | "params" | "macs"> {
  const { step, epoch } = session.clock;
  const { params, macs } = measuresNow(session);
  return { step, epoch, sparsity: 1 - density(session), params, macs };
}
