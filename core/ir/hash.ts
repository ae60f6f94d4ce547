import type { Network } from "../network/types.js";

/**
 * A stable hash of plain JSON: 64 bits as 16 hexadecimal digits, the same for equal values whatever the order of their keys.
 * Not for secrets: it tells programs apart, so that a checkpoint of another one is refused.
 */
export function hashJson(value: unknown): string {
  const text = canonicalJson(value);
  const high = mix(text, 0x9e3779b1);
  const low = mix(text, 0x85ebca77);
  return hex(high) + hex(low);
}

/** JSON with the keys of every object in order and unset ones left out. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item: unknown) => canonicalJson(item ?? null)).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`);
    return `{${entries.join(",")}}`;
  }
  return JSON.stringify(value) ?? "null";
}

/**
 * Steps of a program without the wording of their statements, and without what JavaScript reads and is worked out on, which its files
 * say: a reformatted program is still the same, looked into or not.
 */
export function withoutTexts(body: unknown): unknown {
  return JSON.parse(
    JSON.stringify(body, (key: string, value: unknown) =>
      key === "text"
        ? undefined
        : Array.isArray(value) && value[0] === "own"
          ? value.slice(0, 2)
          : isOwnObject(value)
            ? { ...value, on: undefined }
            : value,
    ),
  );
}

const isOwnObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && "own" in value;

/** 32 bits of a text: multiply–rotate rounds over its code units and a final avalanche (after MurmurHash3). */
function mix(text: string, seed: number): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) {
    let k = Math.imul(text.charCodeAt(i), 0xcc9e2d51);
    k = (k << 15) | (k >>> 17);
    hash ^= Math.imul(k, 0x1b873593);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  hash ^= text.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function hex(value: number): string {
  return value.toString(16).padStart(8, "0");
}

/**
 * What a loop that names layers asks of the network it runs on: paths and classes of all layers with weights, in order. Sizes may
 * differ.
 */
export function layersHash({ layers }: Network): string {
  const weighted = layers.filter(({ weights }) => weights.length > 0);
  return hashJson(weighted.map(({ path, className }) => [path, className]));
}
