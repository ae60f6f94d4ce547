import type { Moment, PruningContext } from "../../core/events/context.js";
import { derivative, perUnit, sharedSlope } from "../../core/expr/derivative.js";
import {
  atEntries,
  build,
  evaluateEntries,
  reduceElements,
  walkElements,
  type Domain,
} from "../../core/expr/domain.js";
import { normDomain, spaceDomain } from "../../core/expr/domains.js";
import { standsOutside, takeApart, type Apart } from "../../core/expr/mixed.js";
import { sharing, walkTogether } from "../../core/expr/together.js";
import { axisNode, binaryOf, entryNode, numberNode, type Node } from "../../core/expr/nodes.js";
import { structureKind } from "../../core/ir/structure.js";
import type { ExprIr, PenalizeIr } from "../../core/ir/types.js";
import { ungatedView } from "../../core/masks/masked.js";
import { living } from "../../core/masks/state.js";
import { trainedKey } from "../../core/parameters.js";
import { cachedSpace, wholeUnits } from "../../core/units/spaces.js";
import type { Space } from "../../core/units/space.js";
import { stepChoice } from "../scores/on-step.js";
import { axisPlace } from "../../core/units/parts.js";
import type { Observation, Pull } from "../types.js";
import { pullOnGates, type OfGates } from "./gate-penalty.js";
import { overMembers } from "./members.js";
import { addNormSlopes, addSlopes, everywhere, underGates } from "./penalty.js";
import { samplesOf, type Samples } from "./samples.js";

type Gradients = ReadonlyMap<string, Float32Array>;

/** A penalty over batch norms, over activations, or one that joins weights, batch norms, activations and what layers read. */
export interface MixedPenalty {
  /** What the pass of a step shall show to choose the units `among` all. */
  watch(context: PruningContext): Observation | undefined;
  /** Opens a step: looks at the activations of its pass, and adds their slopes on the way back; null where none are read. */
  pull(context: PruningContext, moment: Moment): Pull | null;
  /** Adds strength × slope to the gradients of weights, batch norms and gates, and returns strength × penalty. */
  add(context: PruningContext, moment: Moment, gradients: Gradients, ofGates?: OfGates): number;
  /** The numbers that train with the weights, with the slopes of the last `add`. */
  readonly trained: readonly Trained[];
}

/** A number of a penalty that trains: its key among the states of the optimizer, its value and its slope, of one element each. */
export interface Trained {
  readonly key: string;
  readonly data: Float32Array;
  readonly gradient: Float32Array;
}

/**
 * Prepares a mixed penalty: the sum, over the living units, of an expression for each of them as a whole. What it reads of activations is
 * reduced over all samples and places of the batch, channel by channel, and added up over the layers that make (or read) a unit. Its
 * slopes along activations are known once the pass forward is done, and wait for the pass back.
 */
export function mixedPenalty(ir: PenalizeIr): MixedPenalty {
  const spaceNow = cachedSpace(ir.structure, ir);
  const choice = ir.among && stepChoice(ir.id, ir.among, spaceNow);
  const apart = takeApart(ir.by.expr, structureKind(ir.structure));
  let step: Step | null = null;
  let trained: readonly Trained[] = [];
  const open = (context: PruningContext, moment: Moment): Step => {
    const space = spaceNow(context);
    return {
      context,
      space,
      strength: moment.value(ir.strength, "value"),
      samples: samplesOf(space, apart.samples),
      trained: trainedNow(ir, context),
      counted: (gradients) =>
        choice === undefined || ir.among === undefined
          ? space.status.map((code) => (code === living ? 1 : 0))
          : choice.choose(context, moment.value(ir.among.share, "value"), gradients).chosen,
    };
  };
  return {
    watch: (context) => choice?.watch(context),
    pull(context, moment) {
      step = open(context, moment);
      const { samples, strength } = step;
      if (apart.samples.length === 0 || !(strength !== 0)) return null;
      const here = step;
      let solved: Solved | null = null;
      return {
        layers: samples.layers("outputs"),
        readers: samples.layers("inputs"),
        slope(layer, activation, shape, side) {
          const from = samples.see(side, layer, activation, shape.at(-1) ?? 1);
          return () => {
            solved ??= solve(ir, apart, here, new Map());
            return here.samples.slopes(side, layer, solved.ofSamples, from, activation.length);
          };
        },
      };
    },
    add(context, moment, gradients, ofGates = new Map()) {
      const here = step ?? open(context, moment);
      step = null;
      trained = [];
      if (!(here.strength !== 0)) return 0;
      const solved = solve(ir, apart, here, gradients);
      solved.pull(gradients, ofGates);
      trained = [...here.trained.values()];
      return solved.value;
    },
    get trained() {
      return trained;
    },
  };
}

