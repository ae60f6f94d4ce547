import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import { describe, expect, test } from "vitest";
import { compile, type CompileOptions, type CompileResult } from "../../../compiler/compile.js";
import { readNetwork } from "../../../core/network/read.js";

/**
 * One directory per case: `source.prune`, what it is compiled for in `network.json` and `options.json` where it is for
 * something, and `expected.mjs`. `UPDATE=1` writes those anew: read the difference before committing it.
 */
const directory = join(import.meta.dirname, "../../cases/emit");

function optionsOf(path: string): CompileOptions {
  const read = (name: string): Record<string, unknown> =>
    existsSync(join(path, name)) ? JSON.parse(readFileSync(join(path, name), "utf8")) : {};
  const { epochs, examples } = read("options.json");
  const { network } = existsSync(join(path, "network.json"))
    ? readNetwork(read("network.json"), { name: "network.json" })
    : { network: null };
  return {
    file: "source.prune",
    ...(network !== null && { network }),
    ...(typeof epochs === "number" && { epochs }),
    ...(typeof examples === "number" && { data: { examples } }),
  };
}

function compiled(name: string): CompileResult & { readonly code: string } {
  const path = join(directory, name);
  const result = compile(readFileSync(join(path, "source.prune"), "utf8"), optionsOf(path));
  const errors = result.diagnostics.filter((one) => one.severity === "error");
  expect(errors).toEqual([]);
  if (result.code === null) throw new Error("no code and no error");
  return { ...result, code: result.code };
}

describe.each(readdirSync(directory))("%s", (name) => {
  test("reads as it should", () => {
    const { code } = compiled(name);
    const expected = join(directory, name, "expected.mjs");
    if (process.env["UPDATE"] === "1") writeFileSync(expected, code);
    expect(code).toBe(readFileSync(expected, "utf8"));
  });

  test("maps every step to its statement", () => {
    const { code, map, texts, spans } = compiled(name);
    if (map === null) throw new Error("code without a map");
    expect(map.sourcesContent?.every((text) => text !== null)).toBe(true);
    const trace = new TraceMap({
      ...map,
      names: [...map.names],
      sources: [...map.sources],
      sourcesContent: [...(map.sourcesContent ?? [])],
      file: map.file ?? "",
    });
    let calls = 0;
    code.split("\n").forEach((line, i) => {
      const id = line.match(/\brun\.\w+\((\d+)/)?.[1];
      if (id === undefined) return;
      calls++;
      const found = originalPositionFor(trace, { line: i + 1, column: line.search(/\S/) });
      const span = spans.get(Number(id));
      const text = texts.get(found.source ?? "") ?? "";
      const start =
        text
          .split("\n")
          .slice(0, (found.line ?? 1) - 1)
          .join("\n").length +
        (found.line === 1 ? 0 : 1) +
        (found.column ?? 0);
      expect([found.source, start]).toEqual([span?.file ?? "source.prune", span?.span.start]);
    });
    expect(calls).toBeGreaterThan(0);
  });

  test("compiles twice to the same bytes", () => {
    const [first, second] = [compiled(name), compiled(name)];
    expect(second.code).toBe(first.code);
    expect(second.map).toEqual(first.map);
    expect(second.plan).toEqual(first.plan);
  });
});
