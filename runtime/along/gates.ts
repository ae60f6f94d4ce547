import type { Moment, PruningContext } from "../../core/events/context.js";
import { guardOf, multiplied, type Guard } from "../../core/gates/guard.js";
import { gateKind } from "../../core/gates/registry.js";
import { gateKey, touchGates, type Gates } from "../../core/gates/state.js";
import type { Drawn, GateKind, Setting } from "../../core/gates/types.js";
import { settingOf, statusOf, testValues } from "../../core/gates/values.js";
import type { LearnIr } from "../../core/ir/types.js";
import { ungatedView } from "../../core/masks/masked.js";
import { living } from "../../core/masks/state.js";
import { randomStream } from "../../core/random.js";
import { newChunk, walkPart } from "../../core/units/parts.js";
import { unitDraws } from "../../core/gates/draws.js";
import { structureKind } from "../../core/ir/structure.js";
import { numberOf } from "../optimizers/rates.js";
import type { DrawnGates } from "../types.js";

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

/** What one step of training needs to know. */
export interface GateMoment {
  /** Updates before it, in this phase and in the run. */
  readonly step: number;
  readonly clock: number;
  /** Training examples in all. */
  readonly examples: number;
  /** The moment of a statement. */
  of(id: number): Moment;
}

/** The gates of one step. */
export interface GateStep {
  readonly drawn: DrawnGates;
  /**
   * From the gradients of what the network computed with to those of the weights, in place, and to those of the gates. To be called
   * once, before anything of this step changes.
   */
  back(gradients: Map<string, Float32Array>): GateGradients;
}

export interface GateGradients {
  /** What the gates add to the loss. */
  readonly term: number;
  /** By key of the state of the optimizer, beside the parameter itself. */
  readonly of: ReadonlyMap<string, { readonly data: Float32Array; readonly gradient: Float32Array }>;
  /** Weights that do not train beside their gates. */
  readonly rests: ReadonlySet<string>;
  /** After the update: parameters back into their ranges. */
  done(): void;
}

/** Gates as they act in a step: `trained` null where they stand at their test value. */
interface Acting {
  readonly gates: Gates;
  readonly kind: GateKind;
  readonly guard: Guard;
  readonly z: Float32Array;
  readonly trained: { readonly ir: LearnIr; readonly drawn: Drawn; readonly setting: Setting } | null;
}

/** Draws the gates of a step; null where there are none. */
export function gateStep(
  context: PruningContext,
  rules: readonly LearnRule[],
  moment: GateMoment,
): GateStep | null {
  const { network, state } = context;
  if (state.gates.size === 0) return null;
  const acting = [...state.gates.values()].map((gates): Acting => {
    const rule = rules.find(({ ir }) => ir.id === gates.id);
    const [kind, guard] = [gateKind(gates.name), guardOf(network, gates)];
    if (rule === undefined || !rule.active(moment.step))
      return { gates, kind, guard, z: testValues(network, gates), trained: null };
    const { ir } = rule;
    const at = moment.of(ir.id);
    gates.args = Object.fromEntries(
      Object.entries(ir.gate.args).map(([name, value]) => [name, at.value(value, "value")]),
    );
    touchGates(gates);
    const setting = settingOf(network, gates);
    const uniform = unitDraws(context.seed, gates.id, moment.clock);
    const drawn = kind.draw(gates.params, setting, (unit) => uniform(guard.numbers?.[unit] ?? unit));
    return { gates, kind, guard, z: drawn.z, trained: { ir, drawn, setting } };
  });
  const keys = new Set(acting.flatMap(({ guard }) => [...guard.parts.keys()]));
  const guarding = (key: string) =>
    acting.flatMap((one) => {
      const parts = one.guard.parts.get(key);
      return parts === undefined ? [] : [{ ...one, parts }];
    });
  return {
    drawn: {
      keys,
      shown: (key, data) => guarding(key).reduce((out, { parts, z }) => multiplied(parts, z, out), data),
    },
    back(gradients) {
      const sums = new Map(acting.map((one) => [one, new Float64Array(one.guard.units)] as const));
      const rests = new Set<string>();
      const ungated = ungatedView(context);
      for (const key of keys) {
        const [gradient, data] = [gradients.get(key), ungated.get(key)?.data];
        if (gradient === undefined || data === undefined) continue;
        throughGates(gradient, data, key);
      }
      const of = new Map<string, { readonly data: Float32Array; readonly gradient: Float32Array }>();
      let term = 0;
      for (const one of acting) term += towardsGates(one, sums.get(one) ?? new Float64Array(0), of);
      return {
        term,
        of,
        rests,
        done() {
          for (const { gates, kind, trained } of acting) {
            if (trained === null) continue;
            kind.clamp?.(gates.params);
            touchGates(gates);
          }
        },
      };

      /** Takes a gradient back through the gates of its weight, the last first, and sums what each is told of them. */
      function throughGates(gradient: Float32Array, data: Float32Array, key: string): void {
        const chain = guarding(key);
        const before = [data];
        for (const { parts, z } of chain.slice(0, -1))
          before.push(multiplied(parts, z, before[before.length - 1] ?? data));
        const chunk = newChunk();
        for (let i = chain.length - 1; i >= 0; i--) {
          const link = chain[i];
          const own = acting.find(({ gates }) => gates === link?.gates);
          const [values, dz] = [before[i], own && sums.get(own)];
          if (link === undefined || values === undefined || dz === undefined) continue;
          const { kind, z, trained } = link;
          const freezes = trained !== null && kind.freezes;
          const signs = kind.through === "signs";
          if (freezes) rests.add(key);
          for (const part of link.parts)
            walkPart(part, chunk, ({ at, entry, count }) => {
              for (let n = 0; n < count; n++) {
                const [place, unit] = [at[n] ?? 0, entry[n] ?? 0];
                const [g, w] = [gradient[place] ?? 0, values[place] ?? 0];
                dz[unit] = (dz[unit] ?? 0) + g * (signs ? Math.sign(w) : w);
                gradient[place] = freezes ? 0 : g * (z[unit] ?? 1);
              }
            });
        }
      }

      /** Gradients of the parameters of some gates, the term of the loss included, which is given. */
      function towardsGates(
        { gates, kind, guard, trained }: Acting,
        dz: Float64Array,
        into: typeof of,
      ): number {
        if (trained === null) return 0;
        const slopes = Object.fromEntries(
          Object.entries(gates.params).map(([name, { length }]) => [name, new Float32Array(length)]),
        );
        trained.drawn.back(dz, slopes);
        for (const [name, data] of Object.entries(gates.params)) {
          const gradient = slopes[name];
          if (gradient !== undefined) into.set(gateKey(gates.id, name), { data, gradient });
        }
        if (kind.term === null) return 0;
        const strength = moment.of(gates.id).value(trained.ir.strength, "value");
        if (strength === 0) return 0;
        const each = kind.term.bound ? strength / Math.max(1, moment.examples) : strength;
        const status = statusOf(network, gates, state);
        const weight = guard.sizes.map((size, unit) =>
          status[unit] === living ? each * (kind.term?.per === "weight" ? size : 1) : 0,
        );
        return kind.term.add(gates.params, trained.setting, weight, slopes);
      }
    },
  };
}
