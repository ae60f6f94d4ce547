import type { PruningContext } from "../../core/events/context.js";
import { guardOf } from "../../core/gates/guard.js";
import { gateKind } from "../../core/gates/registry.js";
import { touchGates } from "../../core/gates/state.js";
import type { LearnIr } from "../../core/ir/types.js";
import { randomStream } from "../../core/random.js";
import { structureKind } from "../../core/ir/structure.js";
import { numberOf } from "../optimizers/rates.js";

/** A `learn masks` at work in a phase. */
export interface LearnRule {
  readonly ir: LearnIr;
  /** Whether it trains in the step after `step` updates. */
  active(step: number): boolean;
}

/** Makes the gates of a phase that are not there yet; those that are go on where an earlier phase left them. */
export function openGates(context: PruningContext, rules: readonly LearnRule[]): void {
  const { network, state, seed } = context;
  for (const { ir } of rules) {
    const kind = gateKind(ir.gate.name);
    const known = state.gates.get(ir.id);
    if (known !== undefined) {
      kind.again?.(known.params, known.args);
      known.settled = false;
      touchGates(known);
      continue;
    }
    const args = Object.fromEntries(
      Object.entries(ir.gate.args).map(([name, value]) => [name, startOf(value)]),
    );
    const meant = {
      structure: ir.structure,
      layers: context.layersOf(ir, structureKind(ir.structure)),
      named: ir.in !== undefined,
    };
    const guard = guardOf(network, meant);
    const stream = randomStream(seed, "gates at start", ir.id);
    const params = Object.fromEntries(
      Object.entries(kind.params).map(([name, start]) => [
        name,
        Float32Array.from({ length: guard.units }, (_, unit) => {
          const number = guard.numbers?.[unit] ?? unit;
          return start({
            normal: stream.normal(2 * number),
            uniform: stream.uniform(2 * number + 1),
            fanIn: guard.fanIn[unit] ?? 1,
            args,
          });
        }),
      ]),
    );
    const share = ir.to === undefined ? 0 : numberOf(ir.to);
    state.gates.set(ir.id, { id: ir.id, name: ir.gate.name, ...meant, args, share, settled: false, params });
  }
}

const startOf = (value: LearnIr["gate"]["args"][string]): number =>
  numberOf(typeof value === "object" && "moving" in value ? value.moving.from : value);

/** At the end of a phase its gates have come to their final values. */
export function settleGates({ state }: Pick<PruningContext, "state">, rules: readonly LearnRule[]): void {
  for (const { ir } of rules) {
    const gates = state.gates.get(ir.id);
    if (gates === undefined) continue;
    gates.settled = true;
    touchGates(gates);
  }
}
