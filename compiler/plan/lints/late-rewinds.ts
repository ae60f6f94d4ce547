import type { Finding, Lint } from "./finding.js";

/** Masks that go back to when units lived that are no longer in the network. */
export const lateRewinds: Lint = ({ network, simulation }) => {
  if (network === null) return [];
  const findings = new Map<number, Finding>();
  let slim: number | null = null;
  for (const { statement, late } of simulation.events) {
    if (statement.kind === "slim") slim = statement.id;
    if (late !== true || findings.has(statement.id)) continue;
    findings.set(statement.id, {
      code: "P3064",
      id: statement.id,
      message: "what `slim` removed does not come back with the masks",
      label: "units lived then that are no longer in the network",
      ...(slim !== null && { other: { id: slim, label: "this took dead units away" } }),
      help: "slim after the rewind, or leave `masks` out of it",
    });
  }
  return [...findings.values()];
};
