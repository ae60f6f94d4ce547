import { cut, padEnd, padStart, safe, width } from "../text.js";

export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
  /** Narrow tables lose the columns of the highest number first; 0 stays. */
  readonly spare?: number;
}

/** Rows of cells as aligned lines of at most `columns`, indented by two; the first line holds the titles. */
export function table(
  heads: readonly Column[],
  rows: readonly (readonly string[])[],
  columns: number,
): string[] {
  let shown = heads
    .map((_, i) => i)
    .filter((i) => heads[i]?.title !== "" || rows.some((row) => (row[i] ?? "") !== ""));
  const cells = [heads.map((head) => head.title), ...rows].map((row) => row.map((cell) => safe(cell ?? "")));
  const widths = heads.map((_, i) => Math.max(...cells.map((row) => width(row[i] ?? ""))));
  const total = () => shown.reduce((sum, i) => sum + (widths[i] ?? 0) + 2, 0);
  while (total() > columns) {
    const spare = Math.max(...shown.map((i) => heads[i]?.spare ?? 0));
    if (spare === 0) break;
    shown = shown.filter((i) => (heads[i]?.spare ?? 0) !== spare);
  }
  return cells.map((row) => {
    const parts = shown.map((i) => {
      const cell = row[i] ?? "";
      return heads[i]?.align === "right" ? padStart(cell, widths[i] ?? 0) : padEnd(cell, widths[i] ?? 0);
    });
    return cut(`  ${parts.join("  ").trimEnd()}`, columns);
  });
}
