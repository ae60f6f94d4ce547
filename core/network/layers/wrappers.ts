import { field, heldLayer, isJsonArray, isJsonObject } from "../json.js";
import type { Value } from "../graph.js";
import { raise } from "../../diagnostics/create.js";
import { quote } from "../../diagnostics/quote.js";
import { derived, innerSite, onlyInput, protect, refuse, result, type Rule, type Site } from "../site.js";
import type { Json, JsonObject } from "../types.js";
import { isModelClass } from "../unwrap.js";
import { append } from "./merge.js";
import { ORDINARY, type LayerClass } from "./layer-class.js";

function wrapped(site: Site): JsonObject {
  const layer = field(site.config.values, "layer");
  if (!isJsonObject(layer)) return refuse(site, "P5002", "wraps no layer");
  const penalty = heldLayer(layer)?.config["activity_regularizer"] ?? null;
  if (penalty !== null) {
    refuse(site, "P5009", "wraps a layer with an `activity_regularizer`", {
      help: "state the penalty behind the wrapper, in an ActivityRegularization layer",
    });
  }
  const className = field(layer, "class_name");
  if (typeof className !== "string" || !isModelClass(className)) return layer;
  return refuse(site, "P5009", "wraps a whole model, which is not supported", {
    help: "wrap the layers of the model one by one",
  });
}

/** TimeDistributed: the inner layer without the time axis, once for each step. */
function timeDistributed(apply: Rule): Rule {
  return (site) => {
    const input = onlyInput(site);
    if (input.shape.length < 3) {
      refuse(site, "P5006", "needs an input with a time axis");
    }
    const steps = input.shape[1] ?? null;
    const within: Value = {
      shape: [input.shape[0] ?? null, ...input.shape.slice(2)],
      ids: input.ids,
      tensor: -1,
    };
    const inner = innerSite(site, wrapped(site), ["layer"], {
      inputs: [within],
      times: site.times * (steps ?? 1),
    });
    return apply(inner).map((out) => {
      return result(site, [out.shape[0] ?? null, steps, ...out.shape.slice(1)], out.ids);
    });
  };
}

/**
 * Bidirectional: two copies of the inner layer, forward and backward. One number in the config sizes both, so
 * their units are tied, whatever the way their outputs are joined.
 */
function bidirectional(apply: Rule): Rule {
  return (site) => {
    const layer = wrapped(site);
    if ((field(site.config.values, "backward_layer") ?? null) !== null) {
      refuse(
        site,
        "P5009",
        "has a `backward_layer` that differs from its forward layer in more than direction",
        {
          help: "give both directions the same settings, or run two layers and join what they give",
        },
      );
    }
    const name = innerName(layer);
    const mode = mergeMode(site);
    const half = (site.inputs.length - 1) / 2;
    if (!Number.isInteger(half)) refuse(site, "P5006", "needs initial states for both directions");
    const direction = (which: string, states: readonly Value[]): readonly Value[] =>
      apply(
        innerSite(site, layer, ["layer"], {
          inputs: [...site.inputs.slice(0, 1), ...states],
          scope: `${site.scope}${which}_`,
          folders: [...site.folders, `${which}_${name}`],
          // Keras 3 writes the name that its forward copy has.
          kerasFolders: [...site.folders, `${which}_${name.replace(/^forward_/, "")}`],
        }),
      );
    const forward = direction("forward", site.inputs.slice(1, 1 + half));
    const backward = direction("backward", site.inputs.slice(1 + half));
    const [f, b] = [forward[0], backward[0]];
    if (!f || !b) return refuse(site, "P5006", "gives nothing");
    const states = [...forward.slice(1), ...backward.slice(1)];
    if (mode === null) return [f, b, ...states];
    if (mode !== "concat") return [f, ...states];
    return [joined(site, f, b), ...states];
  };
}

/** What two directions may differ in: names, how they are drawn, what is said of an input that both share. */
const OF_EACH = new Set([
  "name",
  "go_backwards",
  "seed",
  "batch_input_shape",
  "batch_shape",
  "build_config",
  "shared_object_id",
]);

/** Whether two values say the same. */
function agree(a: Json | undefined, b: Json | undefined): boolean {
  if (isJsonArray(a) && isJsonArray(b))
    return a.length === b.length && a.every((item, i) => agree(item, b[i]));
  if (!isJsonObject(a) || !isJsonObject(b)) return (a ?? null) === (b ?? null);
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => OF_EACH.has(key) || agree(a[key], b[key]));
}

/** Keras writes the layer of the other direction out: where it is the forward one turned round, nothing is lost without it. */
function sameBothWays(layer: Json | undefined, backward: Json | undefined): boolean {
  const [there, back] = [heldLayer(layer), heldLayer(backward)];
  if (!there || !back || there.className !== back.className || !agree(there.config, back.config))
    return false;
  return (there.config["go_backwards"] === true) !== (back.config["go_backwards"] === true);
}

function joined(site: Site, f: Value, b: Value): Value {
  const last = f.shape[f.shape.length - 1] ?? null;
  const shape = [...f.shape.slice(0, -1), last === null ? null : 2 * last];
  const [one, two] = [f.ids, b.ids];
  if (!one || !two) return result(site, shape, null);
  const ids = derived(site, 2 * one.length, () => append([one, two], 2 * one.length));
  return result(site, shape, ids);
}

function innerName(layer: JsonObject): string {
  const config = field(layer, "config");
  const name = isJsonObject(config) ? field(config, "name") : undefined;
  return typeof name === "string" ? name : "layer";
}

function mergeMode(site: Site): string | null {
  const value = field(site.config.values, "merge_mode");
  if (value === null) return null;
  if (value === undefined) return "concat";
  if (value === "concat" || value === "sum" || value === "mul" || value === "ave") return value;
  return raise(
    "P5002",
    `\`merge_mode\` of layer ${quote(site.config.path)} is not one of concat, sum, mul, ave`,
  );
}

/** A class without a rule: its neighbours are fixed, its variables are found when the weights are read. */
const unknownClass: Rule = (site) => {
  const reason = `the class ${site.className} is not known`;
  site.graph.barrier(site.layer.spec.path, reason);
  for (const input of site.inputs) protect(site, input.ids, "unknown-class", reason);
  const [input] = site.inputs;
  if (!input) return refuse(site, "P5009", `of the unknown class ${site.className} has no input`);
  return [result(site, input.shape, input.ids)];
};

/** Wrappers are what they wrap: `classOf` gives what is known of that. */
export function wrappers(classOf: (className: string) => LayerClass) {
  const apply: Rule = (site) => classOf(site.className).rule(site);
  return {
    Bidirectional: {
      ...ORDINARY,
      rule: bidirectional(apply),
      family: "recurrent",
      silence: () => null,
      constants: null,
      normalise: (config) => {
        if (sameBothWays(config["layer"], config["backward_layer"])) delete config["backward_layer"];
      },
    },
    TimeDistributed: {
      ...ORDINARY,
      rule: timeDistributed(apply),
      family: "inner",
      silence: (config) => {
        const inner = heldLayer(config["layer"]);
        return inner && classOf(inner.className).silence(inner.config);
      },
      constants: null,
    },
  } satisfies Record<string, LayerClass>;
}

/** A class that nobody has described. */
export const UNKNOWN: LayerClass = {
  ...ORDINARY,
  rule: unknownClass,
  silence: () => null,
  constants: null,
};
