import type { Json, JsonObject } from "../../../core/network/types.js";

/** Writes topologies as plain JSON, in the spelling of TensorFlow.js. No tensors, no tfjs. */

/** A tensor of the topology being built: layer, call, output. */
export type Ref = readonly [layer: string, node: number, tensor: number];

export interface TopologyBuilder {
  input(shape: readonly (number | null)[], name?: string): Ref;
  /** Adds a layer and calls it; a second call of the same name shares the layer. */
  call(className: string, config: JsonObject, inputs: readonly Ref[], name?: string): Ref;
  /** Calls a layer again. */
  again(ref: Ref, inputs: readonly Ref[]): Ref;
  /** Calls a nested model (a topology made by another builder). */
  nest(model: JsonObject, inputs: readonly Ref[], name?: string): Ref;
  /** Further outputs of a call. */
  output(ref: Ref, tensor: number): Ref;
  build(outputs: readonly Ref[], name?: string): JsonObject;
}

interface Draft {
  readonly className: string;
  readonly config: JsonObject;
  readonly nodes: (readonly Ref[])[];
  readonly nested: boolean;
}

export function topology(): TopologyBuilder {
  const layers = new Map<string, Draft>();
  const inputs: Ref[] = [];
  const counts = new Map<string, number>();
  const nameFor = (className: string, name?: string): string => {
    if (name !== undefined) return name;
    const base = className.toLowerCase();
    const n = (counts.get(base) ?? 0) + 1;
    counts.set(base, n);
    return `${base}_${n}`;
  };
  const call = (name: string, from: readonly Ref[]): Ref => {
    const draft = layers.get(name);
    if (!draft) throw new Error(`no layer ${name}`);
    draft.nodes.push(from);
    return [name, draft.nodes.length - 1 + (draft.nested ? 1 : 0), 0];
  };
  const add = (className: string, config: JsonObject, given: string | undefined, nested: boolean): string => {
    const name = nameFor(className, given);
    layers.set(name, { className, config, nodes: [], nested });
    return name;
  };
  return {
    input(shape, name) {
      const made = add(
        "InputLayer",
        { batch_input_shape: [null, ...shape], dtype: "float32" },
        name ?? nameFor("input"),
        false,
      );
      inputs.push([made, 0, 0]);
      return [made, 0, 0];
    },
    call: (className, config, from, name) => call(add(className, config, name, false), from),
    again: (ref, from) => call(ref[0], from),
    nest(model, from, name) {
      const config = model["config"];
      return call(
        add(String(model["class_name"]), isObject(config) ? config : {}, name ?? nameFor("model"), true),
        from,
      );
    },
    output: (ref, tensor) => [ref[0], ref[1], tensor],
    build(outputs, name = "net") {
      const written = [...layers].map(([layer, d]): Json => ({
        name: layer,
        class_name: d.className,
        config: { ...d.config, name: layer },
        inbound_nodes:
          d.className === "InputLayer"
            ? []
            : d.nodes.map((node): Json => node.map((ref): Json => [...ref, {}])),
      }));
      const refs = (list: readonly Ref[]): Json => list.map((ref): Json => [...ref]);
      return {
        class_name: "Model",
        config: { name, layers: written, input_layers: refs(inputs), output_layers: refs(outputs) },
      };
    },
  };
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A Sequential model from `[class, config]` pairs; the first config states `batch_input_shape`. */
export function sequential(layers: readonly (readonly [string, JsonObject])[], name = "net"): JsonObject {
  const written = layers.map(([className, config], i): Json => ({
    class_name: className,
    config: { name: `${className.toLowerCase()}_${i + 1}`, ...config },
  }));
  return { class_name: "Sequential", config: { name, layers: written } };
}
