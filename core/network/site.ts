import { activations } from "./activations.js";
import { amountsOf } from "./amounts.js";
import { activation, choice, flag, type Config } from "./config.js";
import { constraintOf } from "./constraint.js";
import { field, heldLayer, isJsonObject } from "./json.js";
import { raise, type Details } from "../diagnostics/create.js";
import type { Code } from "../diagnostics/table.js";
import { quote } from "../diagnostics/quote.js";
import { checkShape, lastOf, showShape } from "./shapes.js";
import type { Graph, LayerDraft, Value } from "./graph.js";
import type { Binding, Json, JsonObject, MacTerm, Merge, Protection, Shape } from "./types.js";

/** One call of one layer, or of a layer inside a wrapper: where a rule reads and writes. */
export interface Site {
  readonly graph: Graph;
  readonly layer: LayerDraft;
  readonly className: string;
  readonly config: Config;
  readonly inputs: readonly Value[];
  /** What its inputs are handed in as, where each has a name. */
  readonly names: readonly string[] | null;
  /** What the call says beside its inputs. */
  readonly kwargs: JsonObject;
  /** Number of the call. */
  readonly call: number;
  /** Before the names of variables and cached axes: "forward_", "cell_0_". */
  readonly scope: string;
  /** Before the names of variables in a saved file, after the layer's: ["forward_lstm"]. */
  readonly folders: readonly string[];
  /** The same in a file of Keras, where that differs. */
  readonly kerasFolders?: readonly string[];
  /** Where `config` lies inside the layer's config. */
  readonly at: readonly (string | number)[];
  /** How often the inner layer runs in one call (time steps of a wrapper). */
  readonly times: number;
  readonly macs: MacTerm[];
}

export type Rule = (site: Site) => readonly Value[];

/** The channels of an axis, or how many it has where they are not followed. */
export type Channels = Int32Array | number | null;

/** An axis of a variable: its size, or the channels that it follows. */
export type Axis = number | null | Omit<Binding, "axis">;

const following =
  (role: Binding["role"]) =>
  (channels: Channels): Axis =>
    channels instanceof Int32Array ? { ids: channels, role } : channels;
export const reading = following("in");
export const making = following("out");
export const passing = following("pass");

/** Refuses a layer; `what` is wrong with it goes on after its name. @throws DiagnosticError */
export function refuse({ config }: Pick<Site, "config">, code: Code, what: string, details?: Details): never {
  return raise(code, `layer ${quote(config.path)} ${what}`, details);
}

/** The only input, of the given rank (or at least one channel axis). */
export function onlyInput(site: Site, ...ranks: number[]): Value {
  const [input] = site.inputs;
  if (!input || site.inputs.length !== 1)
    return refuse(site, "P5006", `takes one input and gets ${site.inputs.length}`);
  return checkRank(site, input, ...ranks);
}

export function checkRank(site: Site, input: Value, ...ranks: number[]): Value {
  if (ranks.length > 0 && !ranks.includes(input.shape.length)) {
    refuse(site, "P5006", `gets a tensor of shape ${showShape(input.shape)}`, {
      notes: [`a ${site.className} takes ${ranks.map((r) => `${r} axes`).join(" or ")}, the batch included`],
    });
  }
  return input;
}

/** The channel axis of an input; refused where its size is unknown. */
export function channelsOf(site: Site, input: Value): Int32Array {
  if (input.ids) return input.ids;
  return refuse(site, "P5006", `gets a tensor of shape ${showShape(input.shape)}`, {
    notes: [`a ${site.className} must know the size of the last axis`],
  });
}

/** Output channels of this layer, made at its first call. */
export function fresh(site: Site, n: number, slot = "out"): Int32Array {
  const key = site.scope + slot;
  const known = site.layer.outs.get(key);
  if (known) {
    if (known.length === n) return known;
    return refuse(site, "P5006", "is called on inputs of different shape");
  }
  site.graph.charge(n, site.config.path);
  const from = [...site.layer.outs.values()].reduce((sum, ids) => sum + ids.length, 0);
  const ids = site.graph.makeChannels(n, site.layer.index, from, site.config.path);
  site.layer.outs.set(key, ids);
  return ids;
}

/** An axis derived from others (repeated, concatenated): counted, then made. */
export function derived(site: Site, length: number, make: () => Int32Array): Int32Array {
  site.graph.charge(length, site.config.path);
  return make();
}

interface WeightFacts {
  /** Never trained: statistics. */
  readonly frozen?: boolean;
  readonly forgetGate?: boolean;
  /** Its name in Keras 3. */
  readonly keras3?: string;
  /** Where the config names none. */
  readonly initializer?: JsonObject;
}

/**
 * A variable of the layer with its axes. Its initializer, regularizer and constraint stand in the config under its name, but for
 * `_kernel` at the end of `recurrent_kernel` and the like.
 */
