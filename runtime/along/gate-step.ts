import type { Moment, PruningContext } from "../../core/events/context.js";
import { unitDraws } from "../../core/gates/draws.js";
import { eachElement, guardOf, multiplied, shifted, stretches, type Guard } from "../../core/gates/guard.js";
import { quantile } from "../../core/gates/normal.js";
import { localKernels, readsOf, type Reads } from "../../core/gates/reads.js";
import { gateKey, scratch, touchGates, type Gates } from "../../core/gates/state.js";
import type { Drawn, GateKind, Setting } from "../../core/gates/types.js";
import { allLiving, paramsOf, settingOf, statusOf, testValues } from "../../core/gates/values.js";
import type { LearnIr } from "../../core/ir/types.js";
import { ungatedView } from "../../core/masks/masked.js";
import { living } from "../../core/masks/state.js";
import type { Part } from "../../core/units/parts.js";
import type { DrawnGates, DrawnGradients } from "../types.js";
import type { LearnRule } from "./gates.js";
import { modulesOf, type Modules } from "./modules.js";

/** What one step of training needs to know. */
export interface GateMoment {
  /** Updates before it, in this phase and in the run. */
  readonly step: number;
  readonly clock: number;
  /** Examples of the step, and training examples in all. */
  readonly rows: number;
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
  back(gradients: Map<string, Float32Array>, ofDraws?: DrawnGradients): GateGradients;
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
  /** What weights are multiplied by, or the deviations of what is added to them. */
  readonly z: Float32Array;
  readonly trained: {
    readonly ir: LearnIr;
    readonly drawn: Drawn;
    readonly setting: Setting;
    /** Rows of the draw in front of that of the batch: one an example. */
    readonly rows: number;
    readonly modules: Modules | null;
  } | null;
  /** The layers in front of which it acts, example by example, and the weights that need not be multiplied then. */
  readonly reads: Reads;
  /** Kernels of which the layer draws the noise itself. */
  readonly local: ReadonlySet<string>;
  /** What is drawn for the elements of the other kernels: standard normal, by unit. Null where z multiplies. */
  readonly draws: Float32Array | null;
}

/** Gates at work on one weight. */
interface Link extends Acting {
  readonly parts: readonly Part[];
}

const nowhere: Reads = { units: new Map(), keys: new Set() };

/** Draws the gates of a step; null where there are none. */
export function gateStep(
  context: PruningContext,
  rules: readonly LearnRule[],
  moment: GateMoment,
): GateStep | null {
  const { state } = context;
  if (state.gates.size === 0) return null;
  const acting: Acting[] = [];
  for (const gates of state.gates.values()) {
    const rule = rules.find(({ ir }) => ir.id === gates.id);
    acting.push(
      rule === undefined || !rule.active(moment.step)
        ? standing(context, gates)
        : drawing(context, gates, rule.ir, moment, acting),
    );
  }
  const guarding = (key: string): Link[] =>
    acting.flatMap((one) => {
      const parts = one.guard.parts.get(key);
      return parts === undefined || one.reads.keys.has(key) || one.local.has(key) ? [] : [{ ...one, parts }];
    });
  const guarded = new Set(acting.flatMap(({ guard }) => [...guard.parts.keys()]));
  const keys = new Set([...guarded].filter((key) => guarding(key).length > 0));
  return {
    drawn: {
      keys,
      bare: new Set([...guarded].filter((key) => !keys.has(key))),
      shown: (key, data) => guarding(key).reduce((out, link) => through(link, out), data),
      reads: new Map(acting.flatMap(multipliers)),
      variances: new Map(acting.flatMap((one) => variances(context, one))),
      attended: new Map(acting.flatMap(({ trained }) => [...(trained?.modules?.inputs ?? [])])),
    },
    back(gradients, ofDraws) {
      const sums = new Map(
        acting.map(({ gates, trained, guard }) => [
          gates,
          scratch(gates, "∂z", Float64Array, trained?.drawn.z.length ?? guard.units),
        ]),
      );
      const sumOf = ({ gates }: Acting): Float64Array => sums.get(gates) ?? new Float64Array(0);
      const rests = new Set<string>();
      const ungated = ungatedView(context);
      for (const key of keys) {
        const [gradient, data] = [gradients.get(key), ungated.get(key)?.data];
        if (gradient === undefined || data === undefined) continue;
        throughChain(guarding(key), { key, gradient, data, rests, sumOf });
      }
      const of = new Map<string, { readonly data: Float32Array; readonly gradient: Float32Array }>();
      let term = 0;
      for (const one of acting) {
        if (ofDraws !== undefined) throughDraws(one, ofDraws, sumOf(one));
        term += towardsGates(context, one, { moment, dz: sumOf(one), of, gradients });
      }
      return {
        term,
        of,
        rests,
        done() {
          for (const { gates, kind, trained } of acting) {
            if (trained === null) continue;
            kind.clamp?.(gates.params);
            if (trained.modules !== null) kind.note?.(gates.params, trained.modules.mean());
            touchGates(gates);
          }
        },
      };
    },
  };
}

