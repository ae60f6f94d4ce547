import { branchLayers, branchesOf } from "../../core/units/branches.js";
import {
  candidateLayers,
  candidateWeights,
  isChannelwise,
  type StructureName,
} from "../../core/units/candidates.js";
import { candidateUnits, producerKey } from "../../core/units/candidate-units.js";
import { elementUnits, kernelAxes } from "../../core/units/element-units.js";
import type { SelectionIr, StructureIr } from "../../core/ir/types.js";
import { collapse } from "../../core/network/collapse.js";
import { costs } from "../../core/network/costs.js";
import type { Network, Unit, WeightInfo } from "../../core/network/types.js";
import { absorbChannels } from "./absorb.js";
import { alike } from "./alike.js";
import { absorbOverlaps, reviveOverlaps } from "./overlaps.js";
import { plannedCosts } from "./costs.js";
import { isBranchPool, isChannelPool, type BranchPool, type ChannelPool, type ElementPool } from "./pools.js";
import { slimmed } from "./slimmed.js";
import type { Pool, Target, World } from "./world.js";

/** The pools of a network, made once for each structure and selection. */
export function networkWorld(network: Network): World {
  const indices = new Map(network.layers.map((layer, index) => [layer.path, index]));
  const known = new Map<string, readonly Pool[]>();
  const chosen = (target: Target, variables: ReadonlyMap<string, string>): readonly number[] => {
    const paths = target.selection.layers ?? variablePaths(target.selection, variables);
    if (paths === null) return candidateLayers(network, target.structure.name);
    return paths.flatMap((path) => indices.get(path) ?? []);
  };
  return {
    real: true,
    sizes: {
      whole: costs(network),
      after: (pools, state) => plannedCosts(network, pools, state),
    },
    separable: (pools) => {
      const roots = new Set(pools.flatMap((pool) => (isBranchPool(pool) ? pool.roots : [])));
      return collapse(network, (id) => roots.has(network.channels.find(id))).diagnostics.length === 0;
    },
    absorb: (pools, state, others) =>
      absorbOverlaps(pools, absorbChannels(network, pools, state, others), others),
    revive: reviveOverlaps,
    slim: (pools, state, channels) => slimmed(network, channels.filter(isChannelPool), pools, state),
    layers: (selection) =>
      selection.layers ?? network.layers.filter((layer) => layer.ordinal > 0).map(({ path }) => path),
    pools: (target, variables) => {
      const { structure, joins, selection } = target;
      const layers = chosen(target, variables);
      const key = JSON.stringify([structure, joins, selection.include.length > 0, layers]);
      const found = known.get(key) ?? makePools(network, target, layers);
      known.set(key, found);
      return found;
    },
  };
}

/** The layers that `in L` names inside `for each layer as L`; null where the selection names none. */
function variablePaths(
  selection: SelectionIr,
  variables: ReadonlyMap<string, string>,
): readonly string[] | null {
  const paths = selection.include.flatMap((pattern) => {
    if ("layer" in pattern) return [pattern.layer];
    return "variable" in pattern ? (variables.get(pattern.variable) ?? []) : [];
  });
  return paths.length === 0 ? null : paths;
}

function makePools(network: Network, target: Target, layers: readonly number[]): readonly Pool[] {
  if (target.structure.name === "layers") return branchPools(network, layers);
  return isChannelwise(target.structure.name)
    ? channelPools(network, target, layers)
    : elementPools(network, target, layers);
}

function branchPools(network: Network, layers: readonly number[]): readonly Pool[] {
  const paths = layers.flatMap((index) => network.layers[index]?.path ?? []);
  return branchesOf(network, branchLayers(network, paths)).map(({ roots, layers: members }): BranchPool => ({
    key: `branch ${roots.join()}`,
    layers: [members.map((index) => network.layers[index]?.path ?? "").join(", ")],
    total: 1,
    shape: [],
    roots,
  }));
}

function channelPools(
  network: Network,
  { structure, joins }: Target,
  layers: readonly number[],
): readonly Pool[] {
  const candidates = candidateUnits(network, structure.name, layers, joins);
  const pools = new Map<string, { units: Unit[]; members: Set<number> }>();
  for (const { unit, members } of candidates) {
    const key = producerKey(network, unit);
    const pool = pools.get(key) ?? { units: [], members: new Set() };
    pool.units.push(unit);
    for (const member of members) pool.members.add(member);
    pools.set(key, pool);
  }
  const uniform = alike(
    network,
    [...pools.values()].map(({ units }) => units),
  );
  return [...pools].map(([key, { units, members }], i): ChannelPool => {
    const producers = units[0]?.producers ?? [];
    const kernel = network.layers[[...members][0] ?? -1]?.weights.find((weight) => weight.isKernel);
    return {
      key: `units ${key} ${units.length}`,
      layers: producers.flatMap((index) => network.layers[index]?.path ?? []),
      total: units.length,
      shape: kernel?.shape ?? [],
      units,
      uniform: uniform[i] ?? false,
    };
  });
}

function elementPools(
  network: Network,
  { structure, selection }: Target,
  layers: readonly number[],
): readonly Pool[] {
  const explicit = selection.include.length > 0;
  return layers.flatMap((index) => {
    const layer = network.layers[index];
    if (layer === undefined) return [];
    const weights = candidateWeights(layer, structure.name, explicit);
    const count = weights.reduce((sum, weight) => sum + (elementUnits(weight, structure)?.count ?? 0), 0);
    if (count === 0) return [];
    const single = isSingle(structure.name);
    const kernels = weights.map(({ key }) => key).join();
    const pool: ElementPool = {
      // Weights are the same units under whatever name they are pruned.
      key: `${single ? "single" : JSON.stringify(structure)} ${layer.path} ${kernels}`,
      layers: [layer.path],
      total: count,
      shape: weights[0]?.shape ?? [],
      ...(single ? evenParts(weights) : {}),
      weights: single ? weights : [],
      structure,
      kernels: weights,
      elements: weights.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0),
      largest: Math.max(...weights.map((weight) => mostInUnit(weight, structure))),
    };
    return [pool];
  });
}

/** Weights of a unit at most. */
function mostInUnit(weight: WeightInfo, structure: StructureIr): number {
  const { spatial, tall, wide } = kernelAxes(weight);
  if (isSingle(structure.name)) return 1;
  if (structure.name === "blocks") return structure.height * structure.width;
  if (structure.name === "strided") return spatial * Math.max(tall, wide);
  // Kernels, and rows and columns of them; of a matrix, whole rows and columns.
  return weight.shape.length > 2 ? spatial : Math.max(tall, wide);
}

/** Structures whose units are single weights. */
const isSingle = (structure: StructureName) => ["weights", "taps", "n:m"].includes(structure);

/** Rows of a layer whose units are single weights, where all of them are alike. */
function evenParts(weights: readonly WeightInfo[]): Pick<Pool, "rows"> {
  const axes = weights.map(kernelAxes);
  const rows = axes.reduce((sum, { tall, wide, inputsLast }) => sum + (inputsLast ? tall : wide), 0);
  const sizes = new Set(
    axes.map(({ spatial, tall, wide, inputsLast }) => spatial * (inputsLast ? wide : tall)),
  );
  return sizes.size === 1 ? { rows } : {};
}
