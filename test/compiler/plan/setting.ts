import { expect } from "vitest";
import type { Estimate, Ir, PlannedEvent, PlanIr, StepIr } from "../../../core/ir/types.js";
import { dryRun, type Simulation } from "../../../compiler/plan/dry-run.js";
import { highest, isExact, lowest } from "../../../compiler/plan/estimate.js";
import { makePlan } from "../../../compiler/plan/plan.js";
import { networkWorld } from "../../../compiler/plan/pools.js";
import type { EventRecord } from "../../../core/events/record.js";
import type { Network } from "../../../core/network/types.js";

/** A program of these steps, numbered from 1. */
export function programOf(steps: readonly StepIr[]): Ir {
  const body = steps.map((step, i) => ({ ...step, id: i + 1 }));
  return { ir: 2, source: "p.prune", network: null, data: null, body, plan: null };
}

export function foreseen(
  network: Network,
  steps: readonly StepIr[],
): { readonly plan: PlanIr; readonly simulation: Simulation } {
  const simulation = dryRun(programOf(steps), networkWorld(network), { batch: 32 });
  return { plan: makePlan(network, simulation), simulation };
}

/**
 * What is exact is what happens. What the draws saw is no bound: another draw, with scores as random as theirs, may lie beyond them by
 * twice as far as they differ, and by a fifth of the whole where few units are drawn. `near` false: it may be anything.
 */
export function expectForeseen(
  estimate: Estimate | null | undefined,
  actual: number,
  whole: number,
  what = "",
  near = true,
): void {
  if (estimate === null || estimate === undefined) throw new Error(`nothing is foreseen of ${what}`);
  if (isExact(estimate)) return expect([what, estimate]).toEqual([what, actual]);
  if (!near) return;
  const slack = 2 * (estimate.to - estimate.from) + Math.max(3, whole / 5);
  expect([
    what,
    estimate,
    actual,
    lowest(estimate) - slack <= actual && actual <= highest(estimate) + slack,
  ]).toEqual([what, estimate, actual, true]);
}

/** A planned event against what the engine did. */
export function expectRecord(event: PlannedEvent | undefined, record: EventRecord, near = true): void {
  if (event === undefined) throw new Error("every step is an event");
  expect(event.total).toBe(record.total);
  if (typeof event.nominal === "number" && event.action === record.action)
    expect(event.nominal).toBe(record.nominal);
  expectForeseen(event.dead, record.dead, record.total, "dead", near);
  for (const { layer, live } of record.layers) {
    const planned = event.layers.find((one) => one.layer === layer)?.live;
    // Of channels the plan tells who makes them, the record who reads them; of single layers draws may miss what is rare.
    if (typeof planned === "number" && record.structure !== "channels")
      expect([layer, planned]).toEqual([layer, live]);
  }
}
