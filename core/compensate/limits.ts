import { grouped } from "../ir/words.js";
import { structureKind } from "../ir/structure.js";
import type { PruneIr } from "../ir/types.js";
import type { LayerInfo, Network } from "../network/types.js";
import { candidateUnits } from "../units/candidate-units.js";
import { isChannelwise } from "../units/candidates.js";
import { linearLayer } from "./linear.js";

/** Multiplications that solving for one layer may take: a minute or two. */
const mostWork = 1e11;

/** How many systems of linear equations a layer makes, each of so many unknowns. */
export interface Systems {
  readonly systems: number;
  readonly unknowns: number;
}

/** What the systems of a layer are solved for. */
export type Solving = "re-fitting" | "the Hessian of" | "weighing what goes into";

/** Why the systems of a layer are not solved, for a diagnostic; null where they are. `work`: that of all of them, in multiplications. */
export function tooMuchWork(
  solving: Solving,
  path: string,
  { systems, unknowns }: Systems,
  work = (systems * unknowns ** 3) / 3,
): { readonly message: string; readonly help: string } | null {
  if (work <= mostWork) return null;
  const each = `${grouped(unknowns)} unknowns`;
  const sizes = systems === 1 ? `a system of ${each}` : `${grouped(systems)} systems of up to ${each}`;
  return {
    message: `${solving} \`${path}\` takes ${sizes}`,
    help:
      solving === "re-fitting"
        ? "leave its layer out of the selection, or leave `compensating by …` out and train on"
        : "leave its layer out of the selection, or score by something else: `by l1`",
  };
}

/** A layer that a prune may take weights from; `systems` is null where it cannot be re-fitted. */
export interface MayLose {
  readonly path: string;
  readonly systems: Systems | null;
}

/**
 * One in JavaScript is told of all outputs of a layer at once, and of all that it reads: as wide as one system, whatever it solves.
 */
export const asOneSystem = ({ path, systems }: MayLose): MayLose => ({
  path,
  systems: systems && { ...systems, systems: 1 },
});

/** The layers that a prune of these layers may take weights from, while their outputs stay. At most; no weights are looked at. */
export function mayLose(
  network: Network,
  { structure, joins }: Pick<PruneIr, "structure" | "joins">,
  paths: readonly string[],
): readonly MayLose[] {
  const kind = structureKind(structure);
  const named = new Set(paths);
  const told = (layer: LayerInfo, single: boolean): MayLose => {
    const linear = linearLayer(layer);
    if (linear === null) return { path: layer.path, systems: null };
    const { taps, inputs, outputs, bias } = linear;
    const unknowns = taps * inputs + (bias === null ? 0 : 1);
    return { path: layer.path, systems: { systems: single ? 1 : outputs, unknowns } };
  };
  if (!isChannelwise(kind))
    return network.layers.flatMap((layer) => (named.has(layer.path) ? [told(layer, false)] : []));
  const indices = [...network.layers.keys()].filter((index) => named.has(network.layers[index]?.path ?? ""));
  const dying = new Set(
    candidateUnits(network, kind, indices, joins).units.flatMap(({ channels }) => channels),
  );
  const reads = ({ weights }: LayerInfo): boolean =>
    weights.some(
      ({ isKernel, bindings }) =>
        isKernel && bindings.some(({ role, ids }) => role === "in" && ids.some((id) => dying.has(id))),
    );
  return network.layers.flatMap((layer) => (reads(layer) ? [told(layer, true)] : []));
}
