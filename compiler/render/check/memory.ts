import { structureKind } from "../../../core/ir/structure.js";
import { readIn, scoringsOf, withPaired, type StatementIr } from "../../../core/ir/walk.js";
import type { Network, WeightInfo } from "../../../core/network/types.js";
import { candidateWeights } from "../../../core/units/candidates.js";
import { counted } from "../../plan/words.js";
import { safe } from "../text.js";
import { derivativeArrays, momentMemory } from "./score-memory.js";

/** What a statement has the run hold beside weights, optimizer and what gates, pulls and teachers say of themselves. */
export interface MemoryCost {
  readonly text: string;
  readonly what: "moments" | "start" | "masks" | "sums" | "clusters" | "matrices" | "derivatives";
  /**
   * Moments, weights as they were loaded, that may be masked, that are summed for, or that share their values; while a score is worked
   * out, layers with a matrix of second moments, or arrays for second derivatives.
   */
  readonly count: number;
  /** At most: `slim` cuts what is held as it cuts the weights. */
  readonly bytes: number;
}

/** A code for each weight, and its value where it died. */
const MASK_BYTES = 1 + 4;

export function memoryCosts(
  all: readonly StatementIr[],
  network: Network | undefined,
): readonly MemoryCost[] {
  if (network === undefined) return [];
  const whole = 4 * weightsOf(network);
  // Held once, whoever else reads it.
  const first = all.find(readsStart);
  return all.flatMap((statement): readonly MemoryCost[] => {
    const { text } = statement;
    const moments = momentsOf(statement);
    const weights = singleWeights(statement, network);
    const shared = sharedWeights(statement, network);
    const matrices = momentMemory(statement, network);
    const arrays = derivativeArrays(statement);
    const sums = scoringsOf(statement).filter(({ criterion }) => criterion.over === "training").length;
    return [
      ...(moments > 0 ? [{ text, what: "moments" as const, count: moments, bytes: moments * whole }] : []),
      ...(statement === first ? [{ text, what: "start" as const, count: whole / 4, bytes: whole }] : []),
      ...(weights > 0 ? [{ text, what: "masks" as const, count: weights, bytes: MASK_BYTES * weights }] : []),
      ...(weights > 0 && sums > 0
        ? [{ text, what: "sums" as const, count: weights, bytes: 4 * sums * weights }]
        : []),
      ...(shared > 0 ? [{ text, what: "clusters" as const, count: shared, bytes: 4 * shared }] : []),
      ...(matrices === null
        ? []
        : [{ text, what: "matrices" as const, count: matrices.layers, bytes: matrices.bytes }]),
      ...(arrays > 0 ? [{ text, what: "derivatives" as const, count: arrays, bytes: arrays * whole }] : []),
    ];
  });
}

/** Moments that it keeps, to go back to. */
function momentsOf(statement: StatementIr): number {
  if (statement.kind === "train") return statement.snapshots.length + Number(statement.keeping !== undefined);
  const keeps = statement.kind === "mark" || statement.kind === "search";
  return keeps || (statement.kind === "repeat" && statement.while !== undefined) ? 1 : 0;
}

/** Whether it reads the weights as they were loaded, or goes back to them. */
function readsStart(statement: StatementIr): boolean {
  switch (statement.kind) {
    case "rewind":
      return statement.to === "start" && statement.what.includes("weights");
    case "reinitialize":
      return (typeof statement.by === "object" ? statement.by.name : statement.by) === "signed-constant";
    case "invert":
      return true;
    default: {
      const frozen = statement.kind === "prune" && statement.manner === "frozen";
      const revived = withPaired(statement).some((one) => one.kind === "regrow" && one.values === "start");
      return frozen || revived || readIn(statement).some((name) => name === "w0" || name === "dw");
    }
  }
}

/** Weights that it may take one by one, or in groups inside kernels. */
function singleWeights(statement: StatementIr, network: Network): number {
  if (statement.kind !== "prune" || statement.layers === undefined) return 0;
  const { structure, layers } = statement;
  const kind = structureKind(structure);
  if (["filters", "channels", "neurons", "units", "layers", "gates"].includes(kind)) return 0;
  return weightsIn(network, layers, kind, statement.in !== undefined);
}

/** Weights whose clusters it makes. */
const sharedWeights = (statement: StatementIr, network: Network): number =>
  statement.kind !== "quantize" || statement.layers === undefined
    ? 0
    : weightsIn(network, statement.layers, "weights", statement.in !== undefined);

/** Weights of these layers that a structure is made of. */
export const weightsIn = (
  network: Network,
  paths: readonly string[],
  structure: Parameters<typeof candidateWeights>[1],
  named: boolean,
): number =>
  sizesOf(
    network.layers
      .filter(({ path }) => paths.includes(path))
      .flatMap((layer) => candidateWeights(layer, structure, named)),
  );

/** Weights of the whole network. */
export const weightsOf = ({ layers }: Network): number => sizesOf(layers.flatMap(({ weights }) => weights));

const sizesOf = (weights: readonly WeightInfo[]): number =>
  weights.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);

export function memoryLine({ text, what, count, bytes }: MemoryCost): string {
  const size = counted(bytes, "bytes");
  if (what === "moments")
    return `${safe(text)}: ${counted(count, "moments")} to go back to, ${size} of weights with masks and the optimizer's state on top`;
  if (what === "start") return `${safe(text)}: the ${counted(count, "weights")} of the start, ${size}`;
  if (what === "masks")
    return `${safe(text)}: masks of ${counted(count, "weights")} and their values at death, ${size}`;
  if (what === "clusters") return `${safe(text)}: the clusters of ${counted(count, "weights")}, ${size}`;
  const scoring = `${safe(text)}: while it scores,`;
  if (what === "matrices")
    return `${scoring} the second moments of what ${counted(count, "layers")} ${count === 1 ? "reads" : "read"}, up to ${size}`;
  if (what === "derivatives")
    return `${scoring} ${counted(count, "arrays")} of all weights for second derivatives, up to ${size}`;
  return `${safe(text)}: sums over training for ${counted(count, "weights")}, ${size}`;
}
