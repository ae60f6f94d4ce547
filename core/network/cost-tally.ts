import { axesOfUnits, costTerms, type AxisShare, type CostTerm } from "./cost-terms.js";
import type { IsDead } from "./costs.js";
import type { Network, Unit } from "./types.js";

export interface CostPair {
  readonly params: number;
  readonly macs: number;
}

/** Running exact costs while units die and revive one by one; each change costs only the terms it touches. */
export class CostTally {
  private readonly live: number[];
  private readonly termsOf: readonly (readonly CostTerm[])[];
  private readonly shares = new Map<number, readonly AxisShare[]>();
  private readonly total: [number, number] = [0, 0];

  constructor(network: Network, isDead?: IsDead, units: readonly Unit[] = network.units) {
    const { axes, terms } = costTerms(network);
    this.live = axes.map((ids) => (isDead ? ids.reduce((n, id) => n + (isDead(id) ? 0 : 1), 0) : ids.length));
    const termsOf: CostTerm[][] = axes.map(() => []);
    for (const term of terms) {
      this.total[term.kind] += this.value(term);
      if (term.a >= 0) termsOf[term.a]?.push(term);
      if (term.b >= 0 && term.b !== term.a) termsOf[term.b]?.push(term);
    }
    this.termsOf = termsOf;
    const shares = axesOfUnits(network, units, axes);
    units.forEach((unit, i) => this.shares.set(unit.root, shares[i] ?? []));
  }

  get costs(): CostPair {
    return { params: this.total[0], macs: this.total[1] };
  }

  /** The unit with this root dies; it must be alive. */
  kill(root: number): void {
    this.change(root, -1);
  }

  /** The unit with this root lives again; it must be dead. */
  revive(root: number): void {
    this.change(root, 1);
  }

  /** What the death of one living unit would save now. */
  saving(root: number): CostPair {
    const before = this.costs;
    this.kill(root);
    const after = this.costs;
    this.revive(root);
    return { params: before.params - after.params, macs: before.macs - after.macs };
  }

  private change(root: number, sign: 1 | -1): void {
    for (const { axis, count } of this.shares.get(root) ?? []) {
      const terms = this.termsOf[axis] ?? [];
      for (const term of terms) this.total[term.kind] -= this.value(term);
      this.live[axis] = (this.live[axis] ?? 0) + sign * count;
      for (const term of terms) this.total[term.kind] += this.value(term);
    }
  }

  private value(term: CostTerm): number {
    return (
      term.times * (term.a < 0 ? 1 : (this.live[term.a] ?? 0)) * (term.b < 0 ? 1 : (this.live[term.b] ?? 0))
    );
  }
}

/** For every unit, what its death alone would save now: parameters and MACs, the next layers' slices included. */
export function savings(
  network: Network,
  isDead?: IsDead,
  units: readonly Unit[] = network.units,
): ReadonlyMap<number, CostPair> {
  const tally = new CostTally(network, isDead, units);
  return new Map(
    units.filter((unit) => !isDead?.(unit.root)).map((unit) => [unit.root, tally.saving(unit.root)] as const),
  );
}