function standing({ network }: PruningContext, gates: Gates): Acting {
  const [kind, guard] = [gates.kind, guardOf(network, gates)];
  const z = testValues(network, gates);
  return { gates, kind, guard, z, trained: null, reads: nowhere, local: new Set(), draws: null };
}

/**
 * The gates of a rule that trains. What stands `before` them has the first word: in front of a layer one statement alone multiplies by
 * example, and a kernel that others guard too is no longer its layer's own to draw the noise of.
 */
function drawing(
  { network, state, seed }: PruningContext,
  gates: Gates,
  ir: LearnIr,
  moment: GateMoment,
  before: readonly Acting[],
): Acting {
  const [kind, guard] = [gates.kind, guardOf(network, gates)];
  const at = moment.of(ir.id);
  gates.args = Object.fromEntries(
    Object.entries(ir.gate.args).map(([name, value]) => [
      name,
      kind.args[name]?.fixed === true ? (gates.args[name] ?? NaN) : at.value(value, "value"),
    ]),
  );
  touchGates(gates);
  const setting = settingOf(network, gates);
  const uniform = unitDraws(seed, gates.id, moment.clock);
  const rows = kind.draws === "example" ? moment.rows : 0;
  const drawn = kind.draw(
    gates.params,
    setting,
    (unit, row) => uniform(guard.numbers?.[unit] ?? unit, row),
    rows + 1,
  );
  const taken = new Set(before.flatMap(({ reads }) => [...reads.units.keys()]));
  const byExample = kind.draws === "example" || kind.draws === "activations";
  const reads = byExample ? readsOf(network, guard, taken) : nowhere;
  const modules =
    kind.draws === "activations" ? modulesOf(kind, gates.params, { setting, guard, reads }) : null;
  const common = { gates, kind, guard, reads, trained: { ir, drawn, setting, rows, modules } };
  if (kind.draws === "deviation") {
    const others = [...state.gates.values()].filter((other) => other !== gates);
    const shared = new Set(others.flatMap((other) => [...guardOf(network, other).parts.keys()]));
    const local = new Set([...localKernels(network)].filter((key) => !shared.has(key)));
    const status = statusOf(network, gates, state);
    // What is dead has no noise.
    if (!allLiving(status))
      for (let unit = 0; unit < guard.units; unit++) if (status[unit] !== living) drawn.z[unit] = 0;
    return {
      ...common,
      z: drawn.z,
      local,
      draws: [...guard.parts.keys()].every((key) => local.has(key)) ? nothing : noises(guard.units, uniform),
    };
  }
  return {
    ...common,
    z: drawn.z.subarray(rows * guard.units),
    local: new Set(),
    draws: null,
  };
}

const nothing = new Float32Array(0);

/** A standard normal number for every unit. */
function noises(units: number, uniform: (unit: number, row: number) => number): Float32Array {
  const out = new Float32Array(units);
  for (let unit = 0; unit < units; unit++) out[unit] = quantile(uniform(unit, 0));
  return out;
}

/** A weight behind some gates. */
const through = ({ draws, z, parts }: Link, data: Float32Array): Float32Array =>
  draws === null
    ? multiplied(parts, z, data)
    : shifted(
        parts,
        z.map((deviation, unit) => deviation * (draws[unit] ?? 0)),
        data,
      );

/** What each layer's input is multiplied by: a row an example. */
function multipliers({ guard, reads, trained }: Acting): [number, Float32Array][] {
  if (trained === null || trained.modules !== null) return [];
  const { rows, drawn } = trained;
  return [...reads.units].map(([layer, unitAt]) => {
    const out = new Float32Array(rows * unitAt.length);
    for (let row = 0, i = 0; row < rows; row++)
      for (const unit of unitAt) out[i++] = unit < 0 ? 1 : (drawn.z[row * guard.units + unit] ?? 1);
    return [layer, out];
  });
}

function variances(
  { parameters }: PruningContext,
  { guard, local, z, draws }: Acting,
): [string, Float32Array][] {
  if (draws === null) return [];
  return [...guard.parts].flatMap(([key, parts]) => {
    if (!local.has(key)) return [];
    const out = new Float32Array(parameters.get(key)?.data.length ?? 0);
    for (const { at, unit, count } of stretches(parts))
      for (let n = 0; n < count; n++) out[at + n] = (z[unit + n] ?? 0) ** 2;
    return [[key, out]];
  });
}

