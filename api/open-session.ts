import { checkGiven } from "./given-options.js";
import type { PruningSession, SessionOptions } from "./session/types.js";

/**
 * Opens a network for statements that act on it at once, as `espalier repl` does.
 * @throws DiagnosticError of the network, the data, the backend or the options
 */
export async function openSession(options: SessionOptions): Promise<PruningSession> {
  checkGiven("", options, "openSession");
  const { LiveSession } = await import("./session/live.js");
  return LiveSession.open(options);
}
