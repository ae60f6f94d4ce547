import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { main } from "../../cli/main.js";
import * as render from "../../compiler/render/methods.js";
import { embeddedEvidence } from "../../scripts/embed-evidence.mjs";
import { pageOf } from "../../scripts/document-methods.mjs";
import { fakeTerminal } from "../cli/fake-terminal.js";
import { vectors } from "../golden/vectors.js";

const methods = render.allMethods();
const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

async function ran(...args: string[]) {
  const { terminal, said } = fakeTerminal({});
  return { code: await main(args, terminal), ...said };
}

describe("the methods of the standard library", () => {
  it.each(methods)("$name says its paper, what it does in a sentence, and what differs", (one) => {
    expect(one.paper).toMatch(/^[A-Z].*(19|20)\d\d\.$/);
    expect(one.about).toMatch(/^[A-Z][^.]*\.$/);
    expect(one.about.length).toBeLessThanOrEqual(130);
    expect(one.notes).not.toBe("");
    expect(text(`stdlib/${one.name}.prune`)).toContain(`\nmethod ${one.name}(`);
  });

  it.each(methods)("$name: something was shown of it as it is now (`npm run evidence -- $name`)", (one) => {
    const { golden = [], trend, published = [] } = one.evidence ?? {};
    expect(golden.length + Number(trend !== undefined) + published.length).toBeGreaterThan(0);
    const held = vectors.filter(({ method }) => method === one.name);
    expect(golden).toEqual(held.map(({ vector, about }) => ({ vector, about })));
    if (trend === undefined) return;
    expect(trend.seeds.length).toBeGreaterThanOrEqual(3);
    trend.seeds.forEach((_, i) => expect(trend.method[i]).toBeGreaterThan(trend.beside[i] ?? 1));
  });

  it("are told as they stand: evidence embedded, docs/methods.md written (`npm run generate`)", () => {
    expect(text("stdlib/generated/evidence.ts")).toBe(embeddedEvidence());
    expect(text("docs/methods.md")).toBe(pageOf(render));
  });

  it("a change of a program, or of a criterion that it names, puts its evidence out of date; a comment does not", () => {
    const digest = render.digestOf("method x() {\n  prune weights by l1 10%\n}\n");
    expect(render.digestOf("# Said.\nmethod x() {\n  prune weights by l1 10% # so\n}\n")).toBe(digest);
    expect(render.digestOf("method x() {\n  prune weights by l2 10%\n}\n")).not.toBe(digest);
    expect(render.digestOf("method x() {\n  prune weights by l1 11%\n}\n")).not.toBe(digest);
  });
});

describe("espalier methods", () => {
  it("lists all, a line each", async () => {
    const { code, out } = await ran("methods");
    expect(code).toBe(0);
    const lines = out.split("\n").map((line) => line.trim());
    for (const { name, about } of methods)
      expect(lines.filter((line) => line.startsWith(`${name} `) && line.endsWith(about))).toHaveLength(1);
    const { out: json } = await ran("methods", "--json");
    expect(JSON.parse(json).methods).toHaveLength(methods.length);
  });

  it("tells one: paper, program, parameters, evidence, command", async () => {
    const { code, out } = await ran("methods", "rigl");
    expect(code).toBe(0);
    for (const part of [
      "Rigging the lottery",
      "method rigl(",
      "sparsity",
      "90%",
      "golden G3",
      "--method rigl",
    ])
      expect(out).toContain(part);
    const json = JSON.parse((await ran("methods", "rigl", "--json")).out);
    expect(json).toMatchObject({ name: "rigl", evidence: { golden: [{ vector: "G3" }, {}] } });
  });

  it("knows no other", async () => {
    expect(await ran("methods", "riggle")).toMatchObject({ code: 2, err: expect.stringContaining("`rigl`") });
  });
});

describe("--method", () => {
  it("checks and compiles a method with its defaults, or as --set has them", async () => {
    const { code, out } = await ran("compile", "--method", "han", "--set", "rounds=3");
    expect(code).toBe(0);
    expect(out).toContain("3");
    expect((await ran("check", "--method", "agp", "--set", "epochs=7 epochs")).out).toContain("7 epochs");
  });

  it("is one of two ways to name a program", async () => {
    for (const command of ["check", "compile", "run"]) {
      expect((await ran(command)).err, command).toContain("there is no program");
      const both = await ran(command, "a.prune", "--method", "agp");
      expect(both, command).toMatchObject({ code: 2, err: expect.stringContaining("two programs") });
    }
  });
});
