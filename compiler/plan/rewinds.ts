import type { StepIr, TrainIr } from "../../core/ir/types.js";

type Rewind = Extract<StepIr, { readonly kind: "rewind" }>;

/** What a rewind brings back and no phase after it goes on with. */
export interface Voided {
  readonly what: "optimizer" | "rate";
  /** Statement ids: of the rewind, and of the phase that has its own. */
  readonly id: number;
  readonly phase: number;
}

/** Follows what becomes of rewound optimizers and rates: a `train` starts a fresh optimizer, a phase may say its own rate. */
export class Rewinds {
  #open: { readonly what: Voided["what"]; readonly id: number }[] = [];
  readonly #used = new Set<string>();
  readonly #voided = new Map<string, Voided>();

  rewound({ id, what }: Rewind): void {
    for (const one of ["optimizer", "rate"] as const) {
      if (!what.includes(one)) continue;
      this.#open = [...this.#open.filter((other) => other.what !== one), { what: one, id }];
    }
  }

  phase({ id: phase, finetune, optimizer }: TrainIr): void {
    for (const { what, id } of this.#open) {
      const key = `${what} ${id}`;
      const isVoid = what === "optimizer" ? !finetune : optimizer?.rate !== undefined;
      if (!isVoid) this.#used.add(key);
      else if (!this.#voided.has(key)) this.#voided.set(key, { what, id, phase });
    }
    this.#open = [];
  }

  /** Of no pass through a loop anything was of use. */
  get voided(): readonly Voided[] {
    return [...this.#voided].flatMap(([key, one]) => (this.#used.has(key) ? [] : one));
  }
}
