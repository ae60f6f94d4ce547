import { selectionIr } from "../normalize.js";
import { hold } from "../pruning/hold.js";
import { randomStream } from "../random.js";
import type { SelectionSpec } from "../specs.js";
import { logEvent } from "./events.js";
import { isNothing, oneOff } from "./one-off.js";
import { selectLayers } from "./select-layers.js";
import type { Session } from "./session.js";

/**
 * The sanity control of Frankle et al. (Pruning neural networks at initialization; ICLR 2021): every layer keeps its number of
 * dead weights, at places drawn at random. Weights that come alive keep the value they have, 0 where masks held them.
 */
export function shuffle(session: Session, id: number, spec: SelectionSpec): Promise<null> {
  return oneOff(
    session,
    true,
    () => {
      const { network, state, options, journal } = session;
      const paths = new Set(selectLayers(network, selectionIr(spec), null));
      let layers = 0;
      network.layers.forEach((layer, index) => {
        if (!paths.has(layer.path)) return;
        layer.weights.forEach(({ key }, which) => {
          const codes = state.elements.get(key);
          if (codes === undefined) return;
          const stream = randomStream(
            options.seed,
            "shuffle masks",
            id,
            journal.results.length,
            index,
            which,
          );
          const before = codes.slice();
          stream.permutation(codes.length).forEach((from, to) => (codes[to] = before[from] ?? 0));
          layers++;
        });
      });
      hold(session);
      session.executor.upload();
      logEvent(session, "shuffle", id, `masks of ${layers} weights shuffled within their layers`);
      return null;
    },
    isNothing,
  );
}
