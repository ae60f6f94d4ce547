import { latentPlaces } from "../../../core/masks/masked.js";
import { createExecutor } from "../../executor/index.js";
import type { Executor } from "../../types.js";
import type { Session } from "./session.js";

/** What an executor is made of; the masks are those it holds whenever weights go up. */
export type ExecutorParts = Pick<
  Session,
  "network" | "parameters" | "state" | "backend" | "losses" | "options"
>;

export function makeExecutor(parts: ExecutorParts): Executor {
  const { network, parameters, backend, losses, options } = parts;
  const executor = createExecutor(network, parameters, backend, {
    seed: options.seed,
    latent: () => latentPlaces(parts),
    ...(losses === null ? {} : { losses }),
  });
  executor.upload();
  return executor;
}

/** After a change of network or loss. */
export function rebuildExecutor(session: Session): void {
  session.executor.dispose();
  session.executor = makeExecutor(session);
}
