import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { compile } from "../../compiler/compile.js";
import { networkOf } from "../core/masks/setting.js";
import { cifarResNet } from "../helpers/networks.js";

const small = networkOf(cifarResNet());
const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const fences = [...readme.matchAll(/^```\w*\n([^]*?)^```$/gm)].map(([, text = ""]) => text);
const scripts: Record<string, string> = JSON.parse(
  readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
).scripts;

it("every program in the README compiles and is told nothing that it should do otherwise", () => {
  const inScript = fences.flatMap((text) =>
    [...text.matchAll(/`([^`]*\bprune\b[^`]*)`/g)].map((m) => m[1] ?? ""),
  );
  const programs = [
    ...fences.filter((text) => /^(prune|network|data|criterion|train) /.test(text)),
    ...inScript,
  ];
  expect(programs.length).toBe(5);
  for (const program of programs) {
    const { diagnostics } = compile(program, { epochs: 4, network: small, data: { examples: 6000 } });
    expect(
      diagnostics.filter(({ severity }) => severity !== "info"),
      program,
    ).toEqual([]);
  }
});

it("every npm script it names is there", () => {
  const named = [...readme.matchAll(/npm run ([\w:]+)/g)].map(([, name = ""]) => name);
  expect(named.length).toBeGreaterThan(1);
  for (const name of named) expect(Object.keys(scripts)).toContain(name);
});
