import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Diagnostic } from "../../../core/diagnostics/diagnostic.js";
import { compile } from "../../../compiler/compile.js";
import { checkJson, checkReport } from "../../../compiler/render/check/report.js";
import { jsonDiagnostics } from "../../../compiler/render/json.js";
import { Lines } from "../../../compiler/render/lines.js";
import { renderDiagnostic, renderDiagnostics, summarize } from "../../../compiler/render/terminal.js";
import { width } from "../../../compiler/render/text.js";
import { cifarResNet, namedNetworks } from "../../helpers/networks.js";
import { networkOf } from "../../core/masks/setting.js";

const text = "train 5 epochs\nprune filters in conv2d_5 by l1 30%\n";
const texts = new Map([["resnet.prune", text]]);
const main = "resnet.prune";
const diagnostic: Diagnostic = {
  code: "P4002",
  severity: "error",
  message: "`conv2d_5` cannot lose filters on its own",
  span: { start: 32, end: 40 },
  label: "these 64 channels are added to those of `conv2d_3` at `add_2`",
  help: "select both (`in conv2d_3, conv2d_5`), or write `joins skip`",
};

test("a frame as people know it", () => {
  expect(renderDiagnostic(diagnostic, { texts, main })).toBe(
    [
      "error[P4002]: `conv2d_5` cannot lose filters on its own",
      "  ┌─ resnet.prune:2:18",
      "2 │ prune filters in conv2d_5 by l1 30%",
      "  │                  ^^^^^^^^ these 64 channels are added to those of `conv2d_3` at `add_2`",
      "  = help: select both (`in conv2d_3, conv2d_5`), or write `joins skip`",
      "",
    ].join("\n"),
  );
});

test("a second place, in this file and in another", () => {
  const shown = renderDiagnostic(
    {
      ...diagnostic,
      labels: [
        { span: { start: 0, end: 5 }, text: "here" },
        { span: { start: 0, end: 4 }, text: "there", file: "std/a.prune" },
      ],
    },
    { texts: new Map([...texts, ["std/a.prune", "# ab"]]), main },
  );
  expect(shown).toContain("1 │ train 5 epochs\n  │ ----- here\n2 │ prune");
  expect(shown).toContain("  ┌─ std/a.prune:1:1\n1 │ # ab\n  │ ---- there");
});

describe("whatever stands in a text", () => {
  const nasty = fc.string({
    unit: fc.constantFrom("a", "é", "漢", "\t", "\n", "\r", "\u001b", "\u202e", "😀", " ", "x"),
  });
  test("frames stay inside the width and move no cursor", () => {
    fc.assert(
      fc.property(
        nasty,
        fc.nat(40),
        fc.nat(40),
        fc.integer({ min: 40, max: 120 }),
        (source, start, length, columns) => {
          const one = { ...diagnostic, message: source, label: source, span: { start, end: start + length } };
          const shown = renderDiagnostic(one, { texts: new Map([[main, source]]), main, columns });
          expect(shown).not.toMatch(/[\u001b\u202e\r]/);
          const framed = shown.split("\n").filter((line) => /^ *\d* │/.test(line));
          for (const line of framed.slice(0, 2)) expect(width(line)).toBeLessThanOrEqual(columns);
        },
      ),
    );
  });
  test("lines and columns are found as by splitting", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", "\n", "漢") }), fc.nat(30), (source, offset) => {
        const at = Math.min(offset, source.length);
        const before = source.slice(0, at).split("\n");
        expect(new Lines(source).place(offset)).toEqual({
          line: before.length,
          column: before.at(-1)?.length,
        });
      }),
    );
  });
});

test("JSON has lines and columns", () => {
  const [one] = jsonDiagnostics([diagnostic], texts, main);
  expect(one?.range).toEqual({ file: main, start: { line: 2, column: 18 }, end: { line: 2, column: 26 } });
});

test("colours come from the palette alone", () => {
  const mark = (name: string) => (one: string) => `<${name}>${one}</${name}>`;
  const palette = {
    bold: mark("b"),
    dim: mark("d"),
    red: mark("r"),
    yellow: mark("y"),
    cyan: mark("c"),
    green: mark("g"),
  };
  expect(renderDiagnostics([diagnostic], { texts, main, palette })).toContain("<b><r>error[P4002]</r></b>");
  expect(summarize([diagnostic, diagnostic, { ...diagnostic, severity: "warning" }])).toBe(
    "2 errors and 1 warning",
  );
});

describe("what check prints", () => {
  const network = networkOf(cifarResNet());
  const source = "prune filters by l1 global 50% every 2 epochs; regrow random\nslim";
  const result = compile(source, { file: "a.prune", network, epochs: 8, data: { examples: 1000 } });
  test.each([80, 120])("fits %i columns and tells the plan", (columns) => {
    const report = checkReport(result, { network, columns });
    for (const line of report.split("\n")) expect(width(line)).toBeLessThanOrEqual(columns);
    expect(report).toContain("448 units, 274,042 parameters, 40,813,184 MACs");
    expect(report).toMatch(/epoch 2 +prune filters +224 +224/);
    expect(report).toContain("add_1 joins 16 channels of conv2d_1, conv2d_3");
    expect(report).toContain("l1 reads w: no data, no passes");
    expect(report).toContain("warning[P3055]");
  });
  test("is all in the JSON", () => {
    const json = checkJson(result, network);
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
    expect(json.events.map((one) => one.does)).toContain("prune filters");
    expect(json.ties).toHaveLength(9);
    expect(json.diagnostics.map((one) => one.code)).toContain("P3055");
  });
  test("barriers and their reasons", () => {
    const normed = networkOf(namedNetworks.get("plain")?.());
    expect(checkJson(compile("slim", { network: normed }), normed).barriers).toEqual(normed.barriers);
  });
  test("counts that hang on times which nobody took are no lack of a network", () => {
    const plain = networkOf(namedNetworks.get("plain")?.());
    const compiled = compile("prune filters by l1 to latency <= 60%", { network: plain });
    const report = checkReport(compiled, { network: plain, columns: 200 });
    expect(report).toContain("counts hang on what was not measured here");
    expect(report).not.toContain("not checked against a network");
  });
  test("without a network only moments", () => {
    const report = checkReport(compile(source, { epochs: 8 }), { columns: 80 });
    expect(report).toContain("not checked against a network");
    expect(report).toMatch(/epoch 8 +prune filters/);
  });
});
