import type { Measure } from "../../../core/ir/sizes.js";
import { leftOfLayers, measure } from "../../../core/masks/measure.js";
import { newMaskState } from "../../../core/masks/state.js";
import type { HistoryPoint } from "../../report/types.js";
import type { Session } from "../host/session.js";

/** What lives of the network as it stands: what budgets, requirements and the history count. */
export const measuresNow = ({ network, state, times }: Session): Measure =>
  measure(network, state, { times });

/** Share of the kernel weights of the network as loaded that live; those that are zero for now may grow. */
function density({ loaded, network, state }: Session): number {
  const kernels = leftOfLayers(loaded, newMaskState(loaded.channels.count));
  const all = kernels.reduce((sum, layer) => sum + layer.kernels, 0);
  const living = leftOfLayers(network, state).reduce((sum, layer) => sum + layer.living, 0);
  return all === 0 ? 1 : living / all;
}

/** Where the run stands and how large the network is there. */
export function sizeNow(
  session: Session,
): Omit<HistoryPoint, "trainLoss" | "trainAccuracy" | "testLoss" | "testAccuracy" | "rate"> {
  const { step, epoch } = session.clock;
  const { params, macs, ...now } = measuresNow(session);
  const nonzero = { nonzeroParams: now["nonzero params"], nonzeroMacs: now["nonzero macs"] };
  return { step, epoch, sparsity: 1 - density(session), params, macs, ...nonzero };
}
