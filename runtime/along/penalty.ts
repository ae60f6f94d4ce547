import type { ExprIr, PenalizeIr } from "../../core/ir/types.js";
import type { Moment, PruningContext } from "../../core/events/context.js";
import { derivative } from "../../core/expr/derivative.js";
import { build, evaluateEntries, walkElements, type Domain } from "../../core/expr/domain.js";
import { spaceDomain, type NormDomain } from "../../core/expr/domains.js";
import { namesIn } from "../../core/expr/names.js";
import { binaryOf, entryNode, type Node } from "../../core/expr/nodes.js";
import { ungatedView } from "../../core/masks/masked.js";
import {
  isOwn,
  argumentsOfOwn,
  ownName,
  readsOf,
  rowPlaces,
  unitsByLayer,
  widthsOf,
  type OwnExpr,
} from "../../core/expr/own.js";
import { living } from "../../core/masks/state.js";
import { cachedSpace, wholeUnits } from "../../core/units/spaces.js";
import type { Space } from "../../core/units/space.js";
import { pullOnGates, type OfGates } from "./gate-penalty.js";
import { stepChoice } from "../scores/on-step.js";
import type { Observation } from "../types.js";

type Gradients = ReadonlyMap<string, Float32Array>;

/** A `penalize` rule at work in a phase. */
export interface PenaltyRule {
  /** What the pass of the step shall show to choose the units `among` all. */
  watch(context: PruningContext): Observation | undefined;
  /**
   * Adds strength × ∂penalty to the gradients of this step (by weight key; a weight without a gradient is left alone) and returns
   * strength × penalty. `of` are the gradients of the loss alone, which the penalty may read: strength × ∂penalty/∂g is then added to
   * `along`, and its slope along the weights is the Hessian times that. `ofGates` are those of the gates that train in the step.
   */
  add(
    context: PruningContext,
    moment: Moment,
    gradients: Gradients,
    of?: Gradients,
    along?: Map<string, Float32Array>,
    ofGates?: OfGates,
  ): number;
}

/** Prepares a penalty: the sum over the living units of an expression in their weights. */
export function penaltyRule(ir: PenalizeIr): PenaltyRule {
  const spaceNow = cachedSpace(ir.structure, ir);
  const { among } = ir;
  const choice = among && stepChoice(ir.id, among, spaceNow);
  const { expr } = ir.by;
  const addPenalty = isOwn(expr) ? overOwn(ir, expr) : overWeights(ir, expr);
  return {
    watch: (context) => choice?.watch(context),
    add(
      context,
      moment,
      gradients,
      of = gradients,
      along = new Map<string, Float32Array>(),
      ofGates = new Map(),
    ) {
      const strength = moment.value(ir.strength, "value");
      if (!(strength !== 0)) return 0;
      const space = spaceNow(context);
      const counted =
        choice === undefined || among === undefined
          ? space.status.map((code) => (code === living ? 1 : 0))
          : choice.choose(context, moment.value(among.share, "value"), gradients).chosen;
      return strength * addPenalty({ context, space, counted, strength, gradients, of, along, ofGates });
    },
  };
}

/** A penalty in one step of training. */
interface PenaltyStep {
  readonly context: PruningContext;
  readonly space: Space;
  /** The units (1) whose penalty counts. */
  readonly counted: Uint8Array;
  readonly strength: number;
  readonly gradients: Gradients;
  /** Those of the loss alone. */
  readonly of: Gradients;
  /** Slopes along the gradients. */
  readonly along: Map<string, Float32Array>;
  readonly ofGates: OfGates;
}

/** Whether a penalty reads gradients, so that its slope takes passes of its own. */
export const readsGradients = ({ by }: Pick<PenalizeIr, "by">): boolean =>
  namesIn(by.expr).some((name) => name === "g" || name === "g2");

/** Adds strength × slope for the counted units to the gradients, and returns the penalty. */
type AddPenalty = (step: PenaltyStep) => number;

function overWeights({ id }: PenalizeIr, expr: ExprIr): AddPenalty {
  const slope = derivative(expr);
  const ofGradients = readsGradients({ by: { name: "", expr } }) ? derivative(expr, "g") : null;
  const pullGates = pullOnGates(expr);
  return ({ context, space, counted, strength, gradients, of, along, ofGates }) => {
    const { seed, slots } = context;
    const units = wholeUnits(space);
    const squares = ofGradients && {
      g2: new Map([...of].map(([key, g]) => [key, g.map((one) => one * one)])),
    };
    const domain = spaceDomain(units, { seed, keys: [id], slots, g: of, ...squares, ...underGates(context) });
    const each = evaluateEntries(expr, domain);
    let value = 0;
    for (let unit = 0; unit < each.length; unit++) if (counted[unit] === 1) value += each[unit] ?? 0;
    const share = (entry: number): number => strength * (counted[entry] ?? 0);
    pullGates({ context, space: units, domain, each: share, gradients, ofGates });
    const chosen = entryNode(Float64Array.from(counted));
    const slopeOf = (expr: ExprIr): Node => binaryOf("*", build(expr, domain), chosen);
    addSlopes(domain, slopeOf(slope), (key) => gradients.get(key), strength);
    if (ofGradients !== null)
      addSlopes(
        domain,
        slopeOf(ofGradients),
        (key) => {
          const known = along.get(key) ?? of.get(key)?.map(() => 0);
          if (known !== undefined) along.set(key, known);
          return known;
        },
        strength,
      );
    return value;
  };
}

