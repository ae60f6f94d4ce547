import type { Json, JsonObject } from "./types.js";

/** Guards and a defensive copy for JSON that somebody else wrote. */

/** Deeper objects than this are refused: every walk over a config may then recurse safely. */
export const MAX_JSON_DEPTH = 400;

const FORBIDDEN = new Set(["__proto__", "constructor", "prototype"]);

export function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isJsonArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** Own property, never one of the prototype. */
export function own(object: { readonly [key: string]: unknown }, key: string): unknown {
  return Object.prototype.hasOwnProperty.call(object, key) ? object[key] : undefined;
}

/** Own property of a JSON object. */
export function field(object: JsonObject, key: string): Json | undefined {
  return Object.prototype.hasOwnProperty.call(object, key) ? object[key] : undefined;
}

/**
 * A plain JSON copy of anything: functions, symbols, cycles and keys that could reach a prototype are left out,
 * typed arrays and other classes become null. Returns undefined when it is nested deeper than `MAX_JSON_DEPTH`.
 */
export function cleanJson(value: unknown, depth = 0): Json | undefined {
  if (depth > MAX_JSON_DEPTH) return undefined;
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (Array.isArray(value)) {
    const out: Json[] = [];
    for (const item of value) {
      const copy = cleanJson(item, depth + 1);
      if (copy === undefined) return undefined;
      out.push(copy);
    }
    return out;
  }
  if (!isObject(value)) return null;
  const out: { [key: string]: Json } = {};
  for (const key of Object.keys(value)) {
    if (FORBIDDEN.has(key)) continue;
    const copy = cleanJson(value[key], depth + 1);
    if (copy === undefined) return undefined;
    out[key] = copy;
  }
  return out;
}

/** A layer or cell as another one's config holds it. */
export interface HeldLayer {
  readonly className: string;
  readonly config: JsonObject;
}

/** The layer or cell that a field of a config holds (`layer`, `cell`, one of `cells`); null where there is none. */
export function heldLayer(value: Json | undefined): HeldLayer | null {
  if (!isJsonObject(value)) return null;
  const [className, config] = [field(value, "class_name"), field(value, "config")];
  return typeof className === "string" && isJsonObject(config) ? { className, config } : null;
}

/** Whether a layer's channels are its second axis: such layers run by their own code alone. */
export function channelsFirst(config: JsonObject): boolean {
  const format = field(config, "data_format");
  return format === "channels_first" || format === "channelsFirst";
}
