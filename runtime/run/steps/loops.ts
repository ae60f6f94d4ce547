import type { Json } from "../../../core/network/types.js";
import { selectionIr } from "../../normalize.js";
import type { SelectionSpec } from "../../specs.js";
import { oneOff } from "./one-off.js";
import { selectLayers } from "./select-layers.js";
import type { Session } from "../host/session.js";

/** Counts 1 … `times`. Moving values without a window move over the passes of the innermost one. */
export async function* repeat(session: Session, id: number, times: number): AsyncGenerator<number> {
  const entry = { id, pass: 0, times };
  session.repeats.push(entry);
  try {
    for (let pass = 1; pass <= times; pass++) {
      entry.pass = pass;
      yield pass;
    }
  } finally {
    session.repeats.splice(session.repeats.indexOf(entry), 1);
  }
}

/** Paths of the layers selected, in network order, as the network stands when the loop begins. */
export async function* layers(session: Session, spec: SelectionSpec): AsyncGenerator<string> {
  const paths = await oneOff(session, false, () => prunable(session, spec), isPaths);
  yield* paths;
}

function prunable({ loaded, network }: Session, spec: SelectionSpec): readonly string[] {
  const withKernels = new Set(network.layers.filter(({ ordinal }) => ordinal > 0).map(({ path }) => path));
  return selectLayers(loaded, selectionIr(spec), null).filter((path) => withKernels.has(path));
}

function isPaths(value: Json): value is readonly string[] {
  if (!Array.isArray(value)) return false;
  const list: readonly unknown[] = value;
  return list.every((path) => typeof path === "string");
}
