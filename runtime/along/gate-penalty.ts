import type { PruningContext } from "../../core/events/context.js";
import { derivativeOfUnit } from "../../core/expr/derivative.js";
import { evaluateEntries, type Domain } from "../../core/expr/domain.js";
import { mentionedIn } from "../../core/expr/names.js";
import { eachElement, guardOf } from "../../core/gates/guard.js";
import { gateKey, type Gates } from "../../core/gates/state.js";
import { gateScores, type GateScore } from "../../core/gates/types.js";
import { eachGuarded, paramsOf, settingOf } from "../../core/gates/values.js";
import type { ExprIr } from "../../core/ir/types.js";
import type { Space } from "../../core/units/space.js";

/** Gradients of the gates of a step, by the key of the state of the optimizer. */
export type OfGates = ReadonlyMap<string, { readonly gradient: Float32Array }>;

/** A penalty in one step of training, as gates see it. */
interface Pull {
  readonly context: PruningContext;
  readonly space: Space;
  readonly domain: Domain;
  /** What the slope of each unit is multiplied by. */
  readonly each: (entry: number) => number;
  readonly gradients: ReadonlyMap<string, Float32Array>;
  readonly ofGates: OfGates;
}

/** Adds the slope of a penalty along what it reads of gates to their gradients. Gates that do not train in the step are constants. */
export function pullOnGates(expr: ExprIr): (pull: Pull) => void {
  const mentioned = mentionedIn(expr);
  const slopes = gateScores
    .filter((name) => mentioned.has(name))
    .map((name) => [name, derivativeOfUnit(expr, name)] as const);
  return (pull) => {
    for (const [name, slope] of slopes) {
      const values = evaluateEntries(slope, pull.domain);
      for (const [gates, along] of byGates(pull, name, values)) hand(gates, name, along, pull);
    }
  };
}

/** The slopes by the gates that have the score of each unit, the last of those that guard it. */
function byGates(
  { context, space, each }: Pull,
  name: GateScore,
  slopes: ArrayLike<number>,
): ReadonlyMap<Gates, Float64Array> {
  const last = new Map<number, { readonly gates: Gates; readonly unit: number }>();
  for (const gates of context.state.gates.values())
    if (gates.kind.scores[name] !== undefined)
      eachGuarded(space, gates, (entry, unit) => void last.set(entry, { gates, unit }));
  const found = new Map<Gates, Float64Array>();
  for (const [entry, { gates, unit }] of last) {
    const along = found.get(gates) ?? new Float64Array(guardOf(context.network, gates).units);
    found.set(gates, along);
    along[unit] = (along[unit] ?? 0) + each(entry) * (slopes[entry] ?? 0);
  }
  return found;
}

/** Takes the slope along a score back to the parameters, and to the weights where these are among them. */
function hand(
  gates: Gates,
  name: GateScore,
  along: Float64Array,
  { context: { network, parameters }, gradients, ofGates }: Pull,
): void {
  const kind = gates.kind;
  const given = Object.keys(kind.params).map((one) => [one, ofGates.get(gateKey(gates.id, one))] as const);
  if (given.some(([, one]) => one === undefined)) return;
  const { units, parts } = guardOf(network, gates);
  const into = Object.fromEntries(given.map(([one, own]) => [one, own?.gradient ?? new Float32Array(0)]));
  const ofWeights = new Float32Array(kind.ofWeights ? units : 0);
  const params = paramsOf(network, gates, (key) => parameters.get(key)?.data);
  kind.scores[name]?.back?.(along, params, settingOf(network, gates), { ...into, w: ofWeights });
  if (!kind.ofWeights) return;
  for (const [key, own] of parts) {
    const gradient = gradients.get(key);
    if (gradient === undefined) continue;
    eachElement(own, (at, unit) => (gradient[at] = (gradient[at] ?? 0) + (ofWeights[unit] ?? 0)));
  }
}
