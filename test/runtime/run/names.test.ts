import { describe, expect, it } from "vitest";
import { front } from "../../../compiler/passes/index.js";
import { allNames, nameRow, type Name } from "../../../core/expr/names.js";
import { runs } from "../../helpers/runs.js";
import { smallNetwork } from "./fixtures.js";
import { runProgram } from "./program.js";

const network = smallNetwork();

/** Scores by one name, reduced and not. */
function forms(name: Name): readonly string[] {
  switch (nameRow(name).type) {
    case "element":
      return [`abs(${name})`, `mean(${name})`, `batches(sum(${name}))`];
    case "activation":
      return [`mean(abs(${name}))`, `max(${name}) - layer.min(mean(${name}))`];
    case "unit":
      return [name];
  }
}

/** A program of these statements, all of them inside one training where they are rules. */
const places: Readonly<Record<string, (structure: string, score: string, n: number) => string>> = {
  "an event": (structure, score) => `prune ${structure} by ${score} 1`,
  "an event over training": (structure, score) => `prune ${structure} by ${score} over training 1 at step 2`,
  "a threshold": (structure, score, n) =>
    `prune ${structure} by random below 0 * layer.${["mean", "std", "max", "min"][n % 4]}(${score}) at step 2`,
  "a threshold beside a score over training": (structure, score) =>
    `prune ${structure} by mean(abs(g)) over training below 0 * layer.mean(${score}) at step 2`,
  "`update only`": (_, score) => `update only top 50% by ${score}`,
  "`among`": (structure, score) => `penalize ${structure} by l2 among bottom 40% by ${score} strength 1e-3`,
  "a penalty": (structure, score) => `penalize ${structure} by ${score} strength 1e-6`,
  "a regrow": (structure, score) => `regrow ${structure} by ${score} 1 at step 3`,
  "a regrow over training": (structure, score) => `regrow ${structure} by ${score} over training 1 at step 3`,
  "an allocation": (structure, score) => `regrow ${structure} random 1 allocated by mean(${score}) at step 3`,
  "a restore over training": (structure, score) =>
    `restore ${structure} by ${score} over training above layer.mean(${score}) at step 3`,
};

describe.each([
  ["weights", 0],
  ["filters", 1],
  ["channels", 1],
  ["kernels", 0],
] as const)("what check accepts of names for %s", (structure, turn) => {
  // Each place with two of the four structures; with all in `npm run test:long`.
  const asked = Object.keys(places).filter((_, nth) => runs(0, 1) > 0 || (nth + turn) % 2 === 0);
  it.each(asked)("has values in %s", async (place) => {
    const inside = (statement: string) => {
      if (place === "an event") return statement;
      const latent = place.includes("restore") ? `prune ${structure} by l1 10% latently at step 1\n` : "";
      const after = latent === "" ? "" : "\nharden masks";
      return `train 3 steps batch 8 with sgd(rate: 0.01) {\n${latent}${statement}\n}${after}`;
    };
    const before =
      place.includes("regrow") || place.includes("allocation") ? "prune weights by l1 10%\n" : "";
    const accepted: string[] = [];
    allNames.flatMap(forms).forEach((score, n) => {
      const statement = places[place]?.(structure, score, n) ?? "";
      const { diagnostics } = front(inside(statement));
      const errors = diagnostics.filter(({ severity }) => severity === "error");
      if (errors.length === 0) accepted.push(statement);
      else
        for (const { code } of errors)
          expect(
            ["P2040", "P2043", "P2030", "P2031", "P2034", "P3026", "P3015"],
            `${statement}: ${code}`,
          ).toContain(code);
    });
    if (accepted.length === 0) return;
    const { result } = await runProgram(`${before}${inside(accepted.join("\n"))}`, network, {
      backend: "cpu",
    });
    expect(Number.isFinite(result.metrics.loss)).toBe(true);
  });
});
