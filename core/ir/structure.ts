import type { StructureIr } from "./clauses.js";

type Text = Extract<StructureIr, string>;
type Plain = Exclude<Text, `${number}:${number}`>;
/** The unit that lives or dies, whatever its sizes. */
export type StructureName = Plain | "n:m" | "blocks" | "strided";

export function structureKind(structure: StructureIr): StructureName {
  if (typeof structure === "object") return "blocks" in structure ? "blocks" : "strided";
  return isPlain(structure) ? structure : "n:m";
}
const isPlain = (structure: Text): structure is Plain => !structure.includes(":");

/** How many of how many neighbours an `n:m` structure keeps; null of others. */
export function patternOf(structure: StructureIr): { readonly n: number; readonly m: number } | null {
  if (typeof structure === "object" || isPlain(structure)) return null;
  const [n = NaN, m = NaN] = structure.split(":").map(Number);
  return { n, m };
}

/** As it is written, with its sizes: "filters", "blocks(4x1)", "2:4", "strided(2, offset: 1)". */
export function sizedStructure(structure: StructureIr): string {
  if (typeof structure === "string") return structure;
  return "blocks" in structure
    ? `blocks(${structure.blocks.join("x")})`
    : `strided(${structure.strided}, offset: ${structure.offset ?? 0})`;
}
