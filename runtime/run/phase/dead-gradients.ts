import { heldPlaces } from "../../../core/masks/held-places.js";
import type { Session } from "../host/session.js";

/** Takes the gradients of dead elements away, so that they do not count in a global norm. Dead channels have none. */
export function dropDeadGradients(session: Session, gradients: ReadonlyMap<string, Float32Array>): void {
  for (const [key, places] of heldPlaces(session).elements) {
    const gradient = gradients.get(key);
    if (gradient === undefined) continue;
    for (let n = 0; n < places.length; n++) gradient[places[n] ?? 0] = 0;
  }
}
