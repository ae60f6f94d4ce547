import type { MaskState } from "../../../core/masks/state.js";

/** A deep copy of what has died, with `start` put in for the values as loaded: those belong to the run, not to a moment. */
export function copyState(state: MaskState, start: Map<string, Float32Array>): MaskState {
  return {
    channels: state.channels.slice(),
    elements: copyAll(state.elements, (codes) => codes.slice()),
    last: copyAll(state.last, (values) => values.slice()),
    start,
    keepsLast: state.keepsLast,
  };
}

function copyAll<A>(map: ReadonlyMap<string, A>, copy: (values: A) => A): Map<string, A> {
  return new Map([...map].map(([key, values]) => [key, copy(values)]));
}