/** A mixed penalty in one step of training. */
interface Step {
  readonly context: PruningContext;
  readonly space: Space;
  readonly strength: number;
  readonly samples: Samples;
  /** By the name that the penalty has for it. */
  readonly trained: ReadonlyMap<string, Trained>;
  /** The units (1) whose penalty counts, once the pass forward is done. */
  counted(gradients: Gradients): Uint8Array;
}

interface Solved {
  readonly value: number;
  /** Of the penalty along each sample term, times the strength: by unit, or by layer of the space and channel. */
  readonly ofSamples: ReadonlyMap<string, readonly Float64Array[]>;
  /** Adds the slopes along weights, batch norms and gates. */
  pull(gradients: Gradients, ofGates: OfGates): void;
}

function solve({ id }: PenalizeIr, apart: Apart, step: Step, g: Gradients): Solved {
  const { context, space, samples, strength } = step;
  const { seed, slots, network } = context;
  const units = wholeUnits(space);
  const counted = Float64Array.from(step.counted(g), (flag) => flag * strength);
  const given = { seed, keys: [id], slots, g, ...underGates(context) };
  const shown = ungatedView(context);

  const roots = new Map(space.channelUnits?.map(({ root }, unit) => [root, unit] as const));
  const norms = normDomain(network, (key) => shown.get(key)?.data, new Set(roots.keys()));
  const ofNorms = apart.norms.map(({ part }) => {
    const values = evaluateEntries(part, norms);
    const byUnit = new Float64Array(space.units);
    norms.roots.forEach((root, entry) => (byUnit[roots.get(root) ?? -1] = values[entry] ?? 0));
    return byUnit;
  });
  const members = apart.members.map((term) => overMembers(term, space, spaceDomain(space, given)));
  const nodes = new Map<string, Node>([
    ...[...step.trained].map(([name, { data }]) => [name, numberNode(data[0] ?? 0)] as const),
    ...apart.norms.map(({ name }, i) => [name, entryNode(ofNorms[i] ?? none)] as const),
    ...apart.members.map(({ name }, i) => [name, entryNode(members[i]?.values ?? none)] as const),
    ...apart.samples.map(({ name }) => {
      const { axis, values } = samples.values(name);
      if (axis === null) return [name, entryNode(values[0] ?? none)] as const;
      return [name, axisNode(axis, (key) => values[layerOfPart(space, key)])] as const;
    }),
  ]);
  const domain = spaceDomain(units, {
    ...given,
    gathered: (part) => (typeof part === "string" ? nodes.get(part) : undefined),
  });
  const axes = new Set(
    apart.samples.filter(({ name }) => samples.values(name).axis !== null).map(({ name }) => name),
  );
  const whole: ExprIr = standsOutside(apart.expr, axes) ? ["sum", apart.expr] : perUnit(apart.expr);

  const each = evaluateEntries(whole, domain);
  let value = 0;
  for (let unit = 0; unit < each.length; unit++) value += (counted[unit] ?? 0) * (each[unit] ?? 0);

  const chosen = entryNode(counted);
  const ofSamples = new Map<string, readonly Float64Array[]>(
    apart.samples.map(({ name }) => {
      const { axis, values } = samples.values(name);
      if (axis === null) return [name, [alongUnits(whole, name, domain, counted)]] as const;
      const sums = values.map(({ length }) => new Float64Array(length));
      const slope = everywhere(binaryOf("*", build(sharedSlope(whole, name).each, domain), chosen));
      walkElements(domain, slope, ({ part, at, count }, slopes) => {
        const along = part === null ? undefined : sums[layerOfPart(space, part.key)];
        if (part === null || along === undefined) return;
        for (let i = 0; i < count; i++) {
          const place = axisPlace(part, axis, at[i] ?? 0);
          along[place] = (along[place] ?? 0) + (slopes[i] ?? 0);
        }
      });
      return [name, sums] as const;
    }),
  );
  return {
    value,
    ofSamples,
    pull(gradients, ofGates) {
      const into = (key: string) => gradients.get(key);
      const share = (entry: number): number => counted[entry] ?? 0;
      pullOnGates(whole)({ context, space: units, domain, each: share, gradients, ofGates });
      const ofWeights = derivative(whole);
      if (ofWeights !== 0)
        addSlopes(domain, binaryOf("*", build(ofWeights, sharing(domain, [ofWeights])), chosen), into);
      alongTrained(whole, step.trained, domain, counted);
      apart.members.forEach(({ name, inner }, i) => {
        const over = spaceDomain(space, given);
        const along = entryNode(members[i]?.back(alongUnits(whole, name, domain, counted)) ?? none);
        addSlopes(over, binaryOf("*", build(derivative(inner), over), along), into);
      });
      apart.norms.forEach(({ name, part }) => {
        const byUnit = alongUnits(whole, name, domain, counted);
        const byEntry = Float64Array.from(norms.roots, (root) => byUnit[roots.get(root) ?? -1] ?? 0);
        for (const [variable, of] of [
          ["gamma", "scale"],
          ["beta", "shift"],
        ] as const) {
          const slope = binaryOf("*", build(derivative(part, variable), norms), entryNode(byEntry));
          addNormSlopes(norms, slope, of, gradients);
        }
      });
    },
  };
}

