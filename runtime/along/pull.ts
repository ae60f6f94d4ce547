import type { PullIr } from "../../core/ir/types.js";
import { pruneWithDefaults } from "../../core/ir/defaults.js";
import { chooseUnits } from "../../core/choose/choose.js";
import { normalizePerLayer } from "../../core/choose/combine.js";
import type { Moment, PruningContext } from "../../core/events/context.js";
import { evaluateEntries } from "../../core/expr/domain.js";
import { spaceDomain } from "../../core/expr/domains.js";
import { ungatedView } from "../../core/masks/masked.js";
import { living } from "../../core/masks/state.js";
import { newChunk, walkPart, type Part } from "../../core/units/parts.js";
import { cachedSpace } from "../../core/units/spaces.js";
import type { Space } from "../../core/units/space.js";

/** A `pull` rule at work in a phase (learning–compression, Carreira-Perpiñán and Idelbayev 2018). */
export interface PullRule {
  /**
   * The step of learning: adds the slope of μ/2 ‖w − θ‖² − λ·(w − θ) to the gradients, and returns it. θ are the aims of the weights, λ
   * their multipliers. Where there are no aims yet they are chosen first.
   */
  add(context: PruningContext, moment: Moment, gradients: ReadonlyMap<string, Float32Array>): number;
  /** The step of compression: θ becomes the projection of w − λ/μ, and λ loses μ (w − θ). */
  compress(context: PruningContext, moment: Moment): void;
}

/**
 * Prepares a pull. Aims and multipliers are kept with the state of the optimizer, so that they are saved, cut and gone back to with it: a
 * `finetune` goes on with them, a `train` begins anew.
 */
export function pullRule(ir: PullIr): PullRule {
  const spaceNow = cachedSpace("weights", ir);
  const [aim, multiplier] = [`aim${ir.id}`, `multiplier${ir.id}`];
  const { kind: _, ...toward } = ir.toward;
  const projection = pruneWithDefaults({
    kind: "prune",
    id: ir.id,
    text: ir.text,
    structure: "weights",
    ...toward,
  });

  /** The weights that may be pulled: w − λ/μ in place of w, as it would be projected. */
  const shifted = (context: PruningContext, space: Space, mu: number): ReadonlyMap<string, Float32Array> => {
    const view = ungatedView(context);
    return new Map(
      space.parts.map(({ key }) => {
        const values = view.get(key)?.data.slice() ?? new Float32Array(0);
        const asked = context.slots.get(key)?.[multiplier];
        if (asked !== undefined && mu > 0)
          for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? 0) - (asked[i] ?? 0) / mu;
        return [key, values];
      }),
    );
  };

  const compress = (context: PruningContext, moment: Moment, mu: number): void => {
    const space = spaceNow(context);
    const values = shifted(context, space, mu);
    const domain = spaceDomain(space, { seed: context.seed, keys: [ir.id, moment.key], w: values });
    const units = evaluateEntries(projection.by.expr, domain);
    if (projection.normalized !== undefined) normalizePerLayer(space, units, projection.normalized);
    const open = space.status.map((code) => (code === living ? 1 : 0));
    const scored = { units, entries: units, domain };
    const { chosen } = chooseUnits({ context, ir: projection, space, scored, open, moment });
    const view = ungatedView(context);
    for (const part of space.parts) {
      const [w, v] = [view.get(part.key)?.data, values.get(part.key)];
      if (w === undefined || v === undefined) continue;
      const slots = context.slots.get(part.key) ?? {};
      context.slots.set(part.key, slots);
      const aims = (slots[aim] ??= new Float32Array(w.length));
      const asked = ir.multipliers ? (slots[multiplier] ??= new Float32Array(w.length)) : null;
      eachLiving(space, part, (place, weight) => {
        const to = chosen[weight] === 1 ? 0 : (v[place] ?? 0);
        aims[place] = to;
        if (asked !== null) asked[place] = (asked[place] ?? 0) - mu * ((w[place] ?? 0) - to);
      });
    }
  };

  return {
    compress: (context, moment) => compress(context, moment, moment.value(ir.strength, "value")),
    add(context, moment, gradients) {
      const space = spaceNow(context);
      const hasAims = space.parts.some(({ key }) => context.slots.get(key)?.[aim] !== undefined);
      // The first projection is that of the weights as they are: compression alone.
      if (!hasAims) compress(context, moment, 0);
      const mu = moment.value(ir.strength, "value");
      const view = ungatedView(context);
      let value = 0;
      for (const part of space.parts) {
        const slots = context.slots.get(part.key) ?? {};
        const [w, aims, asked] = [view.get(part.key)?.data, slots[aim], slots[multiplier]];
        const gradient = gradients.get(part.key);
        if (w === undefined || aims === undefined || gradient === undefined) continue;
        eachLiving(space, part, (place) => {
          const off = (w[place] ?? 0) - (aims[place] ?? 0);
          const lambda = asked?.[place] ?? 0;
          value += 0.5 * mu * off * off - lambda * off;
          gradient[place] = (gradient[place] ?? 0) + mu * off - lambda;
        });
      }
      return value;
    },
  };
}

/** Calls `visit` with the places of the living weights of a part, and their numbers in the space. */
function eachLiving({ status }: Space, part: Part, visit: (place: number, weight: number) => void): void {
  walkPart(part, newChunk(), ({ at, entry, count }) => {
    for (let i = 0; i < count; i++) if (status[entry[i] ?? 0] === living) visit(at[i] ?? 0, entry[i] ?? 0);
  });
}
