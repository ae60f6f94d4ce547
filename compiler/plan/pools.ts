import { listOf } from "../../core/units/select.js";
import { structureKind } from "../../core/ir/structure.js";
import { branchLayers, branchesOf } from "../../core/units/branches.js";
import { candidateLayers, candidateWeights, isChannelwise } from "../../core/units/candidates.js";
import { candidateUnits } from "../../core/units/candidate-units.js";
import { familiesOf, type Siblings } from "../../core/units/siblings.js";
import { elementUnits, kernelAxes, type ElementUnits } from "../../core/units/element-units.js";
import type { LatencyModel } from "../../core/latency/model.js";
import type { PruneIr, SelectionIr, StructureIr } from "../../core/ir/types.js";
import type { Network, Unit, WeightInfo } from "../../core/network/types.js";
import { alike } from "./alike.js";

/**
 * Units that one count is asked of when ranking locally: those of one layer, or of the layers that share their units. The key says
 * which units they are, the place which units of others may be among them.
 */
export interface Pool {
  readonly key: string;
  readonly place: string;
  /** Paths of the layers, in network order. */
  readonly layers: readonly string[];
  /** Units of the network as loaded. */
  readonly total: number;
  /** Shape of the kernel, for Erdős–Rényi densities. */
  readonly shape: readonly number[];
}

/** Whole channels: their codes are held one by one. */
export interface ChannelPool extends Pool {
  readonly kind: "channels";
  readonly units: readonly Unit[];
  readonly roots: Int32Array;
  /** Whether all units cost alike wherever they stand. */
  readonly alike: boolean;
}

/** A branch that goes whole: one unit of the structure `layers`. */
export interface BranchPool extends Pool {
  readonly kind: "branch";
  readonly roots: readonly number[];
}

/** A kernel and where the units of a structure lie in it. */
export interface Kernel {
  readonly weight: WeightInfo;
  readonly units: ElementUnits;
}

/** Weights or groups of them: counted, not held. The stand-in for any network has no kernels. */
export interface ElementPool extends Pool {
  readonly kind: "elements";
  /** Weights, taps and n:m speak of the same units. */
  readonly family: string;
  readonly kernels: readonly Kernel[];
  /** Weights of the kernels, and in one unit on average: those on a lattice lie in none. */
  readonly elements: number;
  readonly each: number;
  /** Whether every weight lies in a unit, and each unit holds as many. */
  readonly uniform: boolean;
  /** Whether every unit lies between one input and one output channel, so that dead ones hide as many whichever they are. */
  readonly cellular: boolean;
}

export type AnyPool = ChannelPool | BranchPool | ElementPool;

export interface Target {
  readonly structure: StructureIr;
  readonly selection: SelectionIr;
  readonly joins: PruneIr["joins"];
}

/** What statements speak of, on a network or on a stand-in for any. */
export interface World {
  readonly network: Network | null;
  /** Times of its layers; null where none are at hand. */
  readonly times: LatencyModel | null;
  /** Paths of the layers a statement addresses. `variables` holds the layers of `for each` loops around it. */
  paths(target: Target, variables: ReadonlyMap<string, string>): readonly string[];
  pools(target: Target, variables: ReadonlyMap<string, string>): readonly AnyPool[];
  /** Paths of the layers that a `for each` goes through; null where they are not known. */
  layers(selection: SelectionIr): readonly string[] | null;
}

/** Units of the stand-in: enough that no rounding shows in a share. */
const standInUnits = 1_000_000;

/** One pool for every structure and selection: tells shares where no network is known, and what floors hide. */
export const anyNetwork: World = {
  network: null,
  times: null,
  paths: () => [],
  pools: ({ structure, selection: { in: include, except, where } }) => {
    const family = isChannelwise(structureKind(structure)) ? "units" : JSON.stringify(structure);
    const key = JSON.stringify([family, include, except, where]);
    const all = standInUnits;
    return [
      {
        kind: "elements",
        key,
        place: key,
        layers: [],
        total: all,
        shape: [],
        family,
        kernels: [],
        elements: all,
        each: 1,
        uniform: true,
        cellular: true,
      },
    ];
  },
  layers: () => null,
};

