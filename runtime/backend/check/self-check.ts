import { reasonOf } from "../../reason.js";
import { tf } from "../tf.js";
import type { FusedOps, KernelCheck, Refusal } from "../types.js";
import { probes, type Probe } from "./probes.js";

/** Relative to the largest known value; a wrong kernel is off by a tenth and more. */
const TOLERANCE = 1e-3;

export interface SelfCheck {
  readonly checks: readonly KernelCheck[];
  readonly refusals: readonly Refusal[];
}

/**
 * Runs every training kernel of the current backend on a small input with a known result (a few milliseconds). What
 * is wrong or missing becomes a refusal, so that a network that needs it gets a diagnostic and not wrong weights.
 */
export async function selfCheck(ops: FusedOps): Promise<SelfCheck> {
  const checks: KernelCheck[] = [];
  const refusals: Refusal[] = [];
  for (const probe of probes) {
    const check = await runProbe(probe, ops);
    checks.push(check);
    if (check.ok) continue;
    const fault = check.thrown ?? "its result is not the known one";
    refusals.push({
      classNames: probe.classNames,
      pass: probe.pass,
      reason: `the kernel ${probe.kernel} failed its self-check: ${fault}`,
    });
  }
  return { checks, refusals };
}

async function runProbe({ kernel, compute, expected }: Probe, ops: FusedOps): Promise<KernelCheck> {
  try {
    const result = tf.tidy(() => compute(ops));
    const found = await result.data();
    result.dispose();
    const scale = expected.reduce((largest, v) => Math.max(largest, Math.abs(v)), 1e-6);
    const worst = expected.reduce((most, v, i) => Math.max(most, Math.abs(v - (found[i] ?? NaN))), 0) / scale;
    return { kernel, ok: found.length === expected.length && worst < TOLERANCE, error: worst };
  } catch (error) {
    return { kernel, ok: false, error: NaN, thrown: reasonOf(error) };
  }
}
