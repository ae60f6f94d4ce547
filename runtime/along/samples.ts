import { derivative } from "../../core/expr/derivative.js";
import { build, evaluateEntries, walkElements, type Domain } from "../../core/expr/domain.js";
import { rowDomain } from "../../core/expr/domains.js";
import type { Apart } from "../../core/expr/mixed.js";
import { sharing } from "../../core/expr/together.js";
import { plus } from "../../core/expr/operators.js";
import type { Space } from "../../core/units/space.js";
import { entryOf } from "../../core/tables.js";
import { readsInput, seenChannels, watchedLayer } from "../scores/sample-statistics.js";
import { everywhere } from "./penalty.js";

export type SampleSide = "outputs" | "inputs";
type Term = Apart["samples"][number];

/** The activations that a mixed penalty reads in the pass of a step: kept until it is worked out. */
export interface Samples {
  /** Layers (indices) whose outputs, or inputs, are looked at. */
  layers(side: SampleSide): readonly number[];
  /** Keeps what one call shows; gives where in all that is kept of the layer it begins. */
  see(side: SampleSide, layer: number, activation: Float32Array, channels: number): number;
  /** The value of a term: one array by unit, or, along an axis of the weights, one for each layer of the space. */
  values(name: string): { readonly axis: "in" | "out" | null; readonly values: readonly Float64Array[] };
  /** What the terms add up to at the places of one call, by their slopes as `values` are laid out. */
  slopes(
    side: SampleSide,
    layer: number,
    ofTerms: ReadonlyMap<string, readonly Float64Array[]>,
    from: number,
    length: number,
  ): Float32Array;
}

interface Seen {
  readonly arrays: Float32Array[];
  readonly channels: number;
  length: number;
}

/** One term at one layer of the space. */
interface Tap {
  readonly term: Term;
  readonly layer: number;
  readonly key: string;
}

export function samplesOf(space: Space, terms: readonly Term[]): Samples {
  const seen = new Map<string, Seen>();
  const domains = new Map<string, Domain>();
  const sideOf = ({ of }: Term): SampleSide => (readsInput(of, space) ? "inputs" : "outputs");
  const taps = terms.flatMap((term): readonly Tap[] =>
    space.layers.flatMap(({ index }, layer) => {
      if (index < 0) return [];
      const side = sideOf(term);
      return [
        { term, layer, key: keyOf(side, side === "inputs" ? index : watchedLayer(space.network, index)) },
      ];
    }),
  );
  const byUnit = (term: Term): boolean =>
    space.channelUnits !== null && (sideOf(term) === "inputs") === (space.structure === "channels");

  const whole = ({ arrays, length }: Seen): Float32Array => {
    const [first] = arrays;
    if (first !== undefined && first.length === length) return first;
    const all = new Float32Array(length);
    let at = 0;
    for (const array of arrays) {
      all.set(array, at);
      at += array.length;
    }
    return all;
  };
  /** All that is kept of a layer, channel by channel. Asked for once the pass forward is done. */
  const rows = (key: string): Domain | null => {
    const here = seen.get(key);
    if (here === undefined) return null;
    return entryOf(domains, key, () => {
      const { channels, length } = here;
      const all = whole(here);
      const channelAt = new Int32Array(length);
      for (let i = 0; i < length; i++) channelAt[i] = i % channels;
      return rowDomain(channels, channelAt, { a: () => all, x: () => all });
    });
  };
  /** The unit of every channel that a layer of the space shows, below 0 where it has none. */
  const unitsOf = ({ layer, term }: Tap): Int32Array => {
    const { start = 0, end = 0, index = -1 } = space.layers[layer] ?? {};
    const unitOf = new Map<number, number>();
    for (let entry = start; entry < end; entry++) {
      const unit = space.entryUnit?.[entry] ?? entry;
      unitOf.set(space.channelUnits?.[unit]?.root ?? -1, unit);
    }
    const ids = seenChannels(space.network, index, sideOf(term) === "inputs");
    return ids.map((id) => unitOf.get(space.network.channels.find(id)) ?? -1);
  };

  const known = new Map<string, ReturnType<Samples["values"]>>();
  const valuesOf = (term: Term): ReturnType<Samples["values"]> => {
    const own = taps.filter((tap) => tap.term === term);
    const axis = byUnit(term) ? null : sideOf(term) === "inputs" ? "in" : "out";
    const values =
      axis === null ? [new Float64Array(space.units)] : space.layers.map(() => new Float64Array(0));
    for (const tap of own) {
      const here = rows(tap.key);
      if (here === null) continue;
      const along = evaluateEntries(term.part, here);
      if (axis !== null) values[tap.layer] = Float64Array.from(along);
      else
        unitsOf(tap).forEach((unit, channel) => {
          const sums = values[0];
          if (unit >= 0 && sums !== undefined) sums[unit] = (sums[unit] ?? 0) + (along[channel] ?? 0);
        });
    }
    return { axis, values };
  };

  const slopesOf = new Map<string, Float32Array>();
  const allSlopes = (key: string, ofTerms: ReadonlyMap<string, readonly Float64Array[]>): Float32Array => {
    const here = rows(key);
    if (here === null) return new Float32Array(0);
    const out = new Float32Array(seen.get(key)?.length ?? 0);
    for (const tap of taps) {
      if (tap.key !== key) continue;
      const { term, layer } = tap;
      const given = ofTerms.get(term.name) ?? [];
      const units = byUnit(term) ? unitsOf(tap) : null;
      const along = units === null ? given[layer] : Float64Array.from(units, (unit) => given[0]?.[unit] ?? 0);
      const slope = plus(derivative(term.part, "a"), derivative(term.part, "x"));
      walkElements(here, everywhere(build(slope, sharing(here, [slope]))), ({ at, entry, count }, values) => {
        for (let i = 0; i < count; i++)
          out[at[i] ?? 0] = (out[at[i] ?? 0] ?? 0) + (along?.[entry[i] ?? 0] ?? 0) * (values[i] ?? 0);
      });
    }
    return out;
  };

  return {
    layers: (side) => [
      ...new Set(
        taps.filter(({ key }) => key.startsWith(side)).map(({ key }) => Number(key.slice(side.length))),
      ),
    ],
    see(side, layer, activation, channels) {
      const key = keyOf(side, layer);
      const here = seen.get(key) ?? { arrays: [], channels, length: 0 };
      seen.set(key, here);
      const from = here.length;
      here.arrays.push(activation.slice());
      here.length += activation.length;
      return from;
    },
    values(name) {
      const before = known.get(name);
      if (before !== undefined) return before;
      const term = terms.find((one) => one.name === name);
      if (term === undefined) throw new Error(`no term \`${name}\``);
      const values = valuesOf(term);
      known.set(name, values);
      return values;
    },
    slopes(side, layer, ofTerms, from, length) {
      const key = keyOf(side, layer);
      const all = slopesOf.get(key) ?? allSlopes(key, ofTerms);
      slopesOf.set(key, all);
      return all.length === length ? all : all.slice(from, from + length);
    },
  };
}

const keyOf = (side: SampleSide, layer: number): string => `${side}${layer}`;