/** The pools of a network, made once for each structure and selection. */
export function networkWorld(network: Network, times: LatencyModel | null = null): World {
  const indices = new Map(network.layers.map((layer, index) => [layer.path, index]));
  const known = new Map<string, readonly AnyPool[]>();
  const paths = ({ structure, selection }: Target, variables: ReadonlyMap<string, string>) =>
    selection.layers ??
    variablePaths(selection, variables) ??
    candidateLayers(network, structureKind(structure)).map((index) => network.layers[index]?.path ?? "");
  return {
    network,
    times,
    paths,
    layers: (selection) =>
      selection.layers ?? network.layers.filter((layer) => layer.ordinal > 0).map(({ path }) => path),
    pools: (target, variables) => {
      const layers = paths(target, variables).flatMap((path) => indices.get(path) ?? []);
      const key = JSON.stringify([target.structure, target.joins, target.selection.in !== undefined, layers]);
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
  const paths = listOf(selection.in).flatMap((pattern) => {
    if (typeof pattern === "string") return [];
    if ("layer" in pattern) return [pattern.layer];
    return "variable" in pattern ? (variables.get(pattern.variable) ?? []) : [];
  });
  return paths.length === 0 ? null : paths;
}

function makePools(network: Network, target: Target, layers: readonly number[]): readonly AnyPool[] {
  if (target.structure === "layers") return branchPools(network, layers);
  return isChannelwise(structureKind(target.structure))
    ? channelPools(network, target, layers)
    : elementPools(network, target, layers);
}

const pathsOf = (network: Network, layers: readonly number[]): readonly string[] =>
  layers.map((index) => network.layers[index]?.path ?? "");

function branchPools(network: Network, layers: readonly number[]): readonly BranchPool[] {
  return branchesOf(network, branchLayers(network, pathsOf(network, layers))).map(
    ({ roots, layers: members }) => {
      const key = `branch ${roots.join()}`;
      const name = pathsOf(network, members).join(", ");
      return { kind: "branch", key, place: key, layers: [name], total: 1, shape: [], roots };
    },
  );
}

/** Places of channels begin so. */
export const channelPlace = ({ key }: Siblings): string => `channels ${key}`;

/** The places of units; of all units of the network when unset. */
export const channelPlaces = (network: Network, units?: readonly Unit[]): readonly string[] =>
  familiesOf(network, units).groups.map(channelPlace);

function channelPools(
  network: Network,
  { structure, joins }: Target,
  layers: readonly number[],
): readonly ChannelPool[] {
  const { units, members } = candidateUnits(network, structureKind(structure), layers, joins);
  const pools = familiesOf(network, units).groups.map((siblings) => ({
    siblings,
    units: Array.from(siblings.members, (i) => units[i]).filter((unit) => unit !== undefined),
    layer: network.layers[members[siblings.members[0] ?? -1]?.[0] ?? -1],
  }));
  const uniform = alike(
    network,
    pools.map((pool) => pool.units),
  );
  return pools.map(({ siblings, units: own, layer }, i) => {
    const place = channelPlace(siblings);
    const roots = new Int32Array(own.map(({ root }) => root));
    return {
      kind: "channels",
      key: `${place} ${own.length} ${roots.reduce((hash, root) => (Math.imul(hash, 31) + root) | 0, 7)}`,
      place,
      layers: pathsOf(network, siblings.producers),
      total: own.length,
      shape: layer?.weights.find((weight) => weight.isKernel)?.shape ?? [],
      units: own,
      roots,
      alike: uniform[i] ?? false,
    };
  });
}

function elementPools(
  network: Network,
  { structure, selection }: Target,
  layers: readonly number[],
): readonly ElementPool[] {
  const explicit = selection.in !== undefined;
  return layers.flatMap((index): readonly ElementPool[] => {
    const layer = network.layers[index];
    if (layer === undefined) return [];
    const kernels = candidateWeights(layer, structureKind(structure), explicit).flatMap(
      (weight): readonly Kernel[] => {
        const units = elementUnits(weight, structure);
        return units === null || units.count === 0 ? [] : [{ weight, units }];
      },
    );
    const total = kernels.reduce((sum, { units }) => sum + units.count, 0);
    if (total === 0) return [];
    const single = ["weights", "taps", "n:m"].includes(structureKind(structure));
    const family = single ? "single" : JSON.stringify(structure);
    const elements = kernels.reduce((sum, { units: { rows, cols } }) => sum + rows.length * cols.length, 0);
    const inUnits = kernels.reduce(
      (sum, { units: { rows, cols } }) => sum + placesIn(rows) * placesIn(cols),
      0,
    );
    return [
      {
        kind: "elements",
        key: `${family} ${kernels.map(({ weight }) => weight.key).join()}`,
        place: `weights ${layer.path}`,
        layers: [layer.path],
        total,
        shape: kernels[0]?.weight.shape ?? [],
        family,
        kernels,
        elements,
        each: single ? 1 : inUnits / total,
        uniform: kernels.every(({ units: { rows, cols } }) => isEven(rows) && isEven(cols)),
        cellular: single || structure === "kernels" || isLines(structure, kernels),
      },
    ];
  });
}

/** Rows and columns of kernels, not of matrices. */
const isLines = (structure: StructureIr, kernels: readonly Kernel[]): boolean =>
  (structure === "rows" || structure === "columns") && kernels.every(({ weight }) => weight.shape.length > 2);

/** Whether all places have a number, and each as many. */
function isEven(numbers: Int32Array): boolean {
  const counts = new Map<number, number>();
  for (const one of numbers) counts.set(one, (counts.get(one) ?? 0) + 1);
  return !counts.has(-1) && new Set(counts.values()).size <= 1;
}

const placesIn = (numbers: Int32Array): number => numbers.reduce((n, one) => n + (one < 0 ? 0 : 1), 0);

/** Output channels of a kernel, and its weights for each. */
export function rowsOf({ weight }: Kernel): { readonly rows: number; readonly size: number } {
  const { spatial, tall, wide, inputsLast } = kernelAxes(weight);
  return inputsLast ? { rows: tall, size: spatial * wide } : { rows: wide, size: spatial * tall };
}
