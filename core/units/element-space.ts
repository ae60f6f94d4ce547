import { layerFamily } from "../network/layers/index.js";
import { structureKind } from "../ir/structure.js";
import { candidateWeights } from "./candidates.js";
import { elementUnits, kernelAxes } from "./element-units.js";
import type { ElementUnits } from "./element-units.js";
import type { StructureIr } from "../ir/types.js";
import type { Network, WeightInfo } from "../network/types.js";
import type { ParameterStore } from "../parameters.js";
import type { Part } from "./parts.js";
import { newChunk, walkPart } from "./parts.js";
import type { Space, SpaceLayer } from "./space.js";
import { dead, living } from "../masks/state.js";
import type { MaskState } from "../masks/state.js";

export interface SpaceSource {
  /** The network as loaded and as it stands. */
  readonly original: Network;
  readonly network: Network;
  readonly parameters: ParameterStore;
  readonly state: MaskState;
}

/** Whether every unit of a structure is a single weight. */
export const isElementary = (structure: StructureIr): boolean =>
  structure === "weights" || structure === "taps" || structureKind(structure) === "n:m";

/** Units made of elements (weights, kernels, taps, rows, columns, blocks, n:m, strided) in these layers (paths). */
export function elementSpace(
  source: SpaceSource,
  structure: StructureIr,
  paths: readonly string[],
  explicit: boolean,
): Space {
  const { original, network, parameters, state } = source;
  const now = new Map(network.layers.map((layer, index) => [layer.path, { layer, index }] as const));
  const layers: SpaceLayer[] = [];
  const parts: Part[] = [];
  const totals = new Map<string, number>();
  let entries = 0;
  let total = 0;
  for (const path of paths) {
    const loaded = original.layers.find((layer) => layer.path === path);
    if (loaded === undefined) continue;
    // Layers that are candidates only where they are named have been named, when they are among the paths.
    const named = explicit || ["depthwise", "embedding"].includes(layerFamily(loaded));
    const weights = candidateWeights(loaded, structureKind(structure), named);
    const units = weights.reduce((sum, weight) => sum + (elementUnits(weight, structure)?.count ?? 0), 0);
    if (units === 0) continue;
    totals.set(path, units);
    total += units;
    const here = now.get(path);
    const start = entries;
    if (here !== undefined) {
      for (const weight of candidateWeights(here.layer, structureKind(structure), named)) {
        const laid = elementUnits(weight, structure);
        if (laid === null || !parameters.has(weight.key)) continue;
        parts.push(livingPart(weight, laid, layers.length, entries, state));
        entries += laid.count;
      }
    }
    const index = here?.index ?? -1;
    layers.push({ path, index, start, end: entries, total: units, shape: weights[0]?.shape ?? [] });
  }
  const elementary = isElementary(structure);
  return {
    kind: "elements",
    structure,
    network,
    parameters,
    state,
    layers,
    parts,
    units: entries,
    entries,
    entryUnit: null,
    elementary,
    status: elementStatus(parts, entries, state),
    channelUnits: null,
    total,
    totals,
  };
}

/** The units of a weight from entry `base` on, without the elements that dead channels hold at zero. */
function livingPart(
  weight: WeightInfo,
  units: ElementUnits,
  layer: number,
  base: number,
  state: MaskState,
): Part {
  const { tall, inputsLast } = kernelAxes(weight);
  const rows = units.rows.map((row) => (row < 0 ? -1 : row + base));
  const cols = units.cols.slice();
  hideDeadChannels(weight, rows, cols, tall, state);
  return { key: weight.key, layer, rows, cols, tall, inputsLast, carrier: "both" };
}

/** Takes the rows and columns of dead channels out of a part. `except` is an axis to leave alone. */
export function hideDeadChannels(
  weight: WeightInfo,
  rows: Int32Array,
  cols: Int32Array,
  tall: number,
  state: MaskState,
  except = -1,
): void {
  for (const { axis, ids } of weight.bindings) {
    if (axis === except) continue;
    if (axis === weight.shape.length - 1) {
      for (let c = 0; c < cols.length; c++) if (state.channels[ids[c] ?? -1] === dead) cols[c] = -1;
    } else if (axis === weight.shape.length - 2) {
      for (let r = 0; r < rows.length; r++) if (state.channels[ids[r % tall] ?? -1] === dead) rows[r] = -1;
    }
  }
}

/** A unit lives while any of its elements does; elements of dead channels do not. */
export function elementStatus(parts: readonly Part[], entries: number, state: MaskState): Uint8Array {
  const status = new Uint8Array(entries).fill(dead);
  const seen = new Uint8Array(entries);
  const chunk = newChunk();
  for (const part of parts) {
    const codes = state.elements.get(part.key);
    walkPart(part, chunk, ({ at, entry, count }) => {
      for (let i = 0; i < count; i++) {
        const unit = entry[i] ?? 0;
        const code = codes === undefined ? living : (codes[at[i] ?? 0] ?? living);
        if (seen[unit] === 0) {
          seen[unit] = 1;
          status[unit] = code;
        } else if (code === living) status[unit] = living;
      }
    });
  }
  return status;
}
