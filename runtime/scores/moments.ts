import { compensationArguments } from "../../core/compensate/methods.js";
import { addContributions, greedyOrder, lassoPath } from "../../core/compensate/contributions.js";
import { heldIn } from "../../core/compensate/lost.js";
import { inverseDiagonal } from "../../core/compensate/inverse.js";
import { tooMuchWork } from "../../core/compensate/limits.js";
import { linearLayer, type LinearLayer } from "../../core/compensate/linear.js";
import { addSamples, newMoments, type Moments } from "../../core/compensate/moments.js";
import { raise } from "../../core/diagnostics/create.js";
import type { Name } from "../../core/expr/names.js";
import { entryNode, type Node } from "../../core/expr/nodes.js";
import type { Arrays } from "../../core/expr/sources.js";
import { maskedView } from "../../core/masks/masked.js";
import { living } from "../../core/masks/state.js";
import { groupsOf } from "../../core/units/groups.js";
import type { Space } from "../../core/units/space.js";
import { placesDrawn, rowsRead } from "../compensate/samples.js";
import type { Observation } from "../types.js";
import type { Scored, ScoringContext } from "./gather.js";

/** A layer whose second moments are kept, by its index in the network. */
interface Watched {
  readonly layer: LinearLayer;
  readonly moments: Moments;
  /** Calls of it seen so far: draws hang on it. */
  calls: number;
}

/** What scores read of the second moments of what layers read. */
export interface MomentStatistics {
  readonly observation: Observation;
  /** Diagonals of inverse Hessians by kernel. */
  inverses(): Arrays;
  /** By entry; for the names of whole units. */
  node(name: Name): Node | undefined;
}

/**
 * Second moments of what layers read over calibration batches: of the layers themselves for `hinv`, of those that read the units for
 * `greedy-order` and `lasso-path`. Of images and sequences a few places of each example are drawn.
 *
 * @throws DiagnosticError P4013 for a layer that would take too long
 */
export function momentStatistics(
  context: ScoringContext,
  { space, moment }: Scored & { readonly space: Space },
  read: readonly Name[],
): MomentStatistics | null {
  const ofKernels = read.includes("hinv");
  const ofUnits = read.includes("greedy-order") || read.includes("lasso-path");
  if (!ofKernels && !ofUnits) return null;
  const { network, state, seed } = context;
  const held = heldIn(context);
  const unitOf = unitsByChannel(space);
  const own = new Set(space.parts.map(({ key }) => key));
  const watched = new Map<number, Watched>();
  network.layers.forEach((info, index) => {
    const layer = linearLayer(info);
    if (layer === null) return;
    const reads = info.weights
      .find(({ key }) => key === layer.kernel)
      ?.bindings.find(({ role }) => role === "in");
    const isRead = ofUnits && reads?.ids.some((id) => unitOf(id) >= 0) === true;
    if (!isRead && !(ofKernels && own.has(layer.kernel))) return;
    const width = layer.taps * layer.inputs;
    const rows = range(0, width).filter(
      (row) => (state.channels[reads?.ids[row % layer.inputs] ?? -1] ?? living) === living,
    );
    // The 1 that the bias is multiplied by.
    if (layer.bias !== null) rows.push(width);
    watched.set(index, { layer, moments: newMoments(Int32Array.from(rows)), calls: 0 });
  });
  return {
    observation: {
      layers: [...watched.keys()],
      onActivation(index, _, __, ___, data, shape) {
        const one = watched.get(index);
        if (one === undefined) return;
        const { layer, moments } = one;
        const call = one.calls++;
        const points = compensationArguments.points.unset;
        const draw = (example: number, places: number): Int32Array =>
          placesDrawn(seed, [moment.key, call, example], places, points);
        addSamples(moments, rowsRead(layer, { data, shape }, draw), layer.taps * layer.inputs);
      },
    },
    inverses() {
      const inverses = new Map<string, Float64Array>();
      for (const { layer, moments } of watched.values()) {
        if (!own.has(layer.kernel)) continue;
        const flags = held(layer.kernel, layer.taps * layer.inputs * layer.outputs);
        const systems = { systems: flags.includes(1) ? layer.outputs : 1, unknowns: moments.rows.length };
        const refused = tooMuchWork("the Hessian of", layer.path, systems);
        if (refused !== null) raise("P4013", refused.message, refused);
        inverses.set(layer.kernel, inverseDiagonal(layer, moments, flags));
      }
      return inverses;
    },
    node(name) {
      if (name !== "greedy-order" && name !== "lasso-path") return undefined;
      const { units } = space;
      const shared = new Float64Array(units * units);
      const view = maskedView(context);
      for (const [index, { layer, moments }] of watched) {
        const weight = network.layers[index]?.weights.find(({ key }) => key === layer.kernel);
        const ids = weight?.bindings.find(({ role }) => role === "in")?.ids;
        const kernel = view.get(layer.kernel)?.data;
        if (kernel === undefined) continue;
        const unit = (row: number): number =>
          row === layer.taps * layer.inputs ? -1 : unitOf(ids?.[row % layer.inputs] ?? -1);
        addContributions(layer, moments, kernel, unit, shared, units);
      }
      const scores = new Float64Array(units);
      for (const { members } of groupsOf(space, "local")) {
        const all = "from" in members ? range(members.from, members.to) : [...members];
        const alive = all.filter((unit) => space.status[unit] === living);
        const ranked = (name === "lasso-path" ? lassoPath : greedyOrder)(shared, units, alive);
        for (const unit of alive) scores[unit] = ranked[unit] ?? 0;
      }
      return entryNode(
        Float64Array.from(
          { length: space.entries },
          (_, entry) => scores[space.entryUnit?.[entry] ?? entry] ?? 0,
        ),
      );
    },
  };
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

/** The unit of a channel, below 0 where it is of none. */
function unitsByChannel({ network, channelUnits }: Space): (channel: number) => number {
  const numbers = new Map((channelUnits ?? []).map(({ root }, number) => [root, number]));
  return (channel) => (channel < 0 ? -1 : (numbers.get(network.channels.find(channel)) ?? -1));
}
