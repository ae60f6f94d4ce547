import type { Ir, RuleIr, StepIr } from "../../../core/ir/types.js";
import { structureKind } from "../../../core/ir/structure.js";
import { scoringsOf, statements } from "../../../core/ir/walk.js";
import type { Network } from "../../../core/network/types.js";
import { candidateWeights } from "../../../core/units/candidates.js";
import { distinct } from "../../plan/lints/finding.js";
import { counted } from "../../plan/words.js";
import { safe } from "../text.js";

/** What a statement has the run hold beside weights, optimizer and what gates, pulls and teachers say of themselves. */
export interface MemoryCost {
  readonly text: string;
  readonly what: "moments" | "masks" | "sums" | "clusters";
  /** Moments, weights that may be masked, that are summed for, or that share their values. */
  readonly count: number;
  /** At most: `slim` cuts what is held as it cuts the weights. */
  readonly bytes: number;
}

type Statement = StepIr | RuleIr;

/** A code for each weight, and its value where it died. */
const MASK_BYTES = 1 + 4;

export function memoryCosts(ir: Ir, network: Network | undefined): readonly MemoryCost[] {
  if (network === undefined) return [];
  const whole =
    4 * network.layers.flatMap(({ weights }) => weights).reduce((sum, one) => sum + sizeOf(one), 0);
  return distinct(statements(ir.body)).flatMap((statement): readonly MemoryCost[] => {
    const { text } = statement;
    const moments = momentsOf(statement);
    const weights = singleWeights(statement, network);
    const shared = sharedWeights(statement, network);
    const sums = scoringsOf(statement).filter(({ criterion }) => criterion.over === "training").length;
    return [
      ...(moments > 0 ? [{ text, what: "moments" as const, count: moments, bytes: moments * whole }] : []),
      ...(weights > 0 ? [{ text, what: "masks" as const, count: weights, bytes: MASK_BYTES * weights }] : []),
      ...(weights > 0 && sums > 0
        ? [{ text, what: "sums" as const, count: weights, bytes: 4 * sums * weights }]
        : []),
      ...(shared > 0 ? [{ text, what: "clusters" as const, count: shared, bytes: 4 * shared }] : []),
    ];
  });
}

/** Moments that it keeps, to go back to. */
function momentsOf(statement: Statement): number {
  if (statement.kind === "train") return statement.snapshots.length;
  const keeps = statement.kind === "mark" || statement.kind === "search";
  return keeps || (statement.kind === "repeat" && statement.while !== undefined) ? 1 : 0;
}

/** Weights that it may take one by one, or in groups inside kernels. */
function singleWeights(statement: Statement, network: Network): number {
  if (statement.kind !== "prune" || statement.layers === undefined) return 0;
  const { structure, layers } = statement;
  const kind = structureKind(structure);
  if (["filters", "channels", "neurons", "units", "layers", "gates"].includes(kind)) return 0;
  return weightsIn(network, layers, kind, statement.in !== undefined);
}

/** Weights whose clusters it makes. */
const sharedWeights = (statement: Statement, network: Network): number =>
  statement.kind !== "quantize" || statement.layers === undefined
    ? 0
    : weightsIn(network, statement.layers, "weights", statement.in !== undefined);

const weightsIn = (
  network: Network,
  paths: readonly string[],
  structure: Parameters<typeof candidateWeights>[1],
  named: boolean,
): number =>
  network.layers
    .filter(({ path }) => paths.includes(path))
    .flatMap((layer) => candidateWeights(layer, structure, named))
    .reduce((sum, one) => sum + sizeOf(one), 0);

const sizeOf = ({ shape }: { readonly shape: readonly number[] }): number => shape.reduce((a, b) => a * b, 1);

export function memoryLine({ text, what, count, bytes }: MemoryCost): string {
  const size = counted(bytes, "bytes");
  if (what === "moments")
    return `${safe(text)}: ${counted(count, "moments")} to go back to, ${size} of weights with masks and the optimizer's state on top`;
  if (what === "masks")
    return `${safe(text)}: masks of ${counted(count, "weights")} and their values at death, ${size}`;
  if (what === "clusters") return `${safe(text)}: the clusters of ${counted(count, "weights")}, ${size}`;
  return `${safe(text)}: sums over training for ${counted(count, "weights")}, ${size}`;
}
