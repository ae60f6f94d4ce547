import { elementUnits, kernelAxes } from "../../core/units/element-units.js";
import type { StructureIr } from "../../core/ir/types.js";
import type { Network, WeightInfo } from "../../core/network/types.js";
import { uptakeOf } from "../../core/network/uptake.js";
import { blankOf } from "./blank.js";
import { dropsOf, groupsIn } from "./inside.js";
import { isExact, type Interval } from "./interval.js";
import { cameBack, diedAs, heldOf } from "./loose.js";
import { isElementPool, type ChannelPool, type ElementPool } from "./pools.js";
import { deadOf, withDead, type State } from "./state.js";
import type { Pool } from "./world.js";

/**
 * What single deaths add to a `slim`: a channel whose kernel has nothing left holds one value, which its readers take up, and goes
 * with the dead ones. How many channels that may be follows from the counts; which ones, and whether their constants find a place, is
 * mostly told by the run alone.
 */

/** The state after a slim: `channels` are the pools of all units that could go, `pools` those that were spoken of. */
export function slimmed(
  network: Network,
  channels: readonly ChannelPool[],
  pools: readonly Pool[],
  state: State,
): State {
  const elements = pools.filter(isElementPool).filter((pool) => zeroIn(state, pool) > 0);
  const most = emptiedByKernel(network, elements, state);
  if (most.length === 0 && channels.every((pool) => blankOf(state, pool) === 0)) return state;
  const products = network.layers.some(({ className }) => className === "Multiply" || className === "Dot");
  const quietLayers = new Set(
    network.layers.flatMap(({ path, className }) => (followed.test(className) ? [path] : [])),
  );
  let next = state;
  for (const pool of channels) {
    const [low, high] = deadOf(state, pool);
    const quiet = products || pool.layers.every((layer) => quietLayers.has(layer));
    const emptied = emptiedOf(pool, most, products) + (quiet ? blankOf(state, pool) : 0);
    if (emptied === 0) continue;
    const least = low === 0 && high === 0 ? surelyEmptied(network, pool, elements, state) : 0;
    // No layer loses its last channel in this way.
    const cap = Math.max(high, pool.total - 1);
    const dead: Interval = [Math.max(low, Math.min(least, cap)), Math.min(cap, high + emptied)];
    // What was exact may have frozen units in it: the bounds are new even where they are alike.
    next = withDead(next, [pool], [dead]);
    if (deadOf(next, pool) === deadOf(state, pool))
      next = { ...next, dead: new Map(next.dead).set(pool.key, dead) };
  }
  if (next === state) return state;
  const after = withFrozen(channels, state, diedAs({ manner: "held" }, channels, state, next));
  return uncovered(network, elements, after);
}

/** What is frozen may be emptied as well: it is among the dead already, and goes all the same. */
function withFrozen(channels: readonly ChannelPool[], before: State, after: State): State {
  const loose = new Map(after.loose);
  for (const pool of channels) {
    const known = loose.get(pool.key);
    if (known === undefined || deadOf(before, pool) === deadOf(after, pool)) continue;
    const dead = deadOf(after, pool);
    loose.set(pool.key, { ...known, firm: [known.firm[0], dead[1]], held: [known.held[0], dead[1]] });
  }
  return { ...after, loose };
}

interface Emptied {
  readonly layer: string;
  readonly role: "out" | "pass";
  readonly roots: ReadonlySet<number>;
  readonly most: number;
}

/** Channels that each weight makes, and whether some of them are units of a pool: looked up at every slim. */
const rootsOf = new WeakMap<WeightInfo, ReadonlySet<number>>();
const sharing = new WeakMap<ReadonlySet<number>, WeakMap<ChannelPool, boolean>>();

function shares(pool: ChannelPool, roots: ReadonlySet<number>): boolean {
  const known = sharing.get(roots) ?? new WeakMap<ChannelPool, boolean>();
  sharing.set(roots, known);
  const found = known.get(pool) ?? pool.units.some(({ root }) => roots.has(root));
  known.set(pool, found);
  return found;
}

