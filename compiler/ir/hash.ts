import type { Ir } from "./types.js";

/**
 * What two programs of the same meaning share: a hash of the timeline, without the plan (which follows from it), the
 * files it is bound to and the texts of its statements. Sixteen hexadecimal digits; not a defence against forgery.
 */
export function hashIr(ir: Ir): string {
  const text = JSON.stringify(ir.body, (key: string, value: unknown) => (key === "text" ? undefined : value));
  return [0x9e3779b9, 0x85ebca6b].map((seed) => mix(text, seed).toString(16).padStart(8, "0")).join("");
}

/** MurmurHash3's mixing of 32 bits, one UTF-16 unit at a time. */
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
