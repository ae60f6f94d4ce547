import { addTo } from "../tables.js";

/** 274042 as "274,042". */
export function grouped(count: number): string {
  const whole = Number.isInteger(count) ? String(count) : count.toFixed(2);
  return whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** A count with its noun, given in the plural: "1 layer", "2 layers", "1,024 channels". */
export function counted(count: number, plural: string): string {
  return `${grouped(count)} ${count === 1 ? singular(plural) : plural}`;
}

/** "units" as "unit", "batches" as "batch". */
export function singular(plural: string): string {
  if (plural === "axes") return "axis";
  return plural.replace(/(?<=ch|x|ss)es$|s$/, "");
}

/** Names by what they share, in the order of their first: what holds for many is said once. */
export function byReason(
  found: Iterable<readonly [name: string, reason: string]>,
): readonly (readonly [names: readonly string[], reason: string])[] {
  const names = new Map<string, string[]>();
  for (const [name, reason] of found) addTo(names, reason, name);
  return [...names].map(([reason, list]) => [list, reason]);
}

/** That a phase changes no weight, told by who compiles it and by who runs it. */
export const nothingTrainsIn = ({ text }: { readonly text: string }): string =>
  text === "" ? "nothing trains here" : `nothing trains in \`${text}\``;

/** That no moment of the training is one of a rule's. */
export const neverActsOf = (text: string): string =>
  text === "" ? "a rule never acts" : `\`${text}\` never acts`;
