/** What a method costs, in those of plain training. */
export interface CostRow {
  readonly method: string;
  /** A step of each phase, by the phase as written. */
  readonly phases: Readonly<Record<string, number>>;
  /** What acts at one moment, in steps, by its kind. */
  /** By phase that costs 1.15 × or more and by part of its steps: what that takes beyond plain training, in steps of it. */
  readonly beyond?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly events: Readonly<Record<string, number>>;
  /** Bytes of tensors at their most, and of typed arrays. */
  readonly tensors: number;
  readonly held: number;
}

export function costRows(): readonly CostRow[];
export function costCell(row: CostRow | undefined): string;
export function costLines(row: CostRow | undefined, source: string): readonly string[];