export function addWeight(
  site: Site,
  name: string,
  axes: readonly Axis[],
  { frozen = false, forgetGate = false, keras3, initializer: usual }: WeightFacts = {},
): void {
  const path = site.layer.spec.path;
  const sizes = axes.map((axis) => (typeof axis === "object" && axis !== null ? axis.ids.length : axis));
  const shape = sizes.map((n) => {
    if (n !== null && n >= 1) return n;
    const wanted = `needs a \`${site.scope}${name}\` of shape ${showShape(sizes)}`;
    return raise("P5006", `layer ${quote(path)} ${wanted}`, {
      notes: ["every size of a variable must be known and at least 1"],
    });
  });
  const own = [...site.folders, name].join("/");
  const alias = [...(site.kerasFolders ?? site.folders), keras3 ?? name].join("/");
  const stem = name.replace(/_kernel$/, "");
  const setting = (what: string): Json | undefined => field(site.config.values, `${stem}_${what}`);
  const initializer = setting("initializer") ?? usual;
  site.graph.addWeight(
    site.layer,
    {
      key: weightKey(site, name),
      name: site.scope + name,
      savedAs: `${site.layer.spec.name}/${own}`,
      ...(alias !== own && { alias }),
      shape,
      trainable: site.layer.trainable && !frozen,
      initializer: isJsonObject(initializer) ? initializer : null,
      regularizer: amountsOf(setting("regularizer"), `${stem}_regularizer`, path),
      constraint: constraintOf(setting("constraint"), `${stem}_constraint`, path),
      forgetGate,
      bindings: axes.flatMap((axis, i) =>
        typeof axis === "object" && axis !== null ? [{ axis: i, ...axis }] : [],
      ),
      isKernel: name.endsWith("kernel"),
    },
    site.call,
  );
}

/** A number in the config that counts channels, where these are followed. */
export function addSize(site: Site, key: readonly (string | number)[], channels: Channels): void {
  if (!(channels instanceof Int32Array)) return;
  site.graph.addSize(site.layer, { at: [...site.at, ...key], ids: channels }, site.call, "configuration");
}

/** Products of a kernel: `times` for every channel it reads and makes. Those that are not followed count by their number. */
export function addMacs(site: Site, kernel: string, times: number, reads: Channels, makes: Channels): void {
  const numberOf = (channels: Channels): number => (typeof channels === "number" ? channels : 1);
  site.macs.push({
    times: times * site.times * numberOf(reads) * numberOf(makes),
    ...(makes instanceof Int32Array && { out: makes, weight: weightKey(site, kernel) }),
    ...(reads instanceof Int32Array && { in: reads }),
  });
}

function weightKey(site: Site, name: string): string {
  return `${site.layer.spec.path}/${site.scope}${name}`;
}

export function protect(site: Site, ids: Int32Array | null, kind: Protection["kind"], reason: string): void {
  site.graph.protect(ids, kind, site.layer.spec.path, reason);
}

export function unite(site: Site, a: Int32Array, b: Int32Array, why: Merge["why"]): void {
  site.graph.channels.uniteAxes(a, b, site.call, why);
}

/** A result: its shape is checked; inside a wrapper it is not yet a tensor of the network. */
export function result(site: Site, shape: Shape, ids: Int32Array | null): Value {
  checkShape(shape, site.config.path);
  return { shape, ids: lastOf(shape) === null || shape.length < 2 ? null : ids, tensor: -1 };
}

/** What cannot be followed: inputs and outputs are fixed, the outputs are channels of their own. */
export function barrier(
  site: Site,
  shapes: readonly Shape[],
  kind: Protection["kind"],
  reason: string,
): readonly Value[] {
  site.graph.barrier(site.layer.spec.path, reason);
  for (const input of site.inputs) protect(site, input.ids, kind, reason);
  return shapes.map((shape, i) => {
    checkShape(shape, site.config.path);
    const n = lastOf(shape);
    if (n === null || shape.length < 2) return result(site, shape, null);
    const ids = fresh(site, n, `barrier${i}`);
    protect(site, ids, kind, reason);
    return result(site, shape, ids);
  });
}

/** The site of a layer held in this one's config (`layer`, `cell`). */
export function innerSite(
  site: Site,
  inner: JsonObject,
  at: readonly (string | number)[],
  change: Partial<Pick<Site, "inputs" | "scope" | "folders" | "kerasFolders" | "times">>,
): Site {
  const held = heldLayer(inner);
  if (held === null)
    return raise("P5002", `\`${at.join(".")}\` of layer ${quote(site.layer.spec.path)} is not a layer`);
  return {
    ...site,
    className: held.className,
    config: { path: site.config.path, values: held.config },
    at: [...site.at, ...at, "config"],
    ...change,
  };
}

export const CHANNELS_FIRST = "with channels first the last axis is not the channels";

export function isChannelsFirst(site: Site): boolean {
  const format = choice(site.config, "data_format", ["channelsLast", "channelsFirst"], "channelsLast");
  return format === "channelsFirst";
}

/** For classes whose channels can only be last. */
export function refuseChannelsFirst(site: Site): void {
  if (isChannelsFirst(site))
    refuse(site, "P5009", "has channels first", { help: "build it with channels last" });
}

/** Bias, where there is one. */
export function addBias(site: Site, axis: Axis, forgetGate = false): void {
  if (flag(site.config, "use_bias", true)) addWeight(site, "bias", [axis], { forgetGate });
}

/** Protects an axis whose activation looks at all channels together. */
export function checkActivation(site: Site, ids: Int32Array | null, key = "activation"): void {
  if (!activations[activation(site.config, key)].acrossChannels) return;
  protect(site, ids, "softmax", `soft-max is taken over the channels of ${site.layer.spec.path}`);
}
