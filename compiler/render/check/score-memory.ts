import { mayLose } from "../../../core/compensate/limits.js";
import { linearLayer, type LinearLayer } from "../../../core/compensate/linear.js";
import { evaluate } from "../../../core/expr/evaluate.js";
import { momentsIn, namesIn, readsDiagonal, secondOrderIn, type Name } from "../../../core/expr/names.js";
import { structureKind } from "../../../core/ir/structure.js";
import type { CriterionIr, PruneIr } from "../../../core/ir/types.js";
import { readIn, scoringsOf, type StatementIr } from "../../../core/ir/walk.js";
import type { Network } from "../../../core/network/types.js";
import { candidateUnits } from "../../../core/units/candidate-units.js";

/**
 * Arrays of a number for every weight that second derivatives hold at once, at most, with the gradients that the score reads beside
 * them (`runtime/scores/second-order.ts`); 0 for scores without any.
 */
export function derivativeArrays(statement: StatementIr): number {
  const each = scoringsOf(statement)
    .filter(({ at }) => at === "event")
    .map(({ criterion, beside }) => arraysFor(namesIn(criterion.expr, ...beside), criterion));
  return Math.max(0, ...each);
}

/** Of one product: where it leads, the weights as they were, the gradients ahead, and behind their sums and those of a batch. */
const OF_PRODUCT = 5;

function arraysFor(read: readonly Name[], { probes = 1 }: CriterionIr): number {
  if (secondOrderIn(read) === undefined) return 0;
  const gradients = ["g", "g2", "ga"].some((name) => read.some((one) => one === name));
  let held = Number(gradients) + Number(read.includes("g2"));
  let most = 0;
  if (readsDiagonal(read)) {
    // What the probes before have added up to.
    most = held + OF_PRODUCT + Number(evaluate(probes, new Map()) !== 1);
    held += 1;
  }
  for (const name of ["hg", "hw"] as const) {
    if (!read.includes(name)) continue;
    most = Math.max(most, held + OF_PRODUCT);
    held += 1;
  }
  return most;
}

/** Matrices of second moments, of so many layers, and what is worked out of them, in bytes. */
export interface MomentMemory {
  readonly layers: number;
  readonly bytes: number;
}

/** What scores by `hinv`, `greedy-order` and `lasso-path` hold; null without any, and where only the run knows the layers. */
export function momentMemory(statement: StatementIr, network: Network): MomentMemory | null {
  if (statement.kind !== "prune" || statement.layers === undefined) return null;
  const { layers: paths } = statement;
  const read = readIn(statement);
  if (momentsIn(read) === undefined) return null;
  const scored = read.includes("hinv") ? mayLose(network, { ...statement, structure: "weights" }, paths) : [];
  const weighs = read.includes("greedy-order") || read.includes("lasso-path");
  const reading = weighs ? mayLose(network, statement, paths) : [];
  const solved = linearOf(network, new Set(scored.map(({ path }) => path)));
  const watched = linearOf(network, new Set([...scored, ...reading].map(({ path }) => path)));
  let [known, most] = [0, 0];
  for (const layer of solved) {
    known += 8 * layer.taps * layer.inputs * layer.outputs;
    // One layer after the other: its matrix is solved for each pattern of dead weights, whose diagonals are kept meanwhile.
    most = Math.max(most, known + squareOf(layer) + 8 * unknownsOf(layer) * layer.outputs);
  }
  const shared = weighs ? 8 * unitsOf(statement, network) ** 2 : 0;
  const bytes = watched.reduce((sum, layer) => sum + squareOf(layer), 0) + Math.max(most, known + shared);
  return { layers: watched.length, bytes };
}

const unknownsOf = ({ taps, inputs, bias }: LinearLayer): number => taps * inputs + (bias === null ? 0 : 1);
const squareOf = (layer: LinearLayer): number => 8 * unknownsOf(layer) ** 2;

const linearOf = (network: Network, paths: ReadonlySet<string>): readonly LinearLayer[] =>
  network.layers.flatMap((layer) => (paths.has(layer.path) ? (linearLayer(layer) ?? []) : []));

function unitsOf({ structure, layers, joins }: PruneIr, network: Network): number {
  const paths = new Set(layers);
  const indices = [...network.layers.keys()].filter((index) => paths.has(network.layers[index]?.path ?? ""));
  return candidateUnits(network, structureKind(structure), indices, joins).units.length;
}