/** Layers whose channels hold one value once their kernel is zero. */
const followed = /^(Conv[123]D|Conv[23]DTranspose|Dense|SeparableConv2D|DepthwiseConv2D)$/;

/** Output channels that the dead of these pools can leave without any weight, of every kernel. */
function emptiedByKernel(
  network: Network,
  elements: readonly ElementPool[],
  state: State,
): readonly Emptied[] {
  return network.layers.flatMap(({ path, className, weights }) => {
    const pools = followed.test(className) ? elements.filter(({ layers }) => layers[0] === path) : [];
    return weights.flatMap((weight): Emptied[] => {
      const binding = weight.bindings.find(({ role }) => role !== "in");
      const own = pools.filter(({ kernels }) => kernels.includes(weight));
      const most = own.length === 0 ? 0 : mostSlices(weight, own, state);
      if (binding === undefined || binding.role === "in" || most === 0) return [];
      const roots = rootsOf.get(weight) ?? new Set([...binding.ids].map((id) => network.channels.find(id)));
      rootsOf.set(weight, roots);
      return [{ layer: path, role: binding.role, roots, most }];
    });
  });
}

/** Units of a pool that may be zero, dead or not, at most. */
const zeroIn = (state: State, pool: Pool): number =>
  Math.min(pool.total, heldOf(state, pool)[1] + blankOf(state, pool));

/** Slices of a kernel along its output channels that may have nothing left. */
function mostSlices(weight: WeightInfo, pools: readonly ElementPool[], state: State): number {
  const { spatial, tall, wide, inputsLast } = kernelAxes(weight);
  const slices = inputsLast ? tall : wide;
  const size = (spatial * tall * wide) / Math.max(1, slices);
  const [only, ...others] = pools;
  if (only !== undefined && others.length === 0) {
    if (keepsSome(only, state)) return 0;
    const each = unitsInSlice(weight, only, slices);
    const dead = zeroIn(state, only);
    if (each === "all") return dead === only.total ? slices : 0;
    if (each !== null) return Math.min(slices, Math.floor(dead / each));
  }
  const dead = pools.reduce(
    (sum, pool) => sum + Math.min(pool.elements, zeroIn(state, pool) * pool.largest),
    0,
  );
  return Math.min(slices, Math.floor(dead / size));
}

/** Whether all that is dead in a pool went by a rule that keeps some of every group. */
function keepsSome(pool: ElementPool, state: State): boolean {
  const kept = state.inside.get(pool.key);
  const groups = kept === undefined || kept.rule.keep === 0 ? null : groupsIn(pool, kept.rule);
  return groups !== null && kept !== undefined && zeroIn(state, pool) === dropsOf(groups, kept.rule);
}

const unitCounts = new WeakMap<WeightInfo, Map<StructureIr, number>>();

/** Units in the kernel of one output channel, where none lies in two; "all" where every unit lies in all; null otherwise. */
function unitsInSlice(weight: WeightInfo, { structure }: ElementPool, slices: number): number | "all" | null {
  switch (structure.name) {
    case "rows":
    case "columns": {
      if (weight.shape.length > 2) break;
      // Of a matrix, columns are the weights of one output whichever way it lies.
      return structure.name === "columns" ? 1 : "all";
    }
    case "blocks":
    case "strided":
      return null;
  }
  const known = unitCounts.get(weight) ?? new Map<StructureIr, number>();
  unitCounts.set(weight, known);
  const count = known.get(structure) ?? elementUnits(weight, structure)?.count ?? 0;
  known.set(structure, count);
  return count > 0 && count % slices === 0 ? count / slices : null;
}

