import { channelsOf, costs } from "../../core/network/costs.js";
import { layerFamily } from "../../core/network/layers/index.js";
import type { LayerInfo, Network, Shape } from "../../core/network/types.js";
import { entryOf } from "../../core/tables.js";
import { byReason, counted, grouped } from "../../core/ir/words.js";
import { table, type Column } from "./check/table.js";
import { noColors, type Palette } from "./palette.js";
import { indent, safe, wrap } from "./text.js";

export interface InspectedLayer {
  /** As `layers 3..9` counts them; 0 of layers without kernels. */
  readonly number: number;
  readonly layer: string;
  readonly class: string;
  readonly output: Shape;
  readonly params: number;
  readonly macs: number;
  /** What it makes: filters, neurons; null where it makes no channels of its own. */
  readonly makes: "filters" | "neurons" | null;
  readonly units: number;
  /** How many of them may go. */
  readonly removable: number;
  /** Letter of its group of ties; null where its units are its own. */
  readonly tied: string | null;
  /** Why the others stay. */
  readonly why: string | null;
}

export interface InspectedTie {
  readonly group: string;
  readonly layers: readonly string[];
  readonly units: number;
}

/** What a network is made of and what of it may be pruned. */
export interface Inspection {
  readonly name: string;
  readonly params: number;
  readonly macs: number;
  readonly layers: readonly InspectedLayer[];
  readonly ties: readonly InspectedTie[];
  /** Layers without kernels: how many, and the parameters they hold. */
  readonly others: { readonly layers: number; readonly params: number; readonly macs: number };
  readonly barriers: Network["barriers"];
}

