import type { PruningContext } from "../../core/events/context.js";
import { guardOf } from "../../core/gates/guard.js";
import { gateKind } from "../../core/gates/registry.js";
import { blocksOf } from "../../core/gates/values.js";
import { touchGates } from "../../core/gates/state.js";
import type { GateKind } from "../../core/gates/types.js";
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
    const kind = kindOf(context, ir);
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
    const blocks = blocksOf(kind, guard, args);
    const params = Object.fromEntries([
      ...Object.entries(kind.params).map(([name, start], nth) => {
        const stream =
          kind.blocks?.[name] === undefined
            ? randomStream(seed, "gates at start", ir.id)
            : randomStream(seed, "gates at start", ir.id, nth + 1);
        const numbers = kind.blocks?.[name] === undefined ? guard.numbers : null;
        const own = (blocks.get(name) ?? []).flatMap(({ size, fanIn }) =>
          new Array<number>(size).fill(fanIn),
        );
        const data = Float32Array.from(own, (fanIn, i) => {
          const number = numbers?.[i] ?? i;
          const [normal, uniform] = [stream.normal(2 * number), stream.uniform(2 * number + 1)];
          return start({ normal, uniform, fanIn, args });
        });
        return [name, data] as const;
      }),
      ...Object.entries(kind.kept ?? {}).map(
        ([name, start]) => [name, new Float32Array(guard.units).fill(start)] as const,
      ),
    ]);
    const share = ir.to === undefined ? 0 : numberOf(ir.to);
    state.gates.set(ir.id, {
      id: ir.id,
      name: ir.gate.name,
      ...("own" in ir.gate && { own: true }),
      kind,
      ...meant,
      args,
      share,
      settled: false,
      params,
    });
  }
}

/** The kind that a statement names. @throws DiagnosticError P7019 where its JavaScript has no term that a strength could multiply */
function kindOf({ own }: PruningContext, { gate, strength }: LearnIr): GateKind {
  if (!("own" in gate)) return gateKind(gate.name);
  if (own === undefined) throw new Error(`\`${gate.name}\` is not at hand`);
  return own.gate(gate.name, strength !== 0);
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
