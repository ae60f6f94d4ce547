import type { JsonObject, WeightInfo } from "../../compiler/network/types.js";
import { initialValues } from "../model/index.js";
import { reinitializeIr } from "../normalize.js";
import { hold } from "../pruning/hold.js";
import { randomStream } from "../random.js";
import type { ReinitializeSpec } from "../specs.js";
import { logEvent } from "./events.js";
import { isNothing, oneOff } from "./one-off.js";
import { selectLayers } from "./select-layers.js";
import type { Session } from "./session.js";

/** Fresh weights under the same masks: every layer's own initializer, or the one named. Optimizer state starts anew. */
export function reinitialize(session: Session, id: number, spec: ReinitializeSpec): Promise<null> {
  return oneOff(
    session,
    true,
    () => {
      const ir = reinitializeIr(id, spec, session.options.statements);
      const paths = new Set(selectLayers(session.network, ir.selection, null));
      // One seed per event: the same weights as at the start would be a rewind.
      const seed = randomStream(
        session.options.seed,
        "reinitialize",
        id,
        session.journal.results.length,
      ).integer(0, 2 ** 31);
      const by: JsonObject | null = ir.by
        ? { class_name: className(ir.by.name), config: { ...ir.by.args } }
        : null;
      let count = 0;
      for (const layer of session.network.layers) {
        if (!paths.has(layer.path)) continue;
        for (const weight of layer.weights) {
          const parameter = session.parameters.get(weight.key);
          if (parameter === undefined) continue;
          parameter.data.set(initialValues(layer, initialized(weight, by), seed));
          session.slots.delete(weight.key);
          count++;
        }
      }
      session.state.hidden.clear();
      hold(session);
      session.executor.upload();
      logEvent(session, "reinitialize", id, `${count} weights of ${paths.size} layers drawn anew`);
      return null;
    },
    isNothing,
  );
}

/** A named initializer is for kernels; biases and statistics keep their own. */
function initialized(weight: WeightInfo, by: JsonObject | null): WeightInfo {
  return by !== null && weight.isKernel ? { ...weight, initializer: by } : weight;
}

/** "he-normal" as Keras calls it: "HeNormal". */
const className = (name: string): string =>
  name.replace(/(^|[-_])([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
