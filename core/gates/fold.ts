import type { ParameterStore, Slots } from "../parameters.js";
import type { Body } from "../masks/state.js";
import { guardedKeys, gated } from "./values.js";
import { gateKey } from "./state.js";

/**
 * Multiplies gates into the weights that they guard, at their test values, and ends them: what the network computes outside of
 * training stays as it is. With `paths` those alone whose layers all are among them. Returns how many weights changed.
 */
export function foldGates(body: Body, paths?: readonly string[]): number {
  const { network, parameters, slots, state } = body;
  const meant = paths === undefined ? null : new Set(paths);
  const ending = new Map(
    [...state.gates].filter(([, { layers }]) => meant === null || layers.every((path) => meant.has(path))),
  );
  let changed = 0;
  for (const key of guardedKeys(network, ending)) changed += foldInto(parameters, key, ending, body);
  for (const [id, { params }] of ending) {
    state.gates.delete(id);
    for (const name of Object.keys(params)) forget(slots, gateKey(id, name));
  }
  return changed;
}

function foldInto(
  parameters: ParameterStore,
  key: string,
  ending: Body["state"]["gates"],
  { network }: Body,
): number {
  const data = parameters.get(key)?.data;
  if (data === undefined) return 0;
  const folded = gated(network, ending, key, data);
  let changed = 0;
  for (let i = 0; i < data.length; i++) if (data[i] !== folded[i]) changed++;
  data.set(folded);
  return changed;
}

const forget = (slots: Slots, key: string): void => void slots.delete(key);
