import { foldGates } from "../../../core/gates/fold.js";
import { harden as hardenMasks } from "../../../core/masks/harden.js";
import { reinitialize as drawAnew } from "../../../core/masks/reinitialize.js";
import { invertElements, invertUnits } from "../../../core/masks/invert.js";
import { shuffleElements, shuffleUnits } from "../../../core/masks/shuffle.js";
import { living } from "../../../core/masks/state.js";
import { spaceOf } from "../../../core/units/spaces.js";
import { reinitializeIr, selectionIr } from "../../statements.js";
import type { ReinitializeSpec, SelectionSpec } from "../../helpers.js";
import { pruningContext } from "../host/engine.js";
import type { Session } from "../host/session.js";
import { counted } from "../report/log.js";
import { selectLayers } from "./select-layers.js";
import type { Told } from "./step.js";

/** Makes latent and soft deaths final, and learned gates part of the weights. */
export function harden(session: Session, _id: number, spec: SelectionSpec = {}): Told {
  const all = Object.keys(spec).length === 0;
  const paths = all ? undefined : selectLayers(session.loaded, selectionIr(spec), null);
  const { channels, elements } = hardenMasks(session, paths);
  const gated = foldGates(session, paths);
  const into = gated === 0 ? "" : `; gates multiplied into ${counted(gated, "weights")}`;
  return `made final: ${counted(channels, "channels")}, ${counted(elements, "weights")}${into}`;
}

/**
 * The sanity control of Frankle et al. (Pruning neural networks at initialization; ICLR 2021): every layer keeps how many
 * weights and units are dead, at places drawn at random.
 */
export function shuffle(session: Session, _id: number, spec: SelectionSpec = {}): Told {
  const { options, journal, state, loaded } = session;
  const selection = selectionIr(spec);
  const paths = selectLayers(loaded, selection, null);
  const round = journal.results.length;
  if (state.channels.some((code) => code !== living)) {
    const space = spaceOf(pruningContext(session), "units", selection);
    shuffleUnits(session, space, options.seed, round);
  }
  shuffleElements(session, paths, options.seed, round);
  return `masks of ${kernelLayers(session, paths)} shuffled`;
}

/** The other control of that paper: what is dead lives and what lives is dead, in every layer that lost something. */
export function invert(session: Session, _id: number, spec: SelectionSpec = {}): Told {
  const { options, journal, loaded } = session;
  const selection = selectionIr(spec);
  const round = journal.results.length;
  // Single weights first: those that a dead channel holds are left out, and what comes back comes with the masks it had.
  const weights = invertElements(session, selectLayers(loaded, selection, null), options.seed, round);
  const space = spaceOf(pruningContext(session), "units", selection);
  const units = invertUnits(session, space, options.seed, round);
  return `masks inverted: ${counted(weights, "weights")}, ${counted(units, "units")}`;
}

/** Fresh weights under the same masks: every layer's own initializer, or the one named. Optimizer state starts over. */
export function reinitialize(session: Session, id: number, spec: ReinitializeSpec = {}): Told {
  const { options, journal, loaded } = session;
  const { by, ...selection } = reinitializeIr(id, spec, options);
  const paths = selectLayers(loaded, selection, null);
  // A round of its own for every event: the draw of the start would be a rewind.
  drawAnew(session, paths, by, options.seed, 1 + journal.results.length);
  return `weights of ${kernelLayers(session, paths)} drawn anew`;
}

/** How many of these layers (paths) have a kernel: shifts and norms alone are not worth a count. */
function kernelLayers({ loaded }: Session, paths: readonly string[]): string {
  const wanted = new Set(paths);
  const withKernels = loaded.layers.filter(
    ({ path, weights }) => wanted.has(path) && weights.some(({ isKernel }) => isKernel),
  );
  return counted(withKernels.length, "layers");
}
