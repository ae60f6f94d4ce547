import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { gateKind, gateNames, type GateName } from "../../../core/gates/registry.js";
import type { UnitStart } from "../../../core/gates/types.js";
import { agentKind, agentNames } from "../../../core/search/registry.js";

/** Where gates start and what they are kept within, and what is usual of the arguments of gates and agents: as the reference says it. */

function startOf(name: GateName, param: string, start: Partial<UnitStart> = {}): number {
  const usual = Object.entries(gateKind(name).args).flatMap(([key, one]) =>
    typeof one.usual === "number" ? [[key, one.usual] as const] : [],
  );
  const args = { ...Object.fromEntries(usual), ...start.args };
  const of = gateKind(name).params[param];
  if (of === undefined) throw new Error(`${name} has no ${param}`);
  return of({ normal: 0, uniform: 0.5, fanIn: 16, ...start, args });
}

it("gates start where their papers have them", () => {
  expect(startOf("scale", "scale")).toBe(1);
  expect(startOf("bernoulli", "open")).toBe(0.9);
  expect(startOf("threshold", "m")).toBe(0.5);
  expect(startOf("sigmoid", "s", { args: { start: -0.3 } })).toBe(-0.3);
  expect(startOf("variational-dropout", "logvar")).toBe(-10);
  expect([startOf("log-normal", "mu"), startOf("log-normal", "logsigma")]).toEqual([0, -5]);
  for (const one of ["a", "b"])
    expect([startOf("horseshoe", `mu${one}`), startOf("horseshoe", `logvar${one}`)]).toEqual([0, -9]);
  // Of gates that are closed in a quarter of the draws three are open for each that is closed.
  expect(startOf("hard-concrete", "logalpha", { args: { drop: 0.25 } })).toBeCloseTo(Math.log(3), 12);
  expect(startOf("hard-concrete", "logalpha", { normal: 2 })).toBeCloseTo(0.02, 12);
});

it("what is drawn at the start lies evenly within its bounds", () => {
  const bounds = (name: GateName, param: string) =>
    [0, 0.5, 1].map((uniform) => startOf(name, param, { uniform }));
  const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 12));
  expect(bounds("score", "score")).toEqual(near([-0.25, 0, 0.25]));
  expect(bounds("softmax", "score")).toEqual(near([0, 0.5, 1]));
  expect(bounds("shared-softmax", "score")).toEqual(near([0, 0.5, 1]));
  // He's bound in front of the rectifier, LeCun's behind it.
  expect(bounds("attention", "squeeze")).toEqual(near([-Math.sqrt(6 / 16), 0, Math.sqrt(6 / 16)]));
  expect(bounds("attention", "excite")).toEqual(near([-Math.sqrt(3 / 16), 0, Math.sqrt(3 / 16)]));
});

it("noise is kept where no power of e leaves the numbers there are", () => {
  const kept = (name: GateName, param: string): number[] => {
    const far = Object.fromEntries(
      Object.keys(gateKind(name).params).map((key) => [key, Float32Array.of(-99, 99)]),
    );
    gateKind(name).clamp?.(far);
    return [...(far[param] ?? [])];
  };
  expect(kept("variational-dropout", "logvar")).toEqual([-20, 5]);
  expect(kept("log-normal", "mu")).toEqual([-20, 0]);
  for (const one of ["mua", "mub"]) expect(kept("horseshoe", one)).toEqual([-20, 20]);
  for (const one of ["logvara", "logvarb"]) expect(kept("horseshoe", one)).toEqual([-20, 2]);
});

const reference = readFileSync(new URL("../../../docs/language.md", import.meta.url), "utf8");

/** The arguments that the row of a table gives a name: "drop: 0.5, temperature: 2/3". */
function saidOf(name: string): Record<string, readonly number[]> {
  const said = new RegExp(`^\\| \`${name}(?:\\(([^)]*)\\))?\``, "m").exec(reference);
  if (said === null) throw new Error(`docs/language.md has no row for ${name}`);
  const number = (text: string): number => {
    const [, top = "", bottom = "1", percent] = /^(-?[\d.]+)(?:\/(\d+))?(%)?$/.exec(text) ?? [];
    return Number(top) / Number(bottom) / (percent === undefined ? 1 : 100);
  };
  const each = (said[1] ?? "").split(", ").filter((one) => one !== "");
  return Object.fromEntries(
    each.map((one) => {
      const [key = "", value = ""] = one.split(": ");
      return [key, value.replace(" exponential", "").split(" -> ").map(number)];
    }),
  );
}

it.each(gateNames)("the reference tells the arguments of %s as they are", (name) => {
  const usual = Object.entries(gateKind(name).args).map(([key, one]) => [
    key,
    typeof one.usual === "number" ? [one.usual] : [one.usual.from, one.usual.to],
  ]);
  expect(saidOf(name)).toEqual(Object.fromEntries(usual));
});

it.each(agentNames)("the reference tells the arguments of %s as they are", (name) => {
  const usual = Object.entries(agentKind(name).args).map(([key, one]) => [key, [one.usual]]);
  expect(saidOf(name)).toEqual(Object.fromEntries(usual));
});