/** Takes a gradient back through the gates of its weight, the last first, and sums what each is told of them. */
function throughChain(
  chain: readonly Link[],
  {
    key,
    gradient,
    data,
    rests,
    sumOf,
  }: {
    readonly key: string;
    readonly gradient: Float32Array;
    readonly data: Float32Array;
    readonly rests: Set<string>;
    readonly sumOf: (one: Acting) => Float64Array;
  },
): void {
  const before = [data];
  for (const link of chain.slice(0, -1)) before.push(through(link, before[before.length - 1] ?? data));
  for (let i = chain.length - 1; i >= 0; i--) {
    const [link, values] = [chain[i], before[i]];
    if (link === undefined || values === undefined) continue;
    const { kind, z, trained, draws, parts, guard } = link;
    const dz = sumOf(link);
    if (draws !== null) {
      eachElement(parts, (at, unit) => {
        if (z[unit] !== 0) dz[unit] = (dz[unit] ?? 0) + (gradient[at] ?? 0) * (draws[unit] ?? 0);
      });
      continue;
    }
    const first = (trained?.rows ?? 0) * guard.units;
    const freezes = trained !== null && kind.freezes;
    const signs = kind.through === "signs";
    if (freezes) rests.add(key);
    eachElement(parts, (at, unit) => {
      const g = gradient[at] ?? 0;
      const w = values[at] ?? 0;
      dz[first + unit] = (dz[first + unit] ?? 0) + g * (signs ? Math.sign(w) : w);
      gradient[at] = freezes ? 0 : g * (z[unit] ?? 1);
    });
  }
}

/** Adds to ∂L/∂z what the layers say that drew for themselves, or read what was drawn for each example. */
function throughDraws(
  { guard, reads, z, local, trained }: Acting,
  ofDraws: DrawnGradients,
  dz: Float64Array,
): void {
  for (const [layer, unitAt] of reads.units) {
    const gradient = ofDraws.reads.get(layer);
    for (let row = 0, i = 0; gradient !== undefined && row < (trained?.rows ?? 0); row++)
      for (const unit of unitAt) {
        const [to, g] = [row * guard.units + unit, gradient[i++] ?? 0];
        if (unit >= 0) dz[to] = (dz[to] ?? 0) + g;
      }
  }
  for (const key of local) {
    const gradient = ofDraws.variances.get(key);
    const parts = guard.parts.get(key);
    if (gradient === undefined || parts === undefined) continue;
    for (const { at, unit, count } of stretches(parts))
      for (let n = 0; n < count; n++)
        dz[unit + n] = (dz[unit + n] ?? 0) + 2 * (z[unit + n] ?? 0) * (gradient[at + n] ?? 0);
  }
}

/** Gradients of the parameters of some gates, and of the weights that are among them, the term of the loss included, which is given. */
function towardsGates(
  { network, state, parameters }: PruningContext,
  { gates, kind, guard, trained }: Acting,
  {
    moment,
    dz,
    of,
    gradients,
  }: {
    readonly moment: GateMoment;
    readonly dz: Float64Array;
    readonly of: Map<string, { readonly data: Float32Array; readonly gradient: Float32Array }>;
    readonly gradients: ReadonlyMap<string, Float32Array>;
  },
): number {
  if (trained === null) return 0;
  const params = paramsOf(network, gates, (key) => parameters.get(key)?.data);
  const slopes = Object.fromEntries(
    Object.entries(params).map(([name, { length }]) => [
      name,
      scratch(gates, `∂${name}`, Float32Array, length),
    ]),
  );
  trained.drawn.back(dz, slopes);
  for (const name of Object.keys(kind.params)) {
    const [data, gradient, told] = [gates.params[name], slopes[name], trained.modules?.slopes[name]];
    if (data === undefined || gradient === undefined) continue;
    told?.forEach((slope, i) => (gradient[i] = (gradient[i] ?? 0) + slope));
    of.set(gateKey(gates.id, name), { data, gradient });
  }
  if (kind.term === null) return 0;
  const strength = moment.of(gates.id).value(trained.ir.strength, "value");
  if (strength === 0) return 0;
  const each = kind.term.bound ? strength / Math.max(1, moment.examples) : strength;
  const status = statusOf(network, gates, state);
  const byWeight = kind.term.per === "weight";
  const weight = scratch(gates, "weight", Float64Array, guard.units);
  if (!byWeight && allLiving(status)) weight.fill(each);
  else
    for (let unit = 0; unit < guard.units; unit++)
      if (status[unit] === living) weight[unit] = byWeight ? each * (guard.sizes[unit] ?? 0) : each;
  const term = kind.term.add(params, trained.setting, weight, slopes);
  const ofWeights = kind.ofWeights ? slopes["w"] : undefined;
  if (ofWeights !== undefined)
    for (const [key, parts] of guard.parts) {
      const gradient = gradients.get(key);
      if (gradient === undefined) continue;
      for (const { at, unit, count } of stretches(parts))
        for (let n = 0; n < count; n++)
          gradient[at + n] = (gradient[at + n] ?? 0) + (ofWeights[unit + n] ?? 0);
    }
  return term;
}
