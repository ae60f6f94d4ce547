import { describe, expect, it } from "vitest";
import * as render from "../../compiler/render/methods.js";
import { pageOf } from "../../scripts/document-methods.mjs";
import { embeddedEvidence } from "../../scripts/embed-evidence.mjs";
import {
  currentRows,
  digestOf,
  meets,
  mnistLines,
  publishedBy,
  type MnistRow,
} from "../../scripts/mnist-table.mjs";

const figure = (mean: number) => ({ mean, deviation: 0.05 });

function row(
  program: string,
  [compression, error]: readonly [number | null, number | null],
  ours: readonly [number, number],
): MnistRow {
  const from = error === null && compression === null ? null : "paper";
  return {
    network: "lenet-300-100",
    program,
    method: program === "unpruned" ? null : program.replace(/-\d+$/, ""),
    ...{ compression, error, from, seeds: [1, 2, 3] },
    ours: { compression: figure(ours[0]), error: figure(ours[1]) },
  };
}

/** Beside the compression of a row, that of its code: published, and ours. */
function coded(published: number, ours: number): MnistRow {
  const one = row("deep-compression", [12, 1.58], [12, 1.5]);
  return { ...one, coded: published, ours: { ...one.ours, coded: figure(ours) } };
}

/** As `npm run bench:mnist` writes them. */
const rows = [
  row("unpruned", [null, null], [1, 1.7]),
  row("han", [12, 1.59], [11.98, 1.78]),
  { ...row("dns", [56, 1.99], [57, 2.2]), why: "thresholds follow the weights." },
  row("agp", [null, null], [12, 1.8]),
  row("snip-20", [20, 1.6], [18, 1.5]),
  row("snip-50", [50, 2.4], [50, 2.3]),
  row("l0", [null, 1.4], [30, 1.9]),
  row("gsm", [60, null], [60, 1.9]),
  coded(39, 36),
  coded(39, 38.9),
  {
    ...row("group-lasso", [4.2, 1], [4.4, 1.1]),
    structure: "3-12-800-500",
    why: "not told, since it meets its paper",
  },
];

describe("rows of the MNIST table", () => {
  it("meet a paper within 0.2 points of its error at its compression; without both there is nothing to meet", () => {
    expect(rows.map(meets)).toEqual([null, true, false, null, false, true, null, null, false, true, true]);
    expect(
      meets({
        ...row("han", [12, 1.59], [12, 1.5]),
        ours: { compression: figure(12), error: { mean: null, deviation: null } },
      }),
    ).toBe(null);
  });

  it("are left out where their program, its methods or the network has changed since", () => {
    const { method: _, ...measured } = row("han", [12, 1.59], [12, 1.6]);
    const digest = digestOf("lenet-300-100", "han");
    expect(currentRows([{ ...measured, digest }])).toEqual([{ ...measured, digest, method: "han" }]);
    expect(currentRows([{ ...measured, digest: digestOf("lenet-300-100", "snip-20") }])).toEqual([]);
    expect(digestOf("lenet-5-caffe", "han")).not.toBe(digest);
  });

  it("that do are evidence of the method, with the network that nothing was cut from beside", () => {
    const published = publishedBy(rows);
    expect([...published.keys()]).toEqual(["han", "snip", "deep-compression", "group-lasso"]);
    expect(published.get("han")).toEqual([
      {
        ...{ network: "LeNet-300-100", compression: 12, error: 1.59, from: "paper", seeds: [1, 2, 3] },
        ours: { compression: figure(11.98), error: figure(1.78) },
        unpruned: figure(1.7),
      },
    ]);
    expect(render.evidenceLines({ program: "", published: published.get("han") ?? [] })).toEqual([
      "published: test error 1.78 ± 0.05 % at 12.0 × on LeNet-300-100, the paper 1.59 % at 12 × (MNIST; nothing cut: 1.70 ± 0.05 %; seeds 1, 2, 3)",
    ]);
    const embedded = embeddedEvidence(rows).split("\n");
    const lineOf = (method: string) => embedded.find((line) => line.startsWith(`  ["${method}", `));
    expect(lineOf("han")).toContain('"published":[{"network":"LeNet-300-100"');
    expect(lineOf("dns")).not.toContain("published");
  });

  it("are all told in docs/methods.md, those that miss with what they miss by", () => {
    const page = pageOf(render, rows);
    expect(page).toContain("4 of 7 do.");
    for (const told of [
      "| LeNet-300-100 | nothing cut | 1.00 × | – | 1.70 ± 0.05 | – |  |",
      "| LeNet-300-100 | [han](#han) | 12.0 × | 12 × | 1.78 ± 0.05 | 1.59 | met |",
      "| LeNet-300-100 | [dns](#dns) | 57.0 × | 56 × | 2.20 ± 0.05 | 1.99 | 0.21 points above |",
      "| LeNet-300-100 | [snip-20](#snip) | 18.0 × | 20 × | 1.50 ± 0.05 | 1.6 | 0.10 points below, less compressed |",
      "| LeNet-300-100 | [l0](#l0) | 30.0 × | – | 1.90 ± 0.05 | 1.4 | 0.50 points above, no compression published |",
      "| LeNet-300-100 | [gsm](#gsm) | 60.0 × | 60 × | 1.90 ± 0.05 | – | no error published |",
      "| LeNet-300-100 | [deep-compression](#deep-compression) | 12.0 ×, 36.0 × in code | 12 ×, 39.0 × in code | 1.50 ± 0.05 | 1.58 | 0.08 points below, longer in code |",
      "| LeNet-300-100 | [deep-compression](#deep-compression) | 12.0 ×, 38.9 × in code | 12 ×, 39.0 × in code | 1.50 ± 0.05 | 1.58 | met |",
      "| LeNet-300-100 | [group-lasso](#group-lasso) | 4.40 × | 4.2 × (3-12-800-500) | 1.10 ± 0.05 | 1 | met |",
      "- LeNet-300-100, dns: thresholds follow the weights.",
    ])
      expect(page.split("\n")).toContain(told);
    expect(page).not.toContain("not told");
    expect(mnistLines([])).toEqual([]);
    expect(pageOf(render, [])).not.toContain("Beside published figures");
  });
});
