import { MAX_AXES, MAX_CALLS, MAX_CHANNELS, MAX_PARAMETERS } from "./limits.js";
import { raise } from "../diagnostics/create.js";
import { quote } from "../diagnostics/quote.js";
import { entryOf } from "../tables.js";
import type { LayerSpec } from "./spec.js";
import { product } from "./shapes.js";
import type {
  Barrier,
  CallInfo,
  Json,
  JsonObject,
  MacTerm,
  Merge,
  Protection,
  Shape,
  SizePlace,
  WeightInfo,
} from "./types.js";
import { UnionFind } from "./union-find.js";

/** A tensor on its way through the rules; `tensor` is its number, −1 inside a wrapper. */
export interface Value {
  readonly shape: Shape;
  readonly ids: Int32Array | null;
  readonly tensor: number;
}

export interface LayerDraft {
  readonly index: number;
  readonly spec: LayerSpec;
  readonly trainable: boolean;
  readonly weights: Map<string, WeightInfo>;
  /** Output channels by scope, cached so that a second call finds those of the first. */
  readonly outs: Map<string, Int32Array>;
  /** Axes made from `outs` (gate blocks), cached for the same reason. */
  readonly derivedAxes: Map<string, Int32Array>;
  readonly sizes: SizePlace[];
  /** Fields of the config that are written otherwise than they were read; null where two calls disagree. */
  readonly rewritten: Map<string, Json | null>;
  uses: number;
}

export interface CallDraft extends Pick<CallInfo, "names" | "inference"> {
  readonly layer: number;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly kwargs: JsonObject;
  readonly macs: readonly MacTerm[];
}

/** Everything found out so far about a network; the rules of the layers write into it through a `Site`. */
export class Graph {
  readonly channels = new UnionFind();
  readonly layers: LayerDraft[] = [];
  readonly calls: CallDraft[] = [];
  readonly tensors: { shape: Shape; ids: Int32Array | null }[] = [];
  readonly barriers = new Map<string, Barrier>();
  private readonly drafts = new Map<LayerSpec, LayerDraft>();
  private axes = 0;
  private parameters = 0;

  draft(spec: LayerSpec, trainable: boolean): LayerDraft {
    return entryOf(this.drafts, spec, () => {
      const draft: LayerDraft = {
        index: this.layers.length,
        spec,
        trainable,
        weights: new Map(),
        outs: new Map(),
        derivedAxes: new Map(),
        sizes: [],
        rewritten: new Map(),
        uses: 0,
      };
      this.layers.push(draft);
      return draft;
    });
  }

  tensor(shape: Shape, ids: Int32Array | null): Value {
    this.tensors.push({ shape, ids });
    return { shape, ids, tensor: this.tensors.length - 1 };
  }

  /** Counts `n` more channel numbers against the limit, before they are allocated. */
  charge(n: number, path: string): void {
    this.axes += n;
    if (this.axes > MAX_AXES) {
      raise(
        "P5007",
        `layer ${quote(path)} makes the network too wide: more than ${MAX_AXES} channels on all axes`,
      );
    }
  }

  /** New channels of a layer's output axis (index −1: a network input), counted against the limit. */
  makeChannels(n: number, layer: number, from: number, path: string): Int32Array {
    if (this.channels.count + n > MAX_CHANNELS) {
      raise("P5007", `layer ${quote(path)} makes the network too wide: more than ${MAX_CHANNELS} channels`);
    }
    return this.channels.make(n, layer, from);
  }

  chargeCall(path: string): void {
    if (this.calls.length >= MAX_CALLS)
      raise("P5007", `the network makes more than ${MAX_CALLS} calls, at layer ${quote(path)}`);
  }

  addWeight(layer: LayerDraft, weight: WeightInfo, call: number): void {
    const known = layer.weights.get(weight.key);
    if (known) return this.sameWeight(layer, known, weight, call);
    this.parameters += product(weight.shape);
    if (product(weight.shape) > 2 ** 31 || this.parameters > MAX_PARAMETERS) {
      raise(
        "P5007",
        `layer ${quote(layer.spec.path)} has a \`${weight.name}\` of shape [${weight.shape.join(", ")}]`,
        {
          notes: ["one variable may have 2^31 elements, a network 2^40"],
        },
      );
    }
    layer.weights.set(weight.key, weight);
  }

  /** A shared layer: the second call must fit the variables of the first, and what it reads is tied to what that read. */
  private sameWeight(layer: LayerDraft, known: WeightInfo, again: WeightInfo, call: number): void {
    if (known.shape.length !== again.shape.length || known.shape.some((n, i) => n !== again.shape[i])) {
      raise("P5006", `layer ${quote(layer.spec.path)} is called on inputs of different width`, {
        notes: [`its \`${known.name}\` would be [${known.shape.join(", ")}] and [${again.shape.join(", ")}]`],
      });
    }
    known.bindings.forEach((binding, i) => {
      const other = again.bindings[i];
      if (other) this.channels.uniteAxes(binding.ids, other.ids, call, "shared");
    });
  }

  addSize(layer: LayerDraft, size: SizePlace, call: number, why: Merge["why"]): void {
    const key = size.at.join("\0");
    const known = layer.sizes.find((s) => s.at.join("\0") === key);
    if (known) this.channels.uniteAxes(known.ids, size.ids, call, why);
    else layer.sizes.push(size);
  }

  protect(ids: Int32Array | null, kind: Protection["kind"], layer: string, reason: string): void {
    if (ids) this.channels.protect(ids, { kind, layer, reason });
  }

  barrier(layer: string, reason: string): void {
    if (!this.barriers.has(layer)) this.barriers.set(layer, { layer, reason });
  }
}

/** The config of a layer as it is written; a layer frozen by the model around it says so itself. */
export function finalConfig(layer: LayerDraft): JsonObject {
  const changed = [...layer.rewritten].filter(([, value]) => value !== null);
  const frozen = !layer.trainable && layer.spec.config["trainable"] !== false;
  if (changed.length === 0 && !frozen) return layer.spec.config;
  return { ...layer.spec.config, ...Object.fromEntries(changed), ...(frozen ? { trainable: false } : {}) };
}
