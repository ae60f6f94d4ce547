import { createExecutor } from "../../executor/index.js";
import type { Executor } from "../../types.js";
import type { Session } from "./session.js";

type Parts = Pick<Session, "network" | "parameters" | "backend" | "losses" | "options">;

export function makeExecutor({ network, parameters, backend, losses, options }: Parts): Executor {
  const executor = createExecutor(network, parameters, backend, {
    seed: options.seed,
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