/** Units of a pool that may go: what a join adds up is constant only where all of it is. */
function emptiedOf(pool: ChannelPool, all: readonly Emptied[], products: boolean): number {
  const counts = new Map<string, number>();
  let passes = false;
  for (const { layer, role, roots, most } of all) {
    if (!shares(pool, roots)) continue;
    passes ||= role === "pass";
    counts.set(layer, (counts.get(layer) ?? 0) + most);
  }
  const sum = [...counts.values()].reduce((a, b) => a + b, 0);
  if (passes || products) return Math.min(pool.total, sum);
  return Math.min(pool.total, ...pool.layers.map((layer) => counts.get(layer) ?? 0));
}

/** Channels that certainly go: each death empties one, and whatever value it then holds goes into the shifts behind it. */
function surelyEmptied(
  network: Network,
  pool: ChannelPool,
  elements: readonly ElementPool[],
  state: State,
): number {
  const index = network.layers.findIndex(({ path }) => path === pool.layers[0]);
  const layer = network.layers[index];
  const own = elements.filter(({ layers }) => layers[0] === layer?.path);
  const [only] = own;
  const weight = only?.kernels[0];
  if (layer === undefined || only === undefined || weight === undefined || own.length > 1) return 0;
  const held = heldOf(state, only);
  const axes = kernelAxes(weight);
  const slices = axes.inputsLast ? axes.tall : axes.wide;
  const sure =
    isExact(held) &&
    pool.layers.length === 1 &&
    pool.total === slices &&
    only.kernels.length === 1 &&
    unitsInSlice(weight, only, slices) === 1 &&
    isTakenUp(network, index, pool);
  return sure ? held[0] : 0;
}

const steps = new Set([
  "Activation",
  "BatchNormalization",
  "Dropout",
  "ELU",
  "Flatten",
  "GlobalAveragePooling1D",
  "GlobalAveragePooling2D",
  "GlobalMaxPooling2D",
  "LeakyReLU",
  "MaxPooling2D",
  "ReLU",
]);

const activations = new Set(["linear", "relu", "relu6", "sigmoid", "tanh", "elu", "selu", "softplus"]);

/** Whether every layer that reads these channels takes up any constant, and nothing on the way keeps it from being one. */
function isTakenUp(network: Network, producer: number, pool: ChannelPool): boolean {
  const roots = new Set(pool.units.map(({ root }) => root));
  const holds = (tensor: number): boolean =>
    (network.tensors[tensor]?.ids ?? []).some((id) => roots.has(network.channels.find(id)));
  let read = false;
  for (const { layer: index, inputs } of network.calls) {
    const layer = network.layers[index];
    if (layer === undefined) continue;
    const { activation = "linear" } = layer.config;
    if (index === producer && (layer.uses !== 1 || !isKnown(activation))) return false;
    if (!inputs.some(holds)) continue;
    if (layer.weights.some(({ bindings }) => bindings.some(({ role }) => role === "in"))) {
      if (layer.uses !== 1 || uptakeOf(layer) !== "fold") return false;
      read = true;
    } else if (!steps.has(layer.className) || (layer.className === "Activation" && !isKnown(activation)))
      return false;
  }
  return read;
}

const isKnown = (activation: unknown): boolean =>
  typeof activation === "string" ? activations.has(activation) : activation === null;

/** Under zero padding kernels move onto a channel that stays: weights that were dead there may live again. */
function uncovered(network: Network, elements: readonly ElementPool[], state: State): State {
  let next = state;
  for (const pool of elements) {
    const layer = network.layers.find(({ path }) => path === pool.layers[0]);
    if (layer === undefined || uptakeOf(layer) !== "carry") continue;
    const [low, high] = deadOf(next, pool);
    const most = pool.kernels.reduce((sum, weight) => sum + carried(weight), 0);
    next = withDead(next, [pool], [[Math.max(0, low - most), high]]);
  }
  return next === state ? state : cameBack(elements, state, next);
}

/** Weights that read one input channel. */
function carried(weight: WeightInfo): number {
  const { spatial, tall, wide, inputsLast } = kernelAxes(weight);
  return spatial * (inputsLast ? tall : wide);
}
