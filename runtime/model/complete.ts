import { isObject, own } from "../../core/network/json.js";

/** What a weight is called and how large it is, before its values are read. */
export interface WeightShape {
  readonly name: string;
  readonly shape: readonly number[];
}

const MAX_DEPTH = 400;

/**
 * tfjs-layers forgets `depth_multiplier` of a SeparableConv2D when it saves one. The shape of the stored kernel
 * [h, w, channels, multiplier] still tells it. Gives a copy of the topology with the field put back.
 */
export function completeTopology(topology: unknown, weights: readonly WeightShape[]): unknown {
  const multipliers = new Map<string, number>();
  for (const { name, shape } of weights) {
    const layer = /([^]*)\/depthwise_kernel(?::0)?$/.exec(name)?.[1];
    const multiplier = shape[3];
    if (layer !== undefined && multiplier !== undefined && multiplier > 1) multipliers.set(layer, multiplier);
  }
  return multipliers.size === 0 ? topology : walk(topology, multipliers, 0);
}

function walk(value: unknown, multipliers: ReadonlyMap<string, number>, depth: number): unknown {
  // Deeper topologies are refused when they are read.
  if (depth > MAX_DEPTH) return value;
  if (Array.isArray(value)) return value.map((item) => walk(item, multipliers, depth + 1));
  if (!isObject(value)) return value;
  const copy: Record<string, unknown> = Object.create(null);
  for (const key of Object.keys(value)) copy[key] = walk(value[key], multipliers, depth + 1);
  const config = copy["config"];
  if (own(value, "class_name") !== "SeparableConv2D" || !isObject(config)) return copy;
  const name = own(config, "name");
  const multiplier = typeof name === "string" ? multiplierOf(name, multipliers) : undefined;
  if (multiplier === undefined || own(config, "depth_multiplier") !== undefined) return copy;
  return { ...copy, config: { ...config, depth_multiplier: multiplier } };
}

function multiplierOf(layer: string, multipliers: ReadonlyMap<string, number>): number | undefined {
  const exact = multipliers.get(layer);
  if (exact !== undefined) return exact;
  for (const [name, multiplier] of multipliers) if (name.endsWith(`/${layer}`)) return multiplier;
  return undefined;
}
