import { diagnostic, raise } from "../../core/diagnostics/create.js";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.js";
import { quote } from "../../core/diagnostics/quote.js";
import { counted } from "../../core/ir/words.js";
import { dead, frozen, living, type HeldMasks, type MaskState } from "../../core/masks/state.js";
import type { Network } from "../../core/network/types.js";
import { outputChannels } from "../../core/units/slices.js";
import { DamagedTensors, encodeTensors, type StoredTensor } from "./safetensors.js";

export const masksFile = "masks.safetensors";

/** Elements of a mask: as in the field 1 is kept and 0 pruned; 2 is held at its initial value. */
export const kept = 1;
export const pruned = 0;
export const atStart = 2;

/** What a run left of each weight and each unit, as `masks.safetensors` holds it. 1: kept, 0: held at zero, 2: held at its initial value. */
export interface Masks {
  /** By weight (`<layer>/<weight>`), in the shape of the weight: single weights that died. Weights of which none did are left out. */
  readonly weights: ReadonlyMap<string, Mask>;
  /** By layer: its output channels (filters, neurons), one number each, of all layers that make some. */
  readonly units: ReadonlyMap<string, Mask>;
  /** The same of the network as the run loaded it, where a `slim` has taken units out since: those are 0. Else as `units`. */
  readonly unitsAsLoaded: ReadonlyMap<string, Mask>;
}

export interface Mask {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

const prefixes = { weights: "weights/", units: "units/", unitsAsLoaded: "loaded/units/" } as const;

/** The bytes of the file. `network` as it stands, `loaded` as it was. */
export function encodeMasks(network: Network, loaded: Network, state: MaskState): Uint8Array[] {
  const shapes = new Map(network.layers.flatMap(({ weights }) => weights.map((one) => [one.key, one.shape])));
  const tensors = new Map<string, StoredTensor>();
  const about: Record<string, string> = {
    format: "espalier masks 1",
    values: "1: kept, 0: held at zero, 2: held at its initial value",
    "weights/": "single weights, in the shape of the weight",
    "units/": "output channels of a layer (filters, neurons) as the network beside this file has them",
  };
  for (const [key, codes] of state.elements) {
    const shape = shapes.get(key);
    if (shape !== undefined && codes.some((code) => code !== living))
      tensors.set(`${prefixes.weights}${key}`, { shape, data: codes.map(valueOf) });
  }
  const put = (prefix: string, { layers }: Network): void => {
    for (const layer of layers) {
      const channels = outputChannels(layer);
      if (channels.length === 0) continue;
      const data = Uint8Array.from(channels, (channel) => valueOf(state.channels[channel] ?? living));
      tensors.set(`${prefix}${layer.path}`, { shape: [data.length], data });
    }
  };
  put(prefixes.units, network);
  if (network !== loaded) {
    about["loaded/units/"] = "the same of the network as it was loaded; 0 is what a slim has taken out, too";
    put(prefixes.unitsAsLoaded, loaded);
  }
  return encodeTensors(tensors, about);
}

const valueOf = (code: number): number => (code === living ? kept : code === frozen ? atStart : pruned);

/** @throws DamagedTensors */
export function masksIn(tensors: ReadonlyMap<string, StoredTensor>): Masks {
  const found = {
    weights: new Map<string, Mask>(),
    units: new Map<string, Mask>(),
    unitsAsLoaded: new Map<string, Mask>(),
  };
  for (const [name, { shape, data }] of tensors) {
    const kind = kinds.find((one) => name.startsWith(prefixes[one]));
    if (kind === undefined || !(data instanceof Uint8Array) || data.some((value) => value > atStart))
      throw new DamagedTensors(`its entry ${quote(name)} is no mask that this version writes`);
    found[kind].set(name.slice(prefixes[kind].length), { shape, data });
  }
  return { ...found, unitsAsLoaded: found.unitsAsLoaded.size > 0 ? found.unitsAsLoaded : found.units };
}

const kinds = ["weights", "units", "unitsAsLoaded"] as const satisfies readonly (keyof typeof prefixes)[];

/** Roots of the units of which some layer's mask says what `holds` asks for, by masks of a network of these very layers. */
export function heldRoots(
  units: Masks["units"],
  { layers, channels }: Network,
  {
    holds,
    misfit,
  }: { readonly holds: (value: number) => boolean; readonly misfit: (layer: string) => never },
): ReadonlySet<number> {
  const roots = new Set<number>();
  for (const layer of layers) {
    const mask = units.get(layer.path)?.data;
    if (mask === undefined) continue;
    const made = outputChannels(layer);
    if (made.length !== mask.length) misfit(layer.path);
    made.forEach((channel, i) => holds(mask[i] ?? kept) && roots.add(channels.find(channel)));
  }
  return roots;
}

/**
 * What masks that lie beside a network hold of it. What was frozen stands at its initial value, which no mask holds. Null where
 * nothing is dead.
 * @throws DiagnosticError P7008 for masks of another network
 */
export function heldIn(masks: Masks, network: Network, help: string): HeldMasks | null {
  const misfit = (name: string): never =>
    raise(
      "P7008",
      `the \`${masksFile}\` beside the network is of another one: ${quote(name)} is not as it says`,
      {
        help,
      },
    );
  const weights = new Map(
    network.layers.flatMap((layer) => layer.weights.map((weight) => [weight.key, weight] as const)),
  );
  const elements = new Map<string, Uint8Array>();
  for (const [key, { shape, data }] of masks.weights) {
    if (weights.get(key)?.shape.join() !== shape.join()) misfit(key);
    if (data.includes(pruned))
      elements.set(
        key,
        data.map((value) => (value === pruned ? dead : living)),
      );
  }
  const paths = new Set(network.layers.map((layer) => layer.path));
  for (const layer of masks.units.keys()) if (!paths.has(layer)) misfit(layer);
  const roots = heldRoots(masks.units, network, { holds: (value) => value === pruned, misfit });
  const channels = new Uint8Array(network.channels.count);
  for (const unit of network.units)
    if (roots.has(unit.root)) for (const channel of unit.channels) channels[channel] = dead;
  return elements.size === 0 && !channels.includes(dead) ? null : { channels, elements };
}

/** How many single weights, and how many units, masks hold at zero. */
export function heldBy({ channels, elements }: HeldMasks, { units }: Network) {
  const deadIn = (codes: Uint8Array): number => codes.reduce((sum, code) => sum + (code === dead ? 1 : 0), 0);
  return {
    weights: [...elements.values()].reduce((sum, codes) => sum + deadIn(codes), 0),
    units: units.filter(({ root }) => channels[root] === dead).length,
  };
}

/** What the user should know of them. */
export function heldNote({ weights, units }: ReturnType<typeof heldBy>): Diagnostic {
  const what = [
    ...(weights > 0 ? [counted(weights, "weights")] : []),
    ...(units > 0 ? [counted(units, "units")] : []),
  ];
  return diagnostic(
    "P7016",
    `${what.join(" and ")} stay zero by the \`${masksFile}\` beside the network`,
    null,
    {
      help: "`--no-masks` lets them train",
    },
  );
}
