import { addTo } from "../tables.js";
import type { CallInfo, LayerInfo, Network } from "../network/types.js";
import { varying } from "../network/layers/constants.js";
import { uptakeOf, type Uptake } from "../network/layers/index.js";
import type { ParameterStore } from "../parameters.js";
import { findConstants, type ZeroSlices } from "./constants.js";
import type { IsDead } from "../network/costs.js";

/** A constant channel on the input axis of a layer. */
export interface ConstantInput {
  /** Index on the input axis. */
  readonly index: number;
  readonly value: number;
}

export interface LayerUptake {
  readonly layer: number;
  readonly uptake: Uptake;
  readonly constants: readonly ConstantInput[];
  /** Where the kernels of the others move to; null when all are folded. */
  readonly carrier: ConstantInput | null;
}

export interface AbsorbPlan {
  /** Roots of the units that can go. */
  readonly absorbed: ReadonlySet<number>;
  readonly layers: readonly LayerUptake[];
  /** Roots of constant units that must stay, with the path of the layer that needs them. */
  readonly kept: ReadonlyMap<number, string>;
}

interface Reader {
  readonly call: CallInfo;
  readonly layer: LayerInfo;
  readonly ids: Int32Array;
  readonly values: Float64Array;
}

/** Units that may go, while they are being found out. */
interface Candidates {
  /** Roots of those that still may. */
  readonly roots: Set<number>;
  readonly root: (channel: number) => number;
  /** Roots of those that have to stay after all, with the path of the layer that needs them. */
  readonly kept: Map<number, string>;
}

const holds = ({ roots, root }: Candidates, channel: number): boolean => roots.has(root(channel));

function keep({ roots, root, kept }: Candidates, channel: number, path: string): void {
  if (roots.delete(root(channel))) kept.set(root(channel), path);
}

/** Finds the units that are constant wherever they are read, and where their constants can go. Changes nothing. */
export function planAbsorption(
  network: Network,
  store: ParameterStore,
  isDead: IsDead,
  zeros?: ZeroSlices,
): AbsorbPlan {
  const readers = findReaders(network, store, zeros);
  const root = (id: number): number => network.channels.find(id);
  const roots = new Set(network.units.filter((unit) => !isDead(unit.root)).map((unit) => unit.root));
  const read = new Set<number>();
  for (const { ids, values } of readers) {
    ids.forEach((id, i) => {
      read.add(root(id));
      if (Number.isNaN(values[i])) roots.delete(root(id));
    });
  }
  for (const unit of roots) if (!read.has(unit)) roots.delete(unit);
  const candidates = { roots, root, kept: new Map<number, string>() };
  const byLayer = new Map<number, Reader[]>();
  for (const reader of readers) addTo(byLayer, reader.call.layer, reader);
  for (const group of byLayer.values()) refuseInexact(group, candidates);
  keepOneEach(network, candidates, isDead);
  const carriers = chooseCarriers(byLayer, candidates, isDead);
  const layers: LayerUptake[] = [];
  for (const [layer, group] of byLayer) {
    const first = group[0];
    if (!first) continue;
    const constants = constantsOf(first, (id) => holds(candidates, id));
    if (constants.length === 0) continue;
    layers.push({ layer, uptake: uptakeOf(first.layer), constants, carrier: carriers.get(layer) ?? null });
  }
  return { absorbed: roots, layers, kept: candidates.kept };
}

function findReaders(network: Network, store: ParameterStore, zeros?: ZeroSlices): readonly Reader[] {
  const constants = findConstants(network, store, zeros);
  return network.calls.flatMap((call): Reader[] => {
    const layer = network.layers[call.layer];
    if (!layer?.weights.some((weight) => weight.bindings.some((binding) => binding.role === "in"))) return [];
    return call.inputs.flatMap((tensor): Reader[] => {
      const ids = network.tensors[tensor]?.ids;
      if (!ids) return [];
      return [{ call, layer, ids, values: constants.get(tensor) ?? varying(ids.length) }];
    });
  });
}

/** Living constants that are not zero, by index. */
function constantsOf(reader: Reader, wanted: (id: number) => boolean): readonly ConstantInput[] {
  const out: ConstantInput[] = [];
  reader.ids.forEach((id, index) => {
    const value = reader.values[index] ?? NaN;
    if (value !== 0 && !Number.isNaN(value) && wanted(id)) out.push({ index, value });
  });
  return out;
}

/** A shared layer must see one value at every call; some layers take up nothing but zeros. */
function refuseInexact(group: readonly Reader[], candidates: Candidates): void {
  const first = group[0];
  if (!first) return;
  const never = uptakeOf(first.layer) === "never";
  for (const reader of group) {
    reader.ids.forEach((id, i) => {
      const value = reader.values[i] ?? NaN;
      if (!holds(candidates, id)) return;
      const agrees = group.length === 1 || first.values[i] === value;
      if ((never && value !== 0) || !agrees) keep(candidates, id, first.layer.path);
    });
  }
}

/** No axis may lose its last channel. */
function keepOneEach(network: Network, candidates: Candidates, isDead: IsDead): void {
  for (const layer of network.layers) {
    for (const { ids } of [...layer.weights.flatMap((weight) => weight.bindings), ...layer.sizes]) {
      if (!ids.every((id) => isDead(id) || holds(candidates, id))) continue;
      const last = ids.find((id) => !isDead(id));
      if (last !== undefined) keep(candidates, last, layer.path);
    }
  }
}

/** Under zero padding one constant channel stays for each layer; one that stays anyway is taken first. */
function chooseCarriers(
  byLayer: ReadonlyMap<number, readonly Reader[]>,
  candidates: Candidates,
  isDead: IsDead,
): ReadonlyMap<number, ConstantInput> {
  const carriers = new Map<number, ConstantInput>();
  const steady = (group: readonly Reader[], index: number): boolean =>
    group.every((reader) => reader.values[index] === group[0]?.values[index]);
  for (const [layer, group] of byLayer) {
    const first = group[0];
    if (!first || uptakeOf(first.layer) !== "carry") continue;
    const going = constantsOf(first, (id) => holds(candidates, id));
    if (going.length === 0) continue;
    const staying = constantsOf(first, (id) => !holds(candidates, id) && !isDead(id)).filter((c) =>
      steady(group, c.index),
    );
    const carrier = largest(staying) ?? largest(going);
    if (!carrier) continue;
    carriers.set(layer, carrier);
    keep(candidates, first.ids[carrier.index] ?? 0, first.layer.path);
  }
  return carriers;
}

const largest = (list: readonly ConstantInput[]): ConstantInput | undefined =>
  list.reduce<ConstantInput | undefined>(
    (best, c) => (best && Math.abs(best.value) >= Math.abs(c.value) ? best : c),
    undefined,
  );
