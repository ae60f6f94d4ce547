import { DiagnosticError } from "../../../core/diagnostics/diagnostic.js";
import { dead } from "../../../core/masks/state.js";
import { collapse } from "../../../core/network/collapse.js";
import { emptiedLayers } from "../../../core/surgery/emptied.js";
import { settle } from "../../../core/masks/hold.js";
import type { Session } from "../host/session.js";

/**
 * After an event that may empty a branch: the last shifts of branches that went fall silent, so that the masked network is
 * what `slim` will leave. @throws DiagnosticError P4021 where a branch cannot go whole
 */
export function collapseEmptied(session: Session): void {
  session.collapses = true;
  const { network, state } = session;
  const isDead = (channel: number): boolean => state.channels[channel] === dead;
  if (emptiedLayers(network, isDead).length === 0) return;
  const { diagnostics } = collapse(network, isDead);
  if (diagnostics.length > 0) throw new DiagnosticError(diagnostics);
  settle(session);
}