/** A penalty in JavaScript: the living (or chosen) units of a layer in rows, layer by layer. */
function overOwn({ id }: PenalizeIr, expr: OwnExpr): AddPenalty {
  return ({ context, space, counted, strength, gradients }) => {
    const { seed, slots, own } = context;
    if (own === undefined) throw new Error(`\`${ownName(expr)}\` is not at hand`);
    const domain = spaceDomain(space, { seed, keys: [id], slots, g: gradients, ...underGates(context) });
    const widths = widthsOf(space, domain);
    let value = 0;
    const slopes = space.layers.map(() => none);
    for (const { layer, start, of } of unitsByLayer(readsOf(expr), space, domain)) {
      const { units, size } = of;
      const rows = Array.from({ length: units }, (_, i) => i).filter(
        (i) => counted[space.entryUnit?.[start + i] ?? start + i] === 1,
      );
      if (rows.length === 0 || size === 0) continue;
      const values = new Map([...of.values].map(([name, all]) => [name, rowsOf(all, rows, size)] as const));
      const living = Uint8Array.from(rows, (i) => of.living[i] ?? 0);
      const shown = { ...of, units: rows.length, living, values };
      const found = own.penalty(ownName(expr), shown, argumentsOfOwn(expr));
      value += found.value;
      const slope = new Float32Array(units * size);
      rows.forEach((to, from) => {
        for (let i = 0; i < size; i++) slope[to * size + i] = found.slope[from * size + i] ?? 0;
      });
      slopes[layer] = slope;
    }
    const placesOf = rowPlaces(space, domain, widths);
    domain.walk((chunk) => {
      const { part, layer, at, count } = chunk;
      const [places, slope] = [placesOf(chunk), slopes[layer] ?? none];
      const gradient = part === null ? undefined : gradients.get(part.key);
      if (gradient === undefined || slope.length === 0) return;
      for (let i = 0; i < count; i++)
        gradient[at[i] ?? 0] = (gradient[at[i] ?? 0] ?? 0) + strength * (slope[places[i] ?? 0] ?? 0);
    });
    return value;
  };
}

const none = new Float32Array(0);

/** Some rows of a matrix. */
function rowsOf(all: ArrayLike<number>, rows: readonly number[], size: number): Float32Array {
  const chosen = new Float32Array(rows.length * size);
  rows.forEach((from, to) => {
    for (let i = 0; i < size; i++) chosen[to * size + i] = all[from * size + i] ?? 0;
  });
  return chosen;
}

/** The weights that learned gates multiply: those train, so those are penalized. */
export function underGates(context: PruningContext): { readonly w?: ReadonlyMap<string, Float32Array> } {
  if (context.state.gates.size === 0) return {};
  return { w: new Map([...ungatedView(context)].map(([key, { data }]) => [key, data])) };
}

/** A slope that is the same for all elements still has to reach every one of them. */
export const everywhere = (node: Node): Node => ({
  level: "element",
  fill: (chunk, out) => node.fill(chunk, out),
});

/** Adds `times` a slope by element to arrays by weight key; a weight that has none is left alone. */
export function addSlopes(
  domain: Domain,
  slope: Node,
  into: (key: string) => Float32Array | undefined,
  times = 1,
): void {
  walkElements(domain, everywhere(slope), ({ part, at, count }, slopes) => {
    const sums = part === null ? undefined : into(part.key);
    if (sums === undefined) return;
    for (let i = 0; i < count; i++) sums[at[i] ?? 0] = (sums[at[i] ?? 0] ?? 0) + times * (slopes[i] ?? 0);
  });
}

/** The same of the scales or shifts of batch norms: `abs(gamma)` (Liu et al. 2017). */
export function addNormSlopes(
  domain: NormDomain,
  slope: Node,
  of: "scale" | "shift",
  gradients: Gradients,
  times = 1,
): void {
  walkElements(domain, everywhere(slope), ({ at, count }, slopes) => {
    for (let i = 0; i < count; i++) {
      const place = domain.places[at[i] ?? 0];
      const gradient = gradients.get(place?.[of] ?? "");
      if (place === undefined || gradient === undefined) continue;
      gradient[place.at] = (gradient[place.at] ?? 0) + times * (slopes[i] ?? 0);
    }
  });
}
