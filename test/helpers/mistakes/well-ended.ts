import { expect } from "vitest";
import type { Outcome } from "./handed-in.js";

/** Milliseconds that a tiny network needs at most, on a slow machine that does other things too. */
const LONGEST = 15_000;

/** What holds of every command, whatever was handed in: an answer in time, no stack trace, nothing half-written. */
export function expectWellEnded({ ended, diagnostics, left, milliseconds }: Outcome): void {
  expect(ended.stray).toBe("");
  for (const text of [ended.out, ended.err]) {
    expect(text).not.toMatch(/^ {4}at /m);
    expect(text).not.toMatch(
      /\b(Type|Range|Reference|Syntax)?Error: |node:internal|made a mistake of its own/,
    );
    expect(text).not.toMatch(/\bundefined\b|\[object |\bNaN\b/);
  }
  expect([0, 1, 2]).toContain(ended.code);
  if (ended.code === 1) expect(diagnostics.length).toBeGreaterThan(0);
  for (const { message, help = "x", label = "x" } of diagnostics)
    for (const line of [message, help, label]) expect(line).toMatch(/^[^A-Z][^]*[^.]$|^.$|^MNIST /);
  expect(left.filter((name) => /\.tmp(\.|$|\/)/.test(name))).toEqual([]);
  // A model is there with its weights, a checkpoint with its tensors, a report in both forms: or not at all.
  for (const [one, other] of pairs) {
    const ends = (end: string) =>
      left.filter((name) => name.endsWith(end)).map((name) => name.slice(0, -end.length));
    expect(ends(other)).toEqual(ends(one));
  }
  expect(milliseconds).toBeLessThan(LONGEST);
}

const pairs = [
  ["/model.json", "/weights.bin"],
  ["/state.json", "/tensors.safetensors"],
  ["/report.json", "/report.html"],
] as const;
