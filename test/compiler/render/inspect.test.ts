import { describe, expect, it } from "vitest";
import { compile } from "../../../compiler/compile.js";
import { checkReport } from "../../../compiler/render/check/report.js";
import { inspect, inspectReport } from "../../../compiler/render/inspect.js";
import { readNetwork } from "../../../core/network/read.js";
import { costs } from "../../../core/network/costs.js";
import { residual } from "../../e2e/project.js";

const { network } = readNetwork(residual, { name: "small" });
if (network === null) throw new Error("no network");

describe("inspect", () => {
  const found = inspect(network);

  it("counts everything once, and every unit that may go", () => {
    const { params, macs } = costs(network);
    const sum = (of: "params" | "macs") => found.layers.reduce((total, one) => total + one[of], 0);
    expect(sum("params") + found.others.params).toBe(params);
    expect(sum("macs") + found.others.macs).toBe(macs);
    expect(found.layers.length + found.others.layers).toBe(network.layers.length);
    const shared = found.ties.reduce((total, { layers, units }) => total + (layers.length - 1) * units, 0);
    expect(found.layers.reduce((total, one) => total + one.removable, 0) - shared).toBe(network.units.length);
  });

  it("names what is tied and why the rest stays", () => {
    expect(found.ties).toEqual([{ group: "A", layers: ["c1", "c2"], units: 8 }]);
    const head = found.layers.at(-1);
    expect(head).toMatchObject({ class: "Dense", removable: 0 });
    expect(head?.why).not.toBeNull();
    for (const { removable, units, why } of found.layers) expect(why === null).toBe(removable >= units);
  });

  it.each([60, 80, 140])("fits into %i columns", (columns) => {
    const text = inspectReport(found, { columns });
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(columns);
    for (const { layer } of found.layers) expect(text).toContain(layer);
    if (columns === 140)
      for (const word of ["class", "output", "MACs", "may go"]) expect(text).toContain(word);
  });

  it("says one reason once, with the layers it holds for", () => {
    const dense = (name: string) => ({ class_name: "Dense", config: { name, units: 4 } });
    const norm = (name: string) => ({ class_name: "LayerNormalization", config: { name } });
    const input = { class_name: "InputLayer", config: { name: "x", batch_input_shape: [null, 4] } };
    const layers = [input, dense("a"), norm("n1"), dense("b"), norm("n2"), dense("c"), dense("d")];
    const normed = readNetwork({ class_name: "Sequential", config: { name: "two", layers } }).network;
    if (normed === null) throw new Error("no network");
    expect(inspectReport(inspect(normed), { columns: 140 })).toMatch(/^ *n1, n2: layer normalization/m);
    const checked = checkReport(compile("prune neurons by l2 local 25%", { network: normed }), {
      network: normed,
    });
    expect(checked).toMatch(/^ *n1, n2: layer normalization/m);
  });
});