const none = new Float64Array(0);

/**
 * The numbers that train, as they have come to be. They are kept with the state of the optimizer: a `finetune` goes on with them, a `train`
 * begins anew.
 */
function trainedNow(
  { id, trained = {} }: PenalizeIr,
  { slots }: PruningContext,
): ReadonlyMap<string, Trained> {
  return new Map(
    Object.entries(trained).map(([name, start]) => {
      const key = trainedKey(id, name);
      const own = slots.get(key) ?? {};
      slots.set(key, own);
      const data = (own["value"] ??= Float32Array.of(start));
      return [name, { key, data, gradient: new Float32Array(1) }] as const;
    }),
  );
}

/** Slopes along numbers that train, all at once, for they have most of their parts in common. */
function alongTrained(whole: ExprIr, trained: Step["trained"], domain: Domain, counted: Float64Array): void {
  if (trained.size === 0) return;
  const slopes = [...trained].map(([name, { gradient }]) => ({ ...sharedSlope(whole, name), gradient }));
  const sums = new Float64Array(slopes.length);
  slopes.forEach(({ own }, i) => {
    if (own === 0) return;
    const byUnit = new Float64Array(domain.entries);
    atEntries(domain, build(own, domain), byUnit);
    byUnit.forEach((slope, unit) => (sums[i] = (sums[i] ?? 0) + (counted[unit] ?? 0) * slope));
  });
  const through = slopes.map(({ each }) => each);
  if (through.some((each) => each !== 0))
    walkTogether(domain, through, ({ entry, count }, values) => {
      values.forEach((row, n) => {
        let sum = 0;
        for (let i = 0; i < count; i++) sum += (counted[entry[i] ?? 0] ?? 0) * (row[i] ?? 0);
        sums[n] = (sums[n] ?? 0) + sum;
      });
    });
  slopes.forEach(({ gradient }, i) => (gradient[0] = sums[i] ?? 0));
}

/** The slope along a value that a unit has one of, by unit: at the unit itself, and through its elements. */
function alongUnits(whole: ExprIr, name: string, domain: Domain, counted: Float64Array): Float64Array {
  const { own, each } = sharedSlope(whole, name);
  const slopes = new Float64Array(domain.entries);
  if (own !== 0) atEntries(domain, build(own, domain), slopes);
  const through = each === 0 ? null : reduceElements(domain, everywhere(build(each, domain)), "sum");
  return slopes.map((slope, unit) => (counted[unit] ?? 0) * (slope + (through?.[unit] ?? 0)));
}

const layerOfPart = ({ parts }: Space, key: string): number =>
  parts.find((part) => part.key === key)?.layer ?? -1;
