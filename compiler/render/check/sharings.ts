import type { PlannedEvent } from "../../../core/ir/types.js";
import type { StatementIr } from "../../../core/ir/walk.js";
import type { LayerInfo, Network } from "../../../core/network/types.js";
import { indexBits, usualBits } from "../../../core/quantize/methods.js";
import { added, isExact, middle, type Estimate } from "../../plan/estimate.js";
import { counted, estimated } from "../../plan/words.js";

/** What a `quantize` comes to where it stands for the last time. */
export interface SharingCost {
  readonly text: string;
  readonly layers: readonly {
    readonly layer: string;
    /** Those that live. */
    readonly weights: Estimate;
    /** Null where only the run knows them. */
    readonly bits: number | null;
    /** At most. */
    readonly values: number | null;
  }[];
  /** Bytes: of the numbers of values and the lists of values at most, and of the distances between living weights; of neither those of filler zeros. Null where only a run knows the bits. */
  readonly numbers: Estimate | null;
  readonly distances: Estimate | null;
}

export function sharingCosts(
  all: readonly StatementIr[],
  events: readonly PlannedEvent[],
  network: Network | undefined,
): readonly SharingCost[] {
  if (network === undefined) return [];
  const byPath = new Map(network.layers.map((layer) => [layer.path, layer]));
  return all.flatMap((statement): readonly SharingCost[] => {
    if (statement.kind !== "quantize") return [];
    const own = events.filter(({ id }) => id === statement.id);
    // Of every layer as it is met last: each turn of a `for each` has its own.
    const layers = new Map(own.flatMap((event) => event.layers.map((one) => [one.layer, one] as const)));
    const rows = [...layers.values()].map(({ layer, live, total }) => {
      const kernels = kernelsOf(byPath.get(layer));
      const [shape = []] = kernels;
      const { bits: asked = usualBits(shape) } = statement;
      const bits = typeof asked === "number" ? asked : null;
      const values = bits === null ? null : Math.min(kernels.length * 2 ** bits, highestOf(live));
      return { layer, weights: live, bits, values, index: live === total ? 0 : indexBits(shape) };
    });
    const numbers = rows.map(({ weights, bits, values }) =>
      bits === null || values === null ? null : plus(times(weights, bits / 8), 4 * values),
    );
    return [
      {
        text: statement.text,
        layers: rows.map(({ layer, weights, bits, values }) => ({ layer, weights, bits, values })),
        numbers: numbers.includes(null) ? null : rounded(added(numbers.flatMap((one) => one ?? []))),
        distances: rounded(added(rows.map(({ weights, index }) => times(weights, index / 8)))),
      },
    ];
  });
}

const kernelsOf = (layer: LayerInfo | undefined): readonly (readonly number[])[] => {
  const kernels = layer?.weights.filter(({ isKernel }) => isKernel) ?? [];
  return (kernels.length > 0 ? kernels : (layer?.weights.slice(0, 1) ?? [])).map(({ shape }) => shape);
};

const highestOf = (estimate: Estimate): number => (isExact(estimate) ? estimate : estimate.to);

const each = (estimate: Estimate, change: (count: number) => number): Estimate =>
  isExact(estimate)
    ? change(estimate)
    : { about: change(middle(estimate)), from: change(estimate.from), to: change(estimate.to) };
const times = (estimate: Estimate, factor: number): Estimate => each(estimate, (count) => count * factor);
const plus = (estimate: Estimate, more: number): Estimate => each(estimate, (count) => count + more);
const rounded = (estimate: Estimate): Estimate => each(estimate, Math.ceil);

export function sharingLine({ text, layers, numbers, distances }: SharingCost): string {
  const rows = layers.map(({ layer, weights, bits, values }) => {
    const in_ =
      bits === null ? "as few values as its bits number" : `at most ${counted(values ?? 0, "values")}`;
    return `${layer} ${estimated(weights)} in ${in_}`;
  });
  if (rows.length === 0) return `${text}: nothing`;
  const size = numbers === null ? "" : `; ${bytesOf(numbers)} with the lists of values at most`;
  const none = distances === null || distances === 0;
  const apart = none ? "" : `, and ${bytesOf(distances)} or more for where the living are`;
  return `${text}: living weights of ${rows.join(", ")}${size}${apart}; filler zeros and Huffman's code hang on the weights`;
}

const bytesOf = (estimate: Estimate): string => (estimate === 1 ? "1 byte" : `${estimated(estimate)} bytes`);
