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