/** Layers, shapes, parameters, MACs, ties, and why what stays must stay. No weights are read. */
export function inspect(network: Network): Inspection {
  const all = costs(network);
  const own = new Map<number, Map<string, number>>();
  const groups = new Map<string, { readonly producers: readonly number[]; units: number }>();
  for (const { producers } of network.units) {
    const key = producers.join();
    for (const layer of producers) {
      const counts = entryOf(own, layer, () => new Map<string, number>());
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const group = groups.get(key) ?? { producers, units: 0 };
    group.units += 1;
    groups.set(key, group);
  }
  const tied = [...groups].filter(([, { producers }]) => producers.length > 1);
  const letters = new Map(tied.map(([key], i) => [key, letter(i)]));
  const shown = network.layers.flatMap((layer, index) => (isShown(layer) ? [{ layer, index }] : []));
  const layers = shown.map(({ layer, index }): InspectedLayer => {
    const { path, className, ordinal } = layer;
    const { params = 0, macs = 0 } = all.perLayer[index] ?? {};
    const removable = [...(own.get(index)?.values() ?? [])].reduce((sum, n) => sum + n, 0);
    const family = layerFamily(layer);
    const makes =
      family === "conv" ? "filters" : family === "dense" || family === "recurrent" ? "neurons" : null;
    const units = makes === null ? 0 : channelsOf(layer);
    const names = [...(own.get(index)?.keys() ?? [])].flatMap((key) => letters.get(key) ?? []);
    return {
      number: ordinal,
      layer: path,
      class: className,
      output: outputOf(network, index),
      params,
      macs,
      makes,
      units,
      removable,
      tied: names.length === 0 ? null : names.join("+"),
      why: removable > 0 && removable >= units ? null : whyNot(network, layer, family, removable),
    };
  });
  const sum = (of: "params" | "macs") => layers.reduce((total, one) => total + one[of], 0);
  return {
    name: network.name,
    params: all.params,
    macs: all.macs,
    layers,
    ties: tied.map(([key, { producers, units }]) => ({
      group: letters.get(key) ?? "",
      layers: producers.map((index) => network.layers[index]?.path ?? ""),
      units,
    })),
    others: {
      layers: network.layers.length - layers.length,
      params: all.params - sum("params"),
      macs: all.macs - sum("macs"),
    },
    barriers: network.barriers,
  };
}

const isShown = ({ weights }: LayerInfo): boolean =>
  weights.some(({ bindings, isKernel }) => isKernel || bindings.some(({ role }) => role === "out"));

/** A, B, … Z, A2, B2, … */
const letter = (index: number): string =>
  String.fromCharCode(65 + (index % 26)) + (index < 26 ? "" : String(Math.floor(index / 26) + 1));

function outputOf(network: Network, layer: number): Shape {
  const call = network.calls.find((one) => one.layer === layer);
  return network.tensors[call?.outputs[0] ?? -1]?.shape.slice(1) ?? [];
}

function whyNot(network: Network, layer: LayerInfo, family: string, removable: number): string {
  const barrier = network.barriers.find((one) => one.layer === layer.path);
  if (barrier !== undefined && removable === 0) return barrier.reason;
  if (family === "depthwise") return "depthwise: goes with the filters before it";
  for (const { bindings } of layer.weights)
    for (const { role, ids } of bindings) {
      const found = role === "out" ? network.channels.protection(ids.at(-1) ?? -1) : undefined;
      if (found === undefined) continue;
      if (found.kind === "output") return "outputs of the network";
      return found.layer === layer.path ? found.reason : `${found.layer}: ${found.reason}`;
    }
  return removable > 0
    ? "its groups lose the same places: a unit is one of each"
    : "makes no channels of its own";
}

const shapeText = (shape: Shape): string => shape.map((size) => size ?? "?").join("×");

const heads: readonly Column[] = [
  { title: "#", align: "right", spare: 4 },
  { title: "layer", align: "left" },
  { title: "class", align: "left", spare: 3 },
  { title: "output", align: "left", spare: 2 },
  { title: "parameters", align: "right" },
  { title: "MACs", align: "right", spare: 1 },
  { title: "may go", align: "right" },
  { title: "tied", align: "left" },
];

/** The same for people. What stays, and why, stands below the table, so that lines stay short. */
export function inspectReport(
  found: Inspection,
  { columns = 100, palette = noColors }: { readonly columns?: number; readonly palette?: Palette } = {},
): string {
  const { name, params, macs, layers, ties, others, barriers } = found;
  const rows = layers.map((one) => [
    one.number === 0 ? "" : String(one.number),
    one.layer,
    one.class,
    shapeText(one.output),
    grouped(one.params),
    grouped(one.macs),
    one.makes === null ? "–" : `${one.removable} of ${one.units} ${one.makes}`,
    one.tied ?? "",
  ]);
  if (others.layers > 0)
    rows.push(["", `${others.layers} others`, "", "", grouped(others.params), grouped(others.macs), "", ""]);
  const removable = ties.reduce((sum, { units, layers: tied }) => sum - units * (tied.length - 1), 0);
  const all = layers.reduce((sum, one) => sum + one.removable, 0) + removable;
  const head = `${safe(name)}: ${counted(params, "parameters")}, ${counted(macs, "MACs")}, ${counted(all, "units")} that may go`;
  const sections = [wrap(palette.bold(head), columns), table(heads, rows, columns)];
  const section = (title: string, lines: readonly string[]) => {
    if (lines.length > 0)
      sections.push([palette.bold(title), ...lines.flatMap((line) => indent(line, columns))]);
  };
  section(
    "Tied: these lose their units together",
    ties.map(
      ({ group, units, layers: tied }) => `${group}  ${counted(units, "units")} of ${tied.join(", ")}`,
    ),
  );
  const reasons = (title: string, found: readonly (readonly [layer: string, reason: string])[]) =>
    section(
      title,
      byReason(found).map(([paths, reason]) => `${paths.join(", ")}: ${reason}`),
    );
  reasons(
    "What stays, and why",
    layers.flatMap(({ layer, why }) => (why === null ? [] : [[layer, why]])),
  );
  reasons(
    "Barriers",
    barriers.map(({ layer, reason }) => [layer, reason]),
  );
  return `${sections.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}
